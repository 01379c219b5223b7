package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A scanner is one run of the command.
type scanner struct {
	*session
	options *scanCommand
	judge   *detect.Judge
	out     *bufio.Writer
	// mails counts, and found the addresses in them that report; partly counts
	// mails that were not looked into as a whole.
	mails, found, partly int
	// failed says that something could not be read.
	failed bool
}

// Run says what mail would report. It is ended by a signal as any program is.
func (c *scanCommand) Run(s *session) error {
	rules, err := catalogue.Load()
	if err != nil {
		return fmt.Errorf("loading rules: %w", err)
	}
	sc := &scanner{session: s, options: c, judge: &detect.Judge{Catalogue: rules}, out: bufio.NewWriter(s.Out)}
	paths := c.Paths
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	for _, path := range paths {
		if err := sc.path(path); err != nil {
			return err
		}
	}
	if c.Format == "text" {
		sc.total()
	}
	if err := sc.out.Flush(); err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	switch {
	case sc.failed:
		return errSaid
	case c.ExitCode && sc.found > 0:
		return errFound
	}
	return nil
}

// awaitTyping says, where a mail would be typed, that it is waited for.
func (s *session) awaitTyping(in io.Reader) {
	if isTerminal(in) {
		s.note(words.FromKeyboard)
	}
}

// file scans the mails of a file. The error is of writing.
func (sc *scanner) file(name string, in io.Reader) error {
	for m := range mails(in) {
		switch {
		case errors.Is(m.err, errTooLarge):
			sc.mails++
			sc.partly++
			if err := sc.show(name, m.number, &detect.Report{Gaps: []message.Gap{{Reason: plan.GapSize}}}); err != nil {
				return err
			}
		case m.err != nil:
			sc.unreadable(name, m.err)
			continue
		default:
			report := sc.mail(name, m.raw)
			if err := sc.show(name, m.number, &report); err != nil {
				return err
			}
		}
		// What was found is there even if the rest is not waited for.
		if err := sc.out.Flush(); err != nil {
			return fmt.Errorf("writing findings: %w", err)
		}
	}
	return nil
}

// mail scans one mail.
func (sc *scanner) mail(name string, raw []byte) detect.Report {
	sc.mails++
	report := detect.Scan(raw, sc.judge, detect.ScanOptions{
		Source: name, Recipient: sc.options.Recipient, All: sc.options.All, Ungated: ungated(raw),
	})
	for i := range report.Findings {
		// What is exempt tells on the reader, and may.
		if v := report.Findings[i].Verdict; v == detect.Tracker || v == detect.Suspected {
			sc.found++
		}
	}
	if len(report.Gaps) > 0 {
		sc.partly++
	}
	return report
}

// show writes what was found in a mail.
func (sc *scanner) show(name string, number int, r *detect.Report) error {
	if sc.options.Format != "jsonl" {
		sc.text(name, number, r)
		return nil
	}
	var line bytes.Buffer
	lines := json.NewEncoder(&line)
	lines.SetEscapeHTML(false)
	for i := range r.Findings {
		line.Reset()
		if err := lines.Encode(&r.Findings[i]); err != nil {
			return fmt.Errorf("writing findings: %w", err)
		}
		sc.out.Write(printable(line.Bytes())) // Flush returns its error
	}
	// Standard output is for a program.
	for _, g := range r.Gaps {
		sc.complain(sc.words.Say(words.ScanGap, "path", sc.mailName(name, number), "what", sc.gap(g)), "")
	}
	return nil
}

// ungated says which loads a plan of the mail would leave as they are.
func ungated(raw []byte) func(*message.Part, reference.Reference) bool {
	type place struct {
		section string
		ordinal int
	}
	left := make(map[place]bool)
	p := (&plan.Planner{Base: "http://127.0.0.1:4180"}).Plan(raw)
	for i := range p.References {
		if r := &p.References[i]; r.Outcome == plan.Ungated {
			left[place{r.Section, r.Ref.Ordinal}] = true
		}
	}
	return func(p *message.Part, r reference.Reference) bool { return left[place{p.Section, r.Ordinal}] }
}
