package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/internal/words/detected"
)

// json writes an explanation for a program.
func (e *explainer) json(x *explained) error {
	if x.References == nil {
		x.References = []explanation{}
	}
	var line bytes.Buffer
	lines := json.NewEncoder(&line)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(x); err != nil {
		return fmt.Errorf("writing the explanation: %w", err)
	}
	e.out.Write(printable(line.Bytes())) // Flush returns its error
	for _, g := range x.Gaps {
		e.complain(e.gap(g), "")
	}
	return nil
}

// text writes an explanation for a person: those that tell first.
func (e *explainer) text(x *explained) {
	if x.Number > 0 {
		fmt.Fprintln(e.out, e.words.Say(words.ScanMail, "path", x.Source, "n", x.Number))
	}
	tell := 0
	for i := range x.References {
		if v := x.References[i].Verdict; v == detect.Tracker || v == detect.Suspected {
			tell++
		}
	}
	switch {
	case tell == 0:
		fmt.Fprintln(e.out, e.words.Say(words.ExplainNone))
	default:
		fmt.Fprintln(e.out, e.words.Say(words.ExplainSome, "n", tell))
	}
	if x.InPictures {
		fmt.Fprintln(e.out, e.words.Say(words.InPictures, "held", x.held, "n", x.pictures))
	}
	for i := range x.References {
		e.reference(&x.References[i])
	}
	if x.others > 0 {
		fmt.Fprintf(e.out, "\n%s\n", e.words.Say(words.ExplainOthers, "n", x.others))
	}
	for _, g := range x.Gaps {
		fmt.Fprintln(e.out, e.gap(g))
	}
	for i := range x.Learned {
		fmt.Fprintln(e.out)
		e.learnt(&x.Learned[i])
	}
}

// reference writes one reference: what it is, what it would have told, why that is
// held to be so, what for, and what becomes of it.
func (e *explainer) reference(x *explanation) {
	where := x.Host
	if where == "" {
		where = short(x.URL)
	}
	if x.Company != x.Host && x.Company != "" {
		where = e.words.Say(words.ExplainWho, "host", x.Host, "who", x.Company)
	}
	head := e.words.Say(words.ExplainHead, "what", detected.Kind(e.words, x.Kind), "where", where)
	if x.times > 1 {
		head = e.words.Say(words.ExplainTimes, "head", head, "n", x.times)
	}
	fmt.Fprintf(e.out, "\n%s\n", head)
	e.line(e.words.Say(words.ExplainHeld, "verdict", detected.Verdict(e.words, &x.Finding), "action", action(e.words, x.Action)))
	e.block(words.ExplainWhy, e.reasons(x.Reasons, x.Finding.Because))
	if x.Sent != nil {
		head := words.ExplainSent
		if !x.Kind.Load() {
			head = words.ExplainSends
		}
		e.block(head, x.Sent.Text)
	}
	if len(x.Purposes) > 0 {
		var titles []string
		for _, id := range x.Purposes {
			titles = append(titles, e.words.Purpose(id))
		}
		basis := words.ExplainInferred
		if x.Basis == string(detect.Documented) {
			basis = words.ExplainDocumented
		}
		e.block(words.ExplainFor, []string{strings.Join(titles, "; ") + " (" + e.words.Say(basis) + ")"})
	}
	if x.Destination != "" {
		e.block(words.ExplainLeads, []string{x.Destination})
	}
}

// reasons are why, in the reader's language as far as it has a text for them.
func (s *session) reasons(english []string, because []detect.Reason) []string {
	list := slices.Clone(english)
	if s.words.Lang() == words.DefaultLanguage {
		return list
	}
	for i, r := range because {
		if said := s.words.Because(r.Code, r.Args); said != "" && i < len(list) {
			list[i] = said
		}
	}
	return list
}

// block writes lines under a heading.
func (e *explainer) block(head words.Key, lines []string) {
	if len(lines) == 0 {
		return
	}
	e.line(e.words.Say(head))
	for _, l := range lines {
		fmt.Fprintln(e.out, "    "+words.Plain(l))
	}
}

// line writes a line of a reference.
func (e *explainer) line(text string) { fmt.Fprintln(e.out, "  "+words.Plain(text)) }
