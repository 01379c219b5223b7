package command

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// An asking puts questions to whoever types, and remembers to whom they said no.
type asking struct {
	*session
	client   *api.Client
	yes      bool
	decision api.Decision
	// noes are the questions that were answered with no.
	noes []api.Question
	// typed reads what is typed, across questions.
	typed *bufio.Reader
}

// show prints a question word for word, as it is recorded, and returns whether
// the answer is yes. Yes and no are a letter each.
func (a *asking) show(q api.Question) bool {
	fmt.Fprint(a.Out, q.Notice.Text())
	fmt.Fprintln(a.Out)
	if a.yes {
		return true
	}
	if a.typed == nil {
		a.typed = bufio.NewReader(a.In)
	}
	yes, no := a.words.Say(words.LetterYes), a.words.Say(words.LetterNo)
	for range 3 {
		fmt.Fprint(a.Out, a.words.Say(words.AskYesNo, "yes", yes, "no", no)+" ")
		line, err := a.typed.ReadString('\n')
		switch answer := strings.ToLower(strings.TrimSpace(line)); {
		case answer == yes:
			return true
		case answer == no:
			a.noes = append(a.noes, q)
			return false
		case err != nil:
			return false
		}
	}
	return false
}

// refused writes the noes, with the notice that was shown.
func (a *asking) refused(ctx context.Context) error {
	for _, q := range a.noes {
		d := a.decision
		d.Decision, d.Sender, d.Address, d.Notice = "refused", q.Sender, q.Address, q.Notice.SHA256
		if err := a.decide(ctx, d, words.Refused); err != nil {
			return err
		}
	}
	return nil
}

// tellNeeds says of what was granted and lets nothing through by itself what it
// needs.
func (s *session) tellNeeds(ctx context.Context, client *api.Client, d api.Decision, granted []api.Standing) error {
	if len(granted) == 0 {
		return nil
	}
	questions, err := client.Ask(ctx, api.Ask{
		Sender: d.Sender, Address: d.Address, Language: d.Language, Until: d.Until, OneAddress: d.OneAddress,
	})
	if err != nil {
		return err
	}
	for _, q := range questions {
		for _, sw := range q.Switches {
			given := slices.ContainsFunc(granted, func(st api.Standing) bool { return st.Purpose == sw.Purpose && st.Address == q.Address })
			if given && sw.On && len(sw.Needs) > 0 {
				s.say(words.NeedsOthers, "purpose", purposeText(s.words, sw.Purpose), "needs", strings.Join(sw.Needs, ", "))
			}
		}
	}
	return nil
}

// tellHow says that a sender was not told, and how the reader can.
func (s *session) tellHow(ctx context.Context, d api.Decision, letter bool) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Tell(ctx, api.TellRequest{Sender: d.Sender, Address: d.Address, Language: d.Language})
	if err != nil {
		// It was taken back all the same: of a sender without mail nothing more
		// is known.
		return nil
	}
	for _, t := range list {
		fmt.Fprintln(s.Out, t.Text)
		for _, l := range t.Links {
			s.say(words.TheirLink, "kind", l.Kind, "url", l.URL)
		}
		if letter {
			fmt.Fprintf(s.Out, "\n%s\n\n%s\n", t.Letter.Subject, t.Letter.Text)
		}
	}
	if !letter {
		s.say(words.LetterIsThere)
	}
	s.say(words.ToldNote, "sender", d.Sender)
	return nil
}

// Run shows who waits for an answer, or what one sender asks for.
func (c *consentAsk) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.Sender == "" {
		return c.waiting(ctx, s, client)
	}
	list, err := client.Ask(ctx, api.Ask{
		Sender: c.Sender, Address: c.Address, OneAddress: c.OneAddress, Language: s.words.Lang(),
	})
	if err != nil {
		return err
	}
	for i, q := range list {
		if i > 0 {
			fmt.Fprintln(s.Out)
		}
		fmt.Fprint(s.Out, q.Notice.Text())
		fmt.Fprintln(s.Out)
		c.switches(s, &q)
	}
	return nil
}

// waiting lists who waits for an answer.
func (c *consentAsk) waiting(ctx context.Context, s *session, client *api.Client) error {
	list, err := client.Questions(ctx, c.Asked)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		s.say(words.NobodyWaits)
		return nil
	}
	table := tabwriter.NewWriter(s.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, s.words.Say(words.WaitingHead))
	for _, w := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", words.Plain(w.Sender), words.Plain(w.Address), why(s.words, w.Kind),
			words.Plain(strings.Join(w.Purposes, ", ")), s.words.Date(w.Last.Local()))
	}
	return table.Flush()
}

// why is the reason of a question in words.
func why(w *words.Catalogue, kind string) string {
	switch kind {
	case "first":
		return w.Say(words.WhyFirst)
	case "new-vendor":
		return w.Say(words.WhyNewVendor)
	case "lapsed":
		return w.Say(words.WhyLapsedGrant)
	case "again":
		return w.Say(words.WhyAgain)
	}
	return words.Plain(kind)
}

// switches says how each purpose stands.
func (c *consentAsk) switches(s *session, q *api.Question) {
	for i, sw := range q.Switches {
		stands := s.words.Say(words.StandsUnasked)
		if sw.Decision != "unasked" {
			stands = decided(s.words, sw.Decision)
		}
		s.say(words.SwitchLine, "purpose", purposeText(s.words, sw.Purpose), "stands", stands)
		if len(sw.New) > 0 {
			s.say(words.SwitchNew, "vendors", strings.Join(sw.New, ", "))
		}
		if p := q.Notice.Purposes; c.More && i < len(p) {
			fmt.Fprintln(s.Out, "  "+p[i].More)
			for _, example := range p[i].Examples {
				fmt.Fprintln(s.Out, "  - "+example)
			}
		}
	}
}
