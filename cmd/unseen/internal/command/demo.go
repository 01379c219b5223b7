package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/unseen-mail/unseen/internal/daemon/demo"
	"github.com/unseen-mail/unseen/internal/words"
)

// The ports of a demo where nothing else listens.
const (
	usualIMAP    = 1143
	usualGateway = ":4180"
)

// Run shows Unseen at work on made-up mail.
func (c *demoCommand) Run(ctx context.Context, s *session) (err error) {
	log := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelError}))
	world, err := demo.Open(ctx, s.words, log)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, world.Close()); err == nil && !c.Once {
			s.say(words.DemoOver)
		}
	}()
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
	if l := world.Account.Local; l.IMAP != usualIMAP || !strings.HasSuffix(world.Daemon.Origin(), usualGateway) {
		s.say(words.DemoPorts)
	}
	fmt.Fprintln(s.Out)
	s.say(words.SettingsCertificate, "fingerprint", world.Account.Local.Fingerprint)
	s.say(words.SettingsPictures, "origin", world.Daemon.Origin())
	s.say(words.DemoCommands, "config", world.Paths.Config, "data", world.Paths.Data, "runtime", world.Paths.Runtime)
	fmt.Fprintln(s.Out)
	s.say(words.DemoLive)
	told := &journal{out: s.Out, words: s.words}
	defer told.Flush()
	return demo.Live(ctx, world, s.words, told)
}
