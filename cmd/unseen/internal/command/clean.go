package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/signal"
	"slices"
	"syscall"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// Run passes a mail on with every held load made inert. Whatever goes wrong,
// the mail goes out: a filter that loses mail is worse than any tracker. A signal
// ends it as it ends any program, so that whoever runs it keeps the mail.
func (c *cleanCommand) Run(s *session) error {
	if err := c.check(s); err != nil {
		return err
	}
	if c.Watch != "" {
		// Only a watch is ended by a signal in order: between two mails.
		ctx, done := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		defer done()
		return c.watchMaildirs(ctx, s)
	}
	s.awaitTyping(s.In)
	raw, err := readMail(s.In)
	if err != nil {
		// What was read and what may still come, as it is.
		if _, failed := s.Out.Write(raw); failed == nil {
			_, _ = io.Copy(s.Out, s.In) // the first error is the one to tell
		}
		return s.unclean(err)
	}
	mail, bare := c.dressed(raw)
	out, left, err := c.through(s, mail)
	if err != nil {
		out = mail
	}
	out = out[bare:]
	if _, failed := s.Out.Write(out); failed != nil {
		return fmt.Errorf("writing the mail: %w", failed)
	}
	if err != nil {
		return s.unclean(err)
	}
	if len(left) > 0 {
		s.complain(s.words.Say(words.CleanLeft, "left", gapClauses(s.words, left)), "")
	}
	return nil
}

// unclean says in one line that the mail went out as it came.
func (s *session) unclean(err error) error {
	s.complain(s.words.Say(words.CleanFailed, "what", err), "")
	return errSaid
}

// filterRules are the rules of a filter. It works without the reader's own where
// these cannot be read, and says so.
func (s *session) filterRules() (*catalogue.Catalogue, error) {
	rules, err := s.rules()
	if err == nil {
		return rules.catalogue, nil
	}
	s.complain(s.words.Say(words.CleanOwnRules, "what", err), "")
	plain, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("loading rules: %w", err)
	}
	return plain, nil
}

// cleaned returns a mail of the same length in which every held load is inert,
// and counts by reason what had to be left.
func cleaned(raw []byte, load func() (*catalogue.Catalogue, error)) (out []byte, left map[string]int, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			out, left, err = nil, nil, fmt.Errorf("looking into the mail: %v", fault)
		}
	}()
	rules, err := load()
	if err != nil {
		return nil, nil, err
	}
	judge := &detect.Judge{Catalogue: rules}
	left = make(map[string]int)
	out = inert(raw, judge, left)
	// What begins as an mbox is read in both ways, for a mail can be written so
	// that it looks like one: as a whole, and then mail by mail.
	for _, part := range parted(raw) {
		if mail := inert(out[part.Start:part.End], judge, left); len(mail) == part.Len() {
			out = slices.Replace(slices.Clone(out), part.Start, part.End, mail...)
		}
	}
	if len(out) != len(raw) {
		return nil, nil, fmt.Errorf("checking the result: %d octets became %d", len(raw), len(out))
	}
	return out, left, nil
}

// inert makes the held loads of one mail inert and counts what it leaves.
func inert(raw []byte, judge *detect.Judge, left map[string]int) []byte {
	var refs []reference.Reference
	all := new(plan.Planner).Plan(raw)
	for i := range all.References {
		refs = append(refs, all.References[i].Ref)
	}
	facts := detect.Gather(message.Header(raw), refs, "")
	hold := func(r reference.Reference) bool { return tells(judge.Judge(r, facts)) }
	out, made := plan.HoldAndOpen(raw, hold, opener{judge})
	for i := range made.References {
		if r := &made.References[i]; r.Outcome == plan.Ungated {
			left[r.Reason]++
		}
	}
	for _, g := range made.Gaps {
		if g.Reason == plan.GapLinks {
			continue // links are opened where that is sure, and promised nowhere
		}
		left[g.Reason]++
	}
	return out
}

// parted returns where the mails of an mbox stand, none if it is one mail.
func parted(raw []byte) []message.Range {
	if !bytes.HasPrefix(raw, fromLine) {
		return nil
	}
	var list []message.Range
	begin, at := -1, 0
	for line := range bytes.Lines(raw) {
		if at == 0 || separates(line) {
			if begin >= 0 {
				list = append(list, message.Range{Start: begin, End: at})
			}
			begin = at + len(line)
		}
		at += len(line)
	}
	if len(list) == 0 {
		return nil
	}
	return append(list, message.Range{Start: begin, End: at})
}

// tells says whether a load tells one reader from another: what level standard
// holds while nothing is granted. Words in a mail exempt no load.
func tells(j detect.Judgement) bool {
	if j.Holds() || j.Individualised == detect.Individual || j.Leak != nil {
		return true
	}
	return j.Verdict == detect.Exempt && j.Exemption != string(purpose.Aggregate)
}
