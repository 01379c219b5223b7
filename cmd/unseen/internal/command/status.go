package command

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// Run says how Unseen does.
func (c *statusCommand) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	st, err := client.Status(ctx)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		out := json.NewEncoder(s.Out)
		if err := out.Encode(st); err != nil {
			return fmt.Errorf("writing the status: %w", err)
		}
		// A program that has closed the other end is told no more.
		return c.follow(ctx, client, func(e api.Event) { _ = out.Encode(e) })
	}
	s.printStatus(st)
	if c.Follow {
		fmt.Fprintln(s.Out)
	}
	log := &journal{out: s.Out, words: s.words}
	defer log.Flush()
	return c.follow(ctx, client, log.Event)
}

// follow hands over each event to come, if that was asked for, until ctx ends.
func (c *statusCommand) follow(ctx context.Context, client *api.Client, to func(api.Event)) error {
	if !c.Follow {
		return nil
	}
	for e, err := range client.Follow(ctx, -1) {
		if err != nil {
			return err
		}
		to(e)
	}
	if ctx.Err() == nil {
		return api.ErrNotRunning
	}
	return nil
}

// printStatus writes the state in a few lines.
func (s *session) printStatus(st api.Status) {
	s.say(words.StatusRunning, "pid", st.PID, "since", s.words.DateTime(st.Since.Local()), "version", st.Version)
	if st.Gateway.Open {
		s.say(words.StatusGateway, "origin", st.Gateway.Origin)
	}
	if st.SOCKS != "" {
		s.say(words.StatusProxy, "socks", st.SOCKS)
	}
	if !st.Uncounted {
		s.printCounts(st)
	}
	if st.Pictures == "all" {
		s.say(words.StatusPicturesAll)
	} else {
		s.say(words.StatusPicturesNone)
	}
	fmt.Fprintln(s.Out, levelText(s.words, st.Level))
	s.printSpans(st)
	for _, key := range st.Pinned {
		s.say(words.StatusPinned, "key", key)
	}
	if len(st.Accounts) == 0 {
		s.say(words.NoAccounts)
	}
	for _, a := range st.Accounts {
		fmt.Fprintln(s.Out, accountLine(s.words, a))
		printPorts(s.Out, s.words, a.Local)
		s.printVouching(a)
	}
	for _, p := range st.Problems {
		s.complain(p, "")
	}
}

// printCounts writes what came through, and what of it could not be held.
func (s *session) printCounts(st api.Status) {
	s.say(words.StatusToday, "held", st.Today.Held, "released", st.Today.Released, "copies", st.Today.Copies)
	switch {
	case st.Mail.Messages == 0:
	case st.Mail.Ungated == 0:
		s.say(words.StatusMail, "n", st.Mail.Messages)
	default:
		s.say(words.StatusUngated, "n", st.Mail.Messages, "ungated", st.Mail.Ungated, "why", gapClauses(s.words, st.Mail.Reasons))
	}
}
