package command

import (
	"context"
	"fmt"
	"io"
	"strings"

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
	s.printStatus(st)
	if !c.Follow {
		return nil
	}
	fmt.Fprintln(s.Out)
	for e, err := range client.Follow(ctx, -1) {
		if err != nil {
			return err
		}
		printEvent(s.Out, s.words, e)
	}
	if ctx.Err() == nil {
		return api.ErrNotRunning
	}
	return nil
}

// printStatus writes the state in a few lines.
func (s *session) printStatus(st api.Status) {
	s.say(words.StatusRunning, "pid", st.PID, "since", st.Since.Local().Format("2 January 15:04"), "version", st.Version)
	if st.Gateway.Open {
		s.say(words.StatusGateway, "origin", st.Gateway.Origin)
	}
	s.say(words.StatusToday, "held", st.Today.Held, "released", st.Today.Released, "copies", st.Today.Copies)
	if st.Pictures == "all" {
		s.say(words.StatusPicturesAll)
	} else {
		s.say(words.StatusPicturesNone)
	}
	s.say(words.StatusLevel, "level", st.Level)
	for _, key := range st.Pinned {
		s.say(words.StatusPinned, "key", key)
	}
	if len(st.Accounts) == 0 {
		s.say(words.NoAccounts)
	}
	for _, a := range st.Accounts {
		fmt.Fprintln(s.Out, accountLine(s.words, a))
		printPorts(s.Out, s.words, a.Local)
	}
	for _, p := range st.Problems {
		s.complain(p, "")
	}
}

// printEvent writes a line of the live log.
func printEvent(out io.Writer, w *words.Catalogue, e api.Event) {
	fmt.Fprintln(out, e.Time.Local().Format("15:04:05")+"  "+eventText(w, e))
}

// eventText says in words what happened.
func eventText(w *words.Catalogue, e api.Event) string {
	who := e.Sender
	if who == "" {
		who = w.Say(words.EventNobody)
	}
	reason := e.Reason
	for _, said := range []string{"Held: ", "Released: "} {
		reason = strings.TrimPrefix(reason, said)
	}
	pairs := []any{"who", who, "host", e.Host, "reason", reason}
	switch e.Kind + " " + e.Outcome {
	case "load held":
		return w.Say(words.EventHeld, pairs...)
	case "load released":
		return w.Say(words.EventReleased, pairs...)
	case "load copy":
		return w.Say(words.EventCopy, pairs...)
	case "load failed":
		return w.Say(words.EventFailed, pairs...)
	}
	return w.Say(words.EventOther, "kind", e.Kind, "outcome", e.Outcome, "who", e.Sender, "reason", reason)
}
