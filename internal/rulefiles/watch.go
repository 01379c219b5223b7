package rulefiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long the files are left alone after a change: editors write in
// several steps, and an update replaces several files.
const settle = 200 * time.Millisecond

// A Watcher notices changes of a directory of rules, from [NewWatcher] on.
type Watcher struct {
	dir   string
	known func(id string) bool
	fs    *fsnotify.Watcher
}

// NewWatcher begins to watch a directory of rules, which need not exist yet.
// known says whether the catalogue has a vendor. The caller closes the watcher,
// or runs it.
func NewWatcher(dir string, known func(id string) bool) (*Watcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching rules: %w", err)
	}
	w := &Watcher{dir: filepath.Clean(dir), known: known, fs: notify}
	if err := w.attach(); err != nil {
		notify.Close()
		return nil, fmt.Errorf("watching rules: %w", err)
	}
	return w, nil
}

// Close ends the watching.
func (w *Watcher) Close() error { return w.fs.Close() }

// Run calls changed with all rules whenever those of a file were changed, made,
// renamed or removed since [NewWatcher], once for changes that come together, and
// with an error where the directory cannot be read. edition is that of the rules
// which the caller read after NewWatcher; rules that are as they were are not told
// again. It returns when ctx ends and closes the watcher.
func (w *Watcher) Run(ctx context.Context, edition string, changed func(*Rules, error)) {
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
			if w.concerns(event) {
				timer.Reset(settle)
			}
		case err, ok := <-w.fs.Errors:
			if !ok {
				return
			}
			// Too many at once: some were missed, so all is read again.
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				changed(nil, fmt.Errorf("watching rules: %w", err))
			}
			timer.Reset(settle)
		case <-timer.C:
			if err := w.attach(); err != nil {
				changed(nil, fmt.Errorf("watching rules: %w", err))
			}
			r, err := Load(w.dir, w.known)
			if err == nil && r.edition == edition {
				continue
			}
			if err == nil {
				edition = r.edition
			}
			changed(r, err)
		}
	}
}

// concerns says whether something happened to rules, or to what they lie in.
func (w *Watcher) concerns(event fsnotify.Event) bool {
	if event.Op == fsnotify.Chmod {
		return false
	}
	below, inside := strings.CutPrefix(event.Name, w.dir+string(filepath.Separator))
	if !inside {
		// The directory itself, or one above it that is still missing.
		return event.Name == w.dir || strings.HasPrefix(w.dir, event.Name+string(filepath.Separator))
	}
	return below == listsDir || isRules(filepath.Base(event.Name))
}

// attach watches the directories, not the files in them, for many editors write
// a new file and rename it. Where the directory does not exist it watches the
// nearest one above that does. To watch what is watched already changes nothing.
func (w *Watcher) attach() error {
	for at := w.dir; ; at = filepath.Dir(at) {
		err := w.fs.Add(at)
		if err == nil {
			break
		}
		if at == filepath.Dir(at) || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	err := w.fs.Add(filepath.Join(w.dir, listsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
