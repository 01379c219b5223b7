package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/daemon/demo"
	"github.com/unseen-mail/unseen/internal/words"
)

// Run shows Unseen at work on made-up mail.
func (c *demoCommand) Run(ctx context.Context, s *session) (err error) {
	log := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelError}))
	world, err := demo.Open(ctx, s.words, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	s.say(words.DemoWelcome)
	fmt.Fprintln(s.Out)
	if c.Once {
		err := demo.Once(ctx, world, s.words, s.Out)
		if errors.Is(err, demo.ErrTold) {
			return s.fault(err, words.DemoTold, words.DemoToldHint)
		}
		return err
	}
	s.say(words.DemoSettings)
	fmt.Fprintln(s.Out)
	printPorts(s.Out, s.words, world.Account.Local)
	fmt.Fprintln(s.Out)
	s.say(words.SettingsCertificate, "fingerprint", world.Account.Local.Fingerprint)
	s.say(words.SettingsPictures, "origin", world.Daemon.Origin())
	s.say(words.DemoCommands, "config", world.Paths.Config, "data", world.Paths.Data, "runtime", world.Paths.Runtime)
	fmt.Fprintln(s.Out)
	s.say(words.DemoLive)
	return demo.Live(ctx, world, s.words, s.Out, func(out io.Writer, e api.Event) { printEvent(out, s.words, e) })
}
