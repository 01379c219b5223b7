package command

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// Run passes a mail on with every held load made inert. Whatever goes wrong,
// the mail goes out: a filter that loses mail is worse than any tracker.
func (c *cleanCommand) Run(s *session) error {
	raw, err := readMail(s.In)
	if err != nil {
		// What was read and what may still come, as it is.
		if _, failed := s.Out.Write(raw); failed == nil {
			_, _ = io.Copy(s.Out, s.In) // the first error is the one to tell
		}
		return s.unclean(err)
	}
	out, left, err := cleaned(raw)
	if err != nil {
		out = raw
	}
	if _, failed := s.Out.Write(out); failed != nil {
		return fmt.Errorf("writing the mail: %w", failed)
	}
	if err != nil {
		return s.unclean(err)
	}
	if left != "" {
		s.complain(s.words.Say(words.CleanLeft, "left", left), "")
	}
	return nil
}

// unclean says in one line that the mail went out as it came.
func (s *session) unclean(err error) error {
	s.complain(s.words.Say(words.CleanFailed, "what", err), "")
	return errSaid
}

// cleaned returns a mail of the same length in which every held load is inert,
// and which held loads had to be left.
func cleaned(raw []byte) (out []byte, left string, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			out, left, err = nil, "", fmt.Errorf("looking into the mail: %v", fault)
		}
	}()
	rules, err := catalogue.Load()
	if err != nil {
		return nil, "", fmt.Errorf("loading rules: %w", err)
	}
	judge := &detect.Judge{Catalogue: rules}
	var refs []reference.Reference
	all := new(plan.Planner).Plan(raw)
	for i := range all.References {
		refs = append(refs, all.References[i].Ref)
	}
	facts := detect.Gather(message.Header(raw), refs, "")
	out, made := plan.HoldLoads(raw, func(r reference.Reference) bool { return tells(judge.Judge(r, facts)) })
	if len(out) != len(raw) {
		return nil, "", fmt.Errorf("checking the result: %d octets became %d", len(raw), len(out))
	}
	return out, leftOf(made), nil
}

// tells says whether a load tells one reader from another: what level standard
// holds while nothing is granted. Words in a mail exempt no load.
func tells(j detect.Judgement) bool {
	if j.Holds() || j.Individualised == detect.Individual || j.Leak != nil {
		return true
	}
	return j.Verdict == detect.Exempt && j.Exemption != string(purpose.Aggregate)
}

// leftOf counts by reason what could not be made inert: "2 signed, 1 room".
func leftOf(p *plan.Plan) string {
	counts := make(map[string]int)
	for i := range p.References {
		if r := &p.References[i]; r.Outcome == plan.Ungated {
			counts[r.Reason]++
		}
	}
	for _, g := range p.Gaps {
		counts[g.Reason]++
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprint(counts[reason], " ", reason))
	}
	return strings.Join(parts, ", ")
}
