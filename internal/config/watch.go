package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a file is left alone after a change: editors write in
// several steps.
const settle = 150 * time.Millisecond

// Watch calls changed with what the file says whenever it was changed, made or
// removed, and with an error where it cannot be used. It returns when ctx ends,
// or at once if watching is not possible. The directory of the file need not
// exist yet.
func Watch(ctx context.Context, path string, changed func(Settings, error)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching %s: %w", path, err)
	}
	defer w.Close()
	attached, err := attach(w, filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("watching %s: %w", path, err)
	}
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, ok := <-w.Events:
			if !ok {
				return nil
			}
			if !attached {
				attached, _ = attach(w, filepath.Dir(path))
				timer.Reset(settle)
			}
			if event.Name == path && !event.Has(fsnotify.Chmod) {
				timer.Reset(settle)
			}
		case err, ok := <-w.Errors:
			if !ok {
				return nil
			}
			changed(Settings{}, fmt.Errorf("watching %s: %w", path, err))
		case <-timer.C:
			changed(Load(path))
		}
	}
}

// attach watches a directory, not the file in it, for many editors write a new
// file and rename it. Where the directory does not exist it watches the nearest
// one above that does, and returns false.
func attach(w *fsnotify.Watcher, dir string) (bool, error) {
	for at := dir; ; at = filepath.Dir(at) {
		err := w.Add(at)
		if err == nil {
			return at == dir, nil
		}
		if at == filepath.Dir(at) || !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
}
