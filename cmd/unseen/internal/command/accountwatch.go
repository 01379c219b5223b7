package command

import (
	"context"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// settled is how long a connection is waited for before it is said that it takes
	// longer, and look how often it is looked.
	settled = 15 * time.Second
	look    = 200 * time.Millisecond
)

// accountWatch has new mail looked at before it is opened.
type accountWatch struct {
	Address string `arg:"" help:"${help_address}"`
	What    string `arg:"" optional:"" default:"status" enum:"on,off,status" help:"${help_watch_what}"`
}

// Run turns it on or off, and says how it stands.
func (c *accountWatch) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	q := api.WatchRequest{Address: c.Address}
	if c.What != "status" {
		on := c.What == "on"
		q.On = &on
	}
	w, err := client.Watch(ctx, q)
	if err != nil {
		return err
	}
	if !w.On {
		s.say(words.WatchOff, "address", w.Address)
		return nil
	}
	q.On = nil
	for deadline := time.Now().Add(settled); c.What == "on" && w.Phase == "connecting" && time.Now().Before(deadline); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
		if w, err = client.Watch(ctx, q); err != nil {
			return err
		}
	}
	return s.printWatch(ctx, client, &w)
}

// printWatch says how the watching of an account stands.
func (s *session) printWatch(ctx context.Context, client *api.Client, w *api.Watched) error {
	switch w.Phase {
	case "watching":
		host := ""
		accounts, err := client.Accounts(ctx)
		if err != nil {
			return err
		}
		for _, a := range accounts {
			if a.Address == w.Address {
				host = a.IMAP.Host
			}
		}
		s.say(words.WatchOn, "address", w.Address, "host", host)
		if w.Mails > 0 {
			s.say(words.WatchCount, "n", w.Mails, "would", w.Reporting)
		}
		return nil
	case "connecting":
		s.say(words.WatchConnecting, "address", w.Address)
		return nil
	}
	s.complain(w.Problem, w.Hint)
	if !w.Until.IsZero() {
		s.say(words.WatchUntil, "when", s.words.Clock(w.Until.Local()))
	}
	return errSaid
}
