package study

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/watch"
)

const (
	// settle is how long nothing may happen in a directory before it is read again.
	settle = time.Second
	// again is how long is waited before a lost source is watched anew.
	again = 30 * time.Second
	// askOwnEvery is how often the Unseen that runs here is asked for mail.
	askOwnEvery = time.Minute
	// anyway is how often every source is read, whatever was told.
	anyway = 15 * time.Minute
)

// Follow runs a study and goes on with what comes, until ctx ends: directories are
// watched, and servers tell. Ran hears of each run that found something, first of all of
// what was there.
func (s *Study) Follow(ctx context.Context, r Run, ran func(Tally)) error {
	tally, err := s.Run(ctx, r)
	if err != nil {
		return err
	}
	ran(tally)
	pending := make([]atomic.Bool, len(s.Protocol.Sources))
	changed := make(chan struct{}, 1)
	var watching sync.WaitGroup
	defer watching.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i, at := range s.Protocol.Sources {
		tell := func() {
			pending[i].Store(true)
			select {
			case changed <- struct{}{}:
			default: // somebody said so already
			}
		}
		watching.Go(func() { keepWatch(ctx, r.Mail, at.Path, tell) })
	}
	tick := time.NewTicker(anyway)
	defer tick.Stop()
	for {
		sources := s.Protocol.Sources
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-changed:
			sources = s.gather(pending)
		}
		tally, err := s.run(ctx, r, sources)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if tally.Mails+tally.Damaged+tally.Unreached > 0 {
			ran(tally)
		}
	}
}

// gather returns the sources that changed.
func (s *Study) gather(pending []atomic.Bool) []Source {
	var list []Source
	for i, at := range s.Protocol.Sources {
		if pending[i].Swap(false) {
			list = append(list, at)
		}
	}
	return list
}

// keepWatch watches a source until ctx ends. What is lost is watched again; what it has
// to say of a server is said by the run that follows.
func keepWatch(ctx context.Context, cfg source.Config, path string, changed func()) {
	for ctx.Err() == nil {
		var err error
		switch {
		case path == OwnPath:
			err = askOwn(ctx, changed)
		case source.IsURL(path):
			err = cfg.Watch(ctx, path, changed)
		default:
			err = watchFiles(ctx, path, changed)
		}
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// askOwn has the Unseen that runs here be asked again and again: it tells a study of no
// mail by itself.
func askOwn(ctx context.Context, changed func()) error {
	tick := time.NewTicker(askOwnEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			changed()
		}
	}
}

// watchFiles watches a file, or a directory with those below it.
func watchFiles(ctx context.Context, path string, changed func()) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	root := path
	if !info.IsDir() {
		root = filepath.Dir(path)
	}
	w, err := watch.New(root)
	if err != nil {
		return err
	}
	below := func(dir string) error {
		return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return nil //nolint:nilerr // what is not there is not watched
			}
			return w.Add(name)
		})
	}
	if info.IsDir() {
		if err := below(path); err != nil {
			return errors.Join(err, w.Close())
		}
	}
	changed() // what came before the watching
	w.Run(ctx, watch.Handler{
		Settle: settle,
		Concerns: func(name string, attributes bool) bool {
			if attributes {
				return false
			}
			if !info.IsDir() {
				return filepath.Clean(name) == filepath.Clean(path)
			}
			if entry, err := os.Stat(name); err == nil && entry.IsDir() {
				_ = below(name) // the next reading finds it all the same
			}
			return true
		},
		Settled: changed,
		Failed:  func(error) { changed() },
	})
	return nil
}
