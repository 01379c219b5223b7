// Package watch tells when files changed, for whoever reads them again then.
//
// It watches directories, not the files in them, for many editors write a new file and
// rename it, and the nearest one above a directory that does not exist yet. What
// changes together is told once, when it has settled.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A Watcher notices changes from [New] on.
type Watcher struct {
	fs *fsnotify.Watcher
}

// New begins to watch a directory, which need not exist yet, nor the one above it. The
// caller closes the watcher, or runs it.
func New(dir string) (*Watcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("making watcher: %w", err)
	}
	w := &Watcher{fs: notify}
	if _, err := w.Attach(dir); err != nil {
		return nil, errors.Join(err, notify.Close())
	}
	return w, nil
}

// Close ends the watching.
func (w *Watcher) Close() error { return w.fs.Close() }

// Attach watches a directory, or the nearest one above that exists, and says which of
// the two. To watch what is watched already changes nothing.
func (w *Watcher) Attach(dir string) (whole bool, err error) {
	for at := dir; ; at = filepath.Dir(at) {
		err := w.fs.Add(at)
		if err == nil {
			return at == dir, nil
		}
		if at == filepath.Dir(at) || !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
}

// Add watches a directory that exists; one that does not is passed over.
func (w *Watcher) Add(dir string) error {
	if err := w.fs.Add(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// A Handler is told what happens, by one goroutine.
type Handler struct {
	// Settle is how long nothing may happen before Settled is called: editors write in
	// several steps.
	Settle time.Duration
	// Concerns says whether something that happened to a path is a change.
	Concerns func(path string, attributes bool) bool
	// Settled is called after changes.
	Settled func()
	// Failed is called when changes may be missed.
	Failed func(error)
}

// Run tells of changes until ctx ends, and closes the watcher.
func (w *Watcher) Run(ctx context.Context, h Handler) {
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
			if h.Concerns(event.Name, event.Op == fsnotify.Chmod) {
				timer.Reset(h.Settle)
			}
		case err, ok := <-w.fs.Errors:
			if !ok {
				return
			}
			// Too many at once: some were missed, so all is read again.
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				h.Failed(err)
			}
			timer.Reset(h.Settle)
		case <-timer.C:
			h.Settled()
		}
	}
}
