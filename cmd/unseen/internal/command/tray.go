package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/unseen-mail/unseen/gui/alone"
	"github.com/unseen-mail/unseen/gui/launch"
	"github.com/unseen-mail/unseen/gui/login"
	"github.com/unseen-mail/unseen/gui/tray"
	"github.com/unseen-mail/unseen/internal/api"
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
	client := api.NewClient(paths.Socket())
	place, err := alone.Take(paths.Runtime, "tray", "")
	if err != nil {
		return err
	}
	if place == nil {
		s.say(words.TrayRunning)
		return nil
	}
	defer place.Close()
	life, cancel := context.WithCancel(ctx)
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		place.Serve(life, func(string) {})
	}()
	defer func() {
		cancel()
		<-heard
	}()
	open := func(ctx context.Context, page []string) error { return s.openFace(ctx, client, page) }
	start := func(ctx context.Context) error {
		s.complain(s.words.Say(words.TrayStarting), "")
		return launch.Daemon(ctx, client)
	}
	err = tray.Run(life, tray.Config{
		Client: client, Words: s.words, Open: open, Start: start, Said: func(err error) { s.complain(err.Error(), "") },
	})
	switch {
	case errors.Is(err, tray.ErrNoBus):
		return s.fault(err, words.TrayNoBus, words.TrayNoBusHint)
	case errors.Is(err, tray.ErrNoHost):
		s.complain(s.words.Say(words.TrayNoHost), s.words.Say(words.TrayNoHostHint))
		if _, unanswered := client.Status(life); errors.Is(unanswered, api.ErrNotRunning) {
			if err := start(life); err != nil {
				return err
			}
		}
		return open(life, []string{"today"})
	}
	return err
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

// openFace shows a page of the window; where there is no window or no screen it opens
// the pages in a browser, or prints their address.
func (s *session) openFace(ctx context.Context, client *api.Client, page []string) error {
	if path, err := launch.Find("unseen-gui"); err == nil && launch.Display(s.Getenv) {
		return launch.Start(path, page...)
	}
	q := api.OpenRequest{}
	if len(page) > 1 {
		q.Sender = strings.Join(page[1:], " ")
	}
	opened, err := client.Open(ctx, q)
	if err != nil {
		return err
	}
	if !browse(s.Getenv, string(opened.Address)) {
		s.say(words.OpenAddress, "address", string(opened.Address))
	}
	return nil
}
