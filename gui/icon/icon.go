// Package icon runs the icon of Unseen as a program does: one of them in a session, with
// the daemon started where it is not running, and the window or the pages opened by what
// is pressed.
//
// It is what "unseen tray" and unseen-tray have in common. The latter is a program of its
// own because a process pays for all that is linked into it: the whole of Unseen takes
// twice the memory of an icon (see docs/window.md).
package icon

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/unseen-mail/unseen/gui/alone"
	"github.com/unseen-mail/unseen/gui/launch"
	"github.com/unseen-mail/unseen/gui/tray"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/words"
)

// A Config says where an icon belongs.
type Config struct {
	// Paths are the places of the reader.
	Paths config.Paths
	// Words are the language of the environment.
	Words *words.Catalogue
	// Getenv is the environment.
	Getenv func(string) string
	// Out and Err are where it speaks, as a command does.
	Out, Err io.Writer
}

// Run shows the icon until ctx ends or it is closed. A second one says that the first is
// there, and ends.
func Run(ctx context.Context, cfg Config) error {
	client := api.NewClient(cfg.Paths.Socket())
	place, err := alone.Take(cfg.Paths.Runtime, "tray", "")
	if err != nil {
		return err
	}
	if place == nil {
		cfg.say(words.TrayRunning)
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
	open := func(ctx context.Context, page []string) error { return cfg.open(ctx, client, page) }
	start := func(ctx context.Context) error {
		words.Complain(cfg.Err, cfg.Words, cfg.Words.Say(words.TrayStarting), "")
		return launch.Daemon(ctx, client)
	}
	err = tray.Run(life, tray.Config{
		Client: client, Words: cfg.Words, Open: open, Start: start,
		Said: func(err error) { words.Complain(cfg.Err, cfg.Words, err.Error(), "") },
	})
	switch {
	case errors.Is(err, tray.ErrNoBus):
		return &words.Fault{Text: cfg.Words.Say(words.TrayNoBus), Hint: cfg.Words.Say(words.TrayNoBusHint), Err: err}
	case errors.Is(err, tray.ErrNoHost):
		return cfg.instead(life, client, start)
	}
	return err
}

// instead opens the window where a desktop has no place for icons.
func (cfg *Config) instead(ctx context.Context, client *api.Client, start func(context.Context) error) error {
	words.Complain(cfg.Err, cfg.Words, cfg.Words.Say(words.TrayNoHost), cfg.Words.Say(words.TrayNoHostHint))
	if _, unanswered := client.Status(ctx); errors.Is(unanswered, api.ErrNotRunning) {
		if err := start(ctx); err != nil {
			return err
		}
	}
	return cfg.open(ctx, client, []string{"today"})
}

// open shows a page of the window; where there is no window or no screen it opens the
// pages in a browser, or prints their address.
func (cfg *Config) open(ctx context.Context, client *api.Client, page []string) error {
	if path, err := launch.Find("unseen-gui"); err == nil && launch.Display(cfg.Getenv) {
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
	if !launch.Browse(cfg.Getenv, string(opened.Address)) {
		cfg.say(words.OpenAddress, "address", string(opened.Address))
	}
	return nil
}

func (cfg *Config) say(k words.Key, pairs ...any) {
	_, _ = io.WriteString(cfg.Out, cfg.Words.Say(k, pairs...)+"\n") // to a terminal that may have gone
}
