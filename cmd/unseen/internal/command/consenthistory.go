package command

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
	"github.com/unseen-mail/unseen/rules/statement"
)

// Run tells all that was decided about a sender, the first first.
func (c *consentHistory) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	h, err := client.History(ctx, c.Sender)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		out := json.NewEncoder(s.Out)
		out.SetIndent("", "  ")
		if err := out.Encode(h); err != nil {
			return fmt.Errorf("writing history: %w", err)
		}
		return nil
	}
	if len(h.Records)+len(h.Once)+len(h.Statements) == 0 {
		s.say(words.NoConsent)
		return s.about(ctx, client, c.Sender)
	}
	for i := range h.Records {
		c.record(s, &h.Records[i])
	}
	for _, o := range h.Once {
		s.say(words.OnceLine, "time", s.words.DateTime(o.When.Local()), "address", o.Address, "how", o.How)
	}
	for i := range h.Statements {
		s.statement(&h.Statements[i])
	}
	fmt.Fprintln(s.Out, h.Says)
	return s.about(ctx, client, c.Sender)
}

// record tells one decision.
func (c *consentHistory) record(s *session, r *api.Record) {
	switch {
	case r.Forgotten:
		s.say(words.ForgottenLine, "seq", r.Seq)
		return
	case r.Forgets != nil:
		s.say(words.ForgetsLine, "seq", r.Seq, "time", s.words.DateTime(r.When.Local()), "n", len(r.Forgets))
		return
	}
	s.say(words.RecordLine, "seq", r.Seq, "time", s.words.DateTime(r.When.Local()), "sender", r.Sender, "address", r.Address,
		"purpose", purposeText(s.words, r.Purpose), "decision", decided(s.words, r.Decision), "how", r.How)
	if len(r.Vendors) > 0 {
		s.say(words.RecordVendors, "vendors", strings.Join(r.Vendors, ", "))
	}
	if r.Until != nil {
		s.say(words.RecordUntil, "date", until(s.words, r.Until))
	}
	if r.NoticeSHA256 == "" {
		return
	}
	s.say(words.RecordNotice, "hash", r.NoticeSHA256, "language", r.NoticeLanguage)
	if c.Notices {
		for line := range strings.Lines(r.Notice) {
			fmt.Fprintln(s.Out, "    "+words.Plain(strings.TrimSuffix(line, "\n")))
		}
	}
}

// Run keeps what the reader says of having agreed with a sender, or tells what
// they said.
func (c *consentStatement) Run(ctx context.Context, s *session) error {
	if c.Told != "" && c.Answer == "" {
		c.Answer = string(statement.Told)
	}
	if c.Answer != "" {
		return c.state(ctx, s)
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Statements(ctx, c.Sender)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		s.say(words.NoStatement)
	}
	for i := range list {
		s.statement(&list[i])
	}
	return nil
}

// ways are those of package statement.
func ways() []string {
	var list []string
	for _, w := range statement.Ways() {
		list = append(list, string(w))
	}
	return list
}

// state keeps a statement.
func (c *consentStatement) state(ctx context.Context, s *session) error {
	switch statement.Answer(c.Answer) {
	case statement.Yes, statement.No, statement.Unsure:
		if c.Told != "" {
			return usage(s, words.ToldApart)
		}
	case statement.Told:
	default:
		return usage(s, words.UnknownAnswer, "answer", c.Answer)
	}
	if c.Way != "" && !slices.Contains(ways(), c.Way) {
		return usage(s, words.UnknownWay, "way", c.Way, "ways", strings.Join(ways(), ", "))
	}
	if c.Sender == "" {
		return usage(s, words.WhichSender)
	}
	one := api.Statement{
		Sender: c.Sender, Recipient: c.Address, Answer: statement.Answer(c.Answer), AgreedOn: c.On, Way: statement.Way(c.Way),
		Where: c.Where, By: c.By, AddressGiven: c.AddressGiven, Note: c.Note, ToldOn: c.Told,
	}
	for _, p := range c.Purpose {
		id, err := purpose.Parse(p)
		if err != nil {
			return usage(s, words.UnknownPurpose, "purpose", p, "purposes", purposeNames())
		}
		one.Purposes = append(one.Purposes, id)
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	kept, err := client.State(ctx, one)
	if err != nil {
		return err
	}
	s.statement(&kept)
	s.say(words.StatementIs)
	return nil
}

// statement tells what the reader said.
func (s *session) statement(one *api.Statement) {
	pairs := []any{"time", s.words.DateTime(one.When.Local()), "sender", one.Sender, "address", one.Recipient}
	switch one.Answer {
	case statement.Yes:
		s.say(words.StatedYes, pairs...)
	case statement.No:
		s.say(words.StatedNo, pairs...)
	case statement.Told:
		s.say(words.StatedTold, append(pairs, "day", written(s.words, one.ToldOn))...)
	default:
		s.say(words.StatedUnsure, pairs...)
	}
	for _, detail := range []struct {
		name, value string
	}{
		{s.words.Say(words.StatedOn), written(s.words, one.AgreedOn)}, {s.words.Say(words.StatedWay), string(one.Way)},
		{s.words.Say(words.StatedWhere), one.Where}, {s.words.Say(words.StatedBy), one.By},
		{s.words.Say(words.StatedGiven), one.AddressGiven}, {s.words.Say(words.StatedNote), one.Note},
	} {
		if detail.value != "" {
			fmt.Fprintf(s.Out, "  %s: %s\n", detail.name, words.Plain(detail.value))
		}
	}
}

// written is a day as it is kept, in the words of a language.
func written(w *words.Catalogue, kept string) string {
	t, err := time.Parse(day, kept)
	if err != nil {
		return kept
	}
	return w.Date(t)
}
