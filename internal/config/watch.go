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

// A Watcher notices changes of a config.toml, from [NewWatcher] on.
type Watcher struct {
	path string
	fs   *fsnotify.Watcher
	// attached says that the directory of the file is watched, not yet one
	// above it.
	attached bool
}

// NewWatcher begins to watch a file. Neither it nor its directory need exist
// yet. The caller closes the watcher, or runs it.
func NewWatcher(path string) (*Watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching %s: %w", path, err)
	}
	attached, err := attach(w, filepath.Dir(path))
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("watching %s: %w", path, err)
	}
	return &Watcher{path: path, fs: w, attached: attached}, nil
}

// Close ends the watching.
func (w *Watcher) Close() error { return w.fs.Close() }

// Run calls changed with what the file says whenever it was changed, made or
// removed, and with an error where it cannot be used. It returns when ctx ends
// and closes the watcher.
func (w *Watcher) Run(ctx context.Context, changed func(Settings, error)) {
	defer w.Close()
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case event, ok := <-w.fs.Events:
			if !ok {
				return
			}
			if !w.attached {
				w.attached, _ = attach(w.fs, filepath.Dir(w.path))
				timer.Reset(settle)
			}
			if event.Name == w.path && !event.Has(fsnotify.Chmod) {
				timer.Reset(settle)
			}
		case err, ok := <-w.fs.Errors:
			if !ok {
				return
			}
			changed(Settings{}, fmt.Errorf("watching %s: %w", w.path, err))
		case <-timer.C:
			changed(Load(w.path))
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
