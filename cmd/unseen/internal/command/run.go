package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/service"
	"github.com/unseen-mail/unseen/internal/words"
)

// Run protects the connected accounts until it is stopped.
func (c *runCommand) Run(ctx context.Context, s *session) error {
	if c.PrintConfig {
		fmt.Fprint(s.Out, config.Sample())
		return nil
	}
	paths, settings, err := s.paths()
	if err != nil {
		return err
	}
	d, err := daemon.Start(ctx, daemon.Config{
		Held:  service.Sockets(s.Getenv, os.Unsetenv),
		Paths: paths, Settings: settings, Words: s.words, Version: version(),
		Logger: slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: settings.Log})),
	})
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		// Whoever ends it while it starts has what they asked for.
		s.note(words.Stopping)
		return nil
	}
	if err != nil {
		return err
	}
	if s.greet(ctx, d) {
		var said sync.WaitGroup
		defer said.Wait()
		said.Go(func() { s.tellFreed(ctx, d) })
	}
	ended := s.reload(ctx, d)
	// What reading the tables took is given back: most of the time nothing happens.
	debug.FreeOSMemory()
	d.Wait(ctx)
	s.note(words.Stopping)
	ended()
	if err := d.Close(); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	return nil
}

// reload reads config.toml again on SIGHUP, until what it returns is called.
func (s *session) reload(ctx context.Context, d *daemon.Daemon) (ended func()) {
	hup, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hup, syscall.SIGHUP)
	var work sync.WaitGroup
	work.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-hup:
			}
			if err := d.Reload(ctx); err != nil {
				s.report(err)
				continue
			}
			s.note(words.Reloaded)
		}
	})
	return func() {
		signal.Stop(hup)
		close(done)
		work.Wait()
	}
}

// tellFreed says when a port that was taken came free.
func (s *session) tellFreed(ctx context.Context, d *daemon.Daemon) {
	for e, err := range d.Client().Follow(ctx, -1) {
		if err != nil {
			return // it is told by whoever asks for the status
		}
		if e.Kind == "port" {
			s.noteText(e.Reason)
		}
	}
}

// greet says what is protected, and what to do if nothing is yet. It returns
// whether something does not work yet.
func (s *session) greet(ctx context.Context, d *daemon.Daemon) bool {
	// Also to somebody who ends it at once: it is said what was found.
	st, err := d.Client().Status(context.WithoutCancel(ctx))
	if err != nil {
		s.complain(err.Error(), "")
		return false
	}
	s.note(words.Running, "pid", st.PID)
	for _, note := range d.Notes() {
		s.noteText(note)
	}
	for _, a := range st.Accounts {
		s.noteText(accountLine(s.words, a))
	}
	if len(st.Accounts) == 0 {
		s.note(words.RunNoAccount)
	}
	for i, p := range st.Problems {
		s.complain(p, st.Remedy(i))
	}
	return len(st.Problems) > 0
}

// note says something in passing, on standard error: it is no result.
func (s *session) note(k words.Key, pairs ...any) { s.noteText(s.words.Say(k, pairs...)) }

func (s *session) noteText(text string) { fmt.Fprintln(s.Err, "unseen: "+words.Plain(text)) }
