package command

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
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
		Paths: paths, Settings: settings, Words: s.words, Version: version(),
		Logger: slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: settings.Log})),
	})
	if err != nil {
		return err
	}
	s.greet(ctx, d)
	d.Wait(ctx)
	s.note(words.Stopping)
	if err := d.Close(); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	return nil
}

// greet says what is protected, and what to do if nothing is yet.
func (s *session) greet(ctx context.Context, d *daemon.Daemon) {
	st, err := d.Client().Status(ctx)
	if err != nil {
		s.complain(err.Error(), "")
		return
	}
	s.note(words.Running, "pid", st.PID)
	for _, a := range st.Accounts {
		s.noteText(accountLine(s.words, a))
	}
	if len(st.Accounts) == 0 {
		s.note(words.RunNoAccount)
	}
	for _, p := range st.Problems {
		s.complain(p, s.words.Say(words.TakenHint))
	}
}

// note says something in passing, on standard error: it is no result.
func (s *session) note(k words.Key, pairs ...any) { s.noteText(s.words.Say(k, pairs...)) }

func (s *session) noteText(text string) { fmt.Fprintln(s.Err, "unseen: "+words.Plain(text)) }
