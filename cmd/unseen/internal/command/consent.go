package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// day is how days are typed on the command line; shown they are in the words of the
// reader's language.
const day = "2006-01-02"

// Run lists where consent stands.
func (c *consentList) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Standings(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		s.say(words.NoConsent)
		return nil
	}
	table := tabwriter.NewWriter(s.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, s.words.Say(words.ConsentHead))
	for _, st := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", words.Plain(st.Sender), words.Plain(st.Address), purposeText(s.words, st.Purpose),
			decided(s.words, st.Decision), s.words.Date(st.When.Local()), until(s.words, st.Until))
	}
	return table.Flush()
}

// purposeText is a purpose in words, with the name by which it is typed.
func purposeText(w *words.Catalogue, id string) string {
	info, ok := purpose.Lookup(purpose.ID(id))
	if !ok {
		return words.Plain(id)
	}
	return w.Say(words.PurposeNamed, "title", w.Purpose(info.ID), "id", id)
}

// decided is a decision in words.
func decided(w *words.Catalogue, decision string) string {
	switch decision {
	case "granted":
		return w.Say(words.DecidedGranted)
	case "refused":
		return w.Say(words.DecidedRefused)
	case "withdrawn":
		return w.Say(words.DecidedWithdrawn)
	case "lapsed":
		return w.Say(words.DecidedLapsed)
	}
	return words.Plain(decision)
}

// until is the last day on which a grant stands.
func until(w *words.Catalogue, t *time.Time) string {
	if t == nil {
		return "-"
	}
	return w.Date(t.Add(-time.Nanosecond).Local())
}

// Run grants what is agreed to once it was shown.
func (c *consentGrant) Run(ctx context.Context, s *session) error {
	d, err := c.decision(s, "granted")
	if err != nil {
		return err
	}
	if c.Until != "" {
		end, err := lastDay(s, c.Until)
		if err != nil {
			return err
		}
		d.Until = &end
	}
	if !c.Yes && !isTerminal(s.In) {
		return misuse(s, words.NobodyAnswers, words.NobodyAnswersHint)
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	ask := &asking{session: s, client: client, yes: c.Yes, decision: d}
	list, err := client.Grant(ctx, d, ask.show)
	if err == nil {
		err = ask.refused(ctx)
	}
	if err != nil {
		return err
	}
	s.tellDecided(list, words.Granted)
	return s.tellNeeds(ctx, client, d, list)
}

// Run refuses.
func (c *consentRefuse) Run(ctx context.Context, s *session) error {
	d, err := c.decision(s, "refused")
	if err != nil {
		return err
	}
	return s.decide(ctx, d, words.Refused)
}

// Run withdraws, and says how the sender can be told.
func (c *consentWithdraw) Run(ctx context.Context, s *session) error {
	// Taking back is as easy as giving: without a purpose it is all of it.
	if len(c.Purpose) == 0 {
		c.All = true
	}
	d, err := c.decision(s, "withdrawn")
	if err != nil {
		return err
	}
	if err := s.decide(ctx, d, words.Withdrawn); err != nil {
		return err
	}
	return s.tellHow(ctx, d, c.Letter)
}

// decision reads what grant, refuse and withdraw have in common.
func (c *choice) decision(s *session, what string) (api.Decision, error) {
	if c.All == (len(c.Purpose) > 0) {
		return api.Decision{}, usage(s, words.WhichPurpose, "purposes", purposeNames())
	}
	for _, p := range c.Purpose {
		if _, err := purpose.Parse(p); err != nil {
			return api.Decision{}, usage(s, words.UnknownPurpose, "purpose", p, "purposes", purposeNames())
		}
	}
	return api.Decision{Decision: what, Sender: c.Sender, Address: c.Address, Purposes: c.Purpose, All: c.All,
		OneAddress: c.OneAddress, Language: s.words.Lang()}, nil
}

// purposeNames are the purposes that can be named.
func purposeNames() string {
	var names []string
	for _, p := range purpose.All() {
		if p.Grantable {
			names = append(names, string(p.ID))
		}
	}
	return strings.Join(names, ", ")
}

// lastDay reads a day; a grant lasts to its end.
func lastDay(s *session, text string) (time.Time, error) {
	t, err := time.ParseInLocation(day, text, time.Local)
	if err != nil {
		return time.Time{}, usage(s, words.BadDate, "date", text)
	}
	end := t.AddDate(0, 0, 1)
	if !end.After(time.Now()) {
		return time.Time{}, usage(s, words.PastDate, "date", text)
	}
	return end, nil
}

// decide sends a decision and says what was written.
func (s *session) decide(ctx context.Context, d api.Decision, done words.Key) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Decide(ctx, d)
	if err != nil {
		return err
	}
	s.tellDecided(list, done)
	return nil
}

// tellDecided says what was written, once for each sender and address.
func (s *session) tellDecided(list []api.Standing, done words.Key) {
	type pair struct{ sender, address string }
	type choice struct{ purposes, vendors []string }
	var order []pair
	chosen := make(map[pair]*choice)
	for _, st := range list {
		key := pair{st.Sender, st.Address}
		if chosen[key] == nil {
			chosen[key] = new(choice)
			order = append(order, key)
		}
		c := chosen[key]
		c.purposes = append(c.purposes, purposeText(s.words, st.Purpose))
		c.vendors = append(c.vendors, st.Vendors...)
	}
	for _, key := range order {
		c := chosen[key]
		s.say(done, "who", s.learners(key.sender, c.vendors), "sender", key.sender, "address", key.address, "purposes", s.words.List(c.purposes))
	}
}

// learners names a sender and all others who learn with it.
func (s *session) learners(sender string, vendors []string) string {
	rules, err := catalogue.Load()
	names := []string{sender}
	slices.Sort(vendors)
	for _, id := range slices.Compact(vendors) {
		id = strings.TrimPrefix(id, "host:") // who runs it is not known
		name := id
		if err == nil {
			if v, ok := rules.Vendor(id); ok {
				name = v.Name
			}
		}
		// A host of the sender's own is the sender.
		if own := id == sender || strings.HasSuffix(id, "."+sender); !own && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return s.words.List(names)
}

// Run verifies the ledger.
func (c *consentVerify) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	v, err := client.VerifyAgainst(ctx, c.Against)
	if err != nil {
		return err
	}
	s.say(words.LedgerHolds, "n", v.Records)
	if c.Against != "" {
		s.say(words.LedgerFollows, "head", c.Against)
	}
	if v.Records > 0 {
		s.say(words.LedgerHead, "head", v.Head)
	}
	return nil
}
