package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// about tells what a sender's mail shows of it: who has a part in it, what it says of
// tracking, and what is seen over time. Of a sender without mail there is nothing.
func (s *session) about(ctx context.Context, client *api.Client, sender string) error {
	if sender == "" {
		return nil
	}
	a, err := client.AboutIn(ctx, api.AboutRequest{Sender: sender, Language: s.words.Lang()})
	if err != nil || a.Looked == 0 {
		return nil // what was recorded of it stands above all the same
	}
	if a.LikeWhy != "" {
		fmt.Fprintln(s.Out, a.LikeWhy)
	}
	s.say(words.PartHead)
	for i := range a.Roles {
		r := &a.Roles[i]
		fmt.Fprintln(s.Out, "  "+s.words.Say(words.PartLine, "kind", r.Title, "name", r.Name))
		for _, why := range r.Why {
			fmt.Fprintln(s.Out, "    "+words.Plain(why))
		}
	}
	if len(a.Mails) > 0 {
		s.say(words.ClaimHead)
	}
	for i := range a.Mails {
		fmt.Fprintln(s.Out, "  "+s.claims(&a.Mails[i]))
	}
	s.say(words.SeenHead, "n", a.Looked)
	for _, o := range a.Observations {
		fmt.Fprintln(s.Out, "  "+o.Text)
	}
	return nil
}

// claims is what one mail says of tracking, in a line.
func (s *session) claims(m *api.Claiming) string {
	said := m.Said()
	if m.Tracks {
		said = append(said, s.words.Say(words.ClaimTracks))
	}
	return s.words.Say(words.ClaimLine, "day", s.words.Date(m.Sent.Local()), "what", strings.Join(said, "; "))
}
