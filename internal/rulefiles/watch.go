package rulefiles

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/watch"
)

// settle is how long the files are left alone after a change: editors write in
// several steps, and an update replaces several files.
const settle = 200 * time.Millisecond

// A Watcher notices changes of a directory of rules, from [NewWatcher] on.
type Watcher struct {
	dir   string
	known func(id string) bool
	watch *watch.Watcher
}

// NewWatcher begins to watch a directory of rules, which need not exist yet.
// known says whether the catalogue has a vendor. The caller closes the watcher,
// or runs it.
func NewWatcher(dir string, known func(id string) bool) (*Watcher, error) {
	w := &Watcher{dir: filepath.Clean(dir), known: known}
	var err error
	if w.watch, err = watch.New(w.dir); err != nil {
		return nil, fmt.Errorf("watching rules: %w", err)
	}
	if err := w.attach(); err != nil {
		w.watch.Close()
		return nil, fmt.Errorf("watching rules: %w", err)
	}
	return w, nil
}

// Close ends the watching.
func (w *Watcher) Close() error { return w.watch.Close() }

// Run calls changed with all rules whenever those of a file were changed, made,
// renamed or removed since [NewWatcher], once for changes that come together, and
// with an error where the directory cannot be read. edition is that of the rules
// which the caller read after NewWatcher; rules that are as they were are not told
// again. It returns when ctx ends and closes the watcher.
func (w *Watcher) Run(ctx context.Context, edition string, changed func(*Rules, error)) {
	failed := func(err error) { changed(nil, fmt.Errorf("watching rules: %w", err)) }
	w.watch.Run(ctx, watch.Handler{Settle: settle, Concerns: w.concerns, Failed: failed, Settled: func() {
		if err := w.attach(); err != nil {
			failed(err)
		}
		r, err := Load(w.dir, w.known)
		if err == nil && r.edition == edition {
			return
		}
		if err == nil {
			edition = r.edition
		}
		changed(r, err)
	}})
}

// concerns says whether something happened to rules, or to what they lie in.
func (w *Watcher) concerns(path string, attributes bool) bool {
	if attributes {
		return false
	}
	below, inside := strings.CutPrefix(path, w.dir+string(filepath.Separator))
	if !inside {
		// The directory itself, or one above it that is still missing.
		return path == w.dir || strings.HasPrefix(w.dir, path+string(filepath.Separator))
	}
	return below == listsDir || isRules(filepath.Base(path))
}

// attach watches the directory of the rules, and that of lists where there is one.
func (w *Watcher) attach() error {
	if _, err := w.watch.Attach(w.dir); err != nil {
		return err
	}
	return w.watch.Add(filepath.Join(w.dir, listsDir))
}
