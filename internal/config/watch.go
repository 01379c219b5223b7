package config

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/unseen-mail/unseen/internal/watch"
)

// settle is how long a file is left alone after a change: editors write in
// several steps.
const settle = 150 * time.Millisecond

// A Watcher notices changes of a config.toml, from [NewWatcher] on.
type Watcher struct {
	path  string
	watch *watch.Watcher
	// attached says that the directory of the file is watched, not yet one
	// above it.
	attached bool
}

// NewWatcher begins to watch a file. Neither it nor its directory need exist
// yet. The caller closes the watcher, or runs it.
func NewWatcher(path string) (*Watcher, error) {
	w := &Watcher{path: path}
	var err error
	if w.watch, err = watch.New(filepath.Dir(path)); err == nil {
		w.attached, err = w.watch.Attach(filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("watching %s: %w", path, err)
	}
	return w, nil
}

// Close ends the watching.
func (w *Watcher) Close() error { return w.watch.Close() }

// Run calls changed with what the file says whenever it was changed, made or
// removed, and with an error where it cannot be used. It returns when ctx ends
// and closes the watcher.
func (w *Watcher) Run(ctx context.Context, changed func(Settings, error)) {
	w.watch.Run(ctx, watch.Handler{
		Settle: settle, Concerns: w.concerns, Settled: func() { changed(Load(w.path)) },
		Failed: func(err error) { changed(Settings{}, fmt.Errorf("watching %s: %w", w.path, err)) },
	})
}

// concerns says whether something happened to the file, or to what it will lie in.
func (w *Watcher) concerns(path string, attributes bool) bool {
	if !w.attached {
		w.attached, _ = w.watch.Attach(filepath.Dir(w.path))
		return true
	}
	return path == w.path && !attributes
}
