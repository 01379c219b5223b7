package command

import (
	"context"
	"fmt"
	"os"

	"github.com/unseen-mail/unseen/gui/icon"
	"github.com/unseen-mail/unseen/gui/launch"
	"github.com/unseen-mail/unseen/gui/login"
	"github.com/unseen-mail/unseen/internal/words"
)

type trayCommand struct {
	Login string `enum:",on,off" default:"" placeholder:"WHEN" help:"${help_tray_login}"`
}

// Run shows the icon until it is closed.
func (c *trayCommand) Run(ctx context.Context, s *session) error {
	if c.Login != "" {
		return c.login(s)
	}
	paths, _, err := s.paths()
	if err != nil {
		return err
	}
	// The icon is there all day, and a program of its own takes half the memory.
	if small, err := launch.Find("unseen-tray"); err == nil {
		return launch.Become(small)
	}
	return icon.Run(ctx, icon.Config{Paths: paths, Words: s.words, Getenv: s.Getenv, Out: s.Out, Err: s.Err})
}

// login lets the icon start with the session, or not.
func (c *trayCommand) login(s *session) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	entry, err := login.Of(s.Getenv, program)
	if err != nil {
		return err
	}
	if err := entry.Set(c.Login == "on"); err != nil {
		return err
	}
	if c.Login == "on" {
		s.say(words.TrayLoginOn)
		return nil
	}
	s.say(words.TrayLoginOff)
	return nil
}
