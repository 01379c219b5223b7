package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/words"
)

type twinCommand struct {
	Paths     []string `arg:"" name:"copy" help:"${help_twin_paths}"`
	Format    string   `enum:"text,json,jsonl,csv" default:"text" help:"${help_twin_format}"`
	All       bool     `help:"${help_twin_all}"`
	Recipient []string `placeholder:"ADDRESS" help:"${help_twin_recipient}"`
	ExitCode  bool     `help:"${help_twin_exit_code}"`
}

// A twinRun is one comparison.
type twinRun struct {
	*session
	options *twinCommand
	out     *bufio.Writer
	copies  []twin.Copy
	// sources name the copies.
	sources []string
	report  twin.Report
	// alone is what a scan of one copy says, by where it stands.
	alone map[standing]detect.Finding
}

// A standing is where in which copy an address stands.
type standing struct {
	copy, offset int
	url          string
}

// Run compares copies of one mailing.
func (c *twinCommand) Run(s *session) error {
	run := &twinRun{session: s, options: c, out: bufio.NewWriter(s.Out)}
	for _, path := range c.Paths {
		if err := run.read(path); err != nil {
			return err
		}
	}
	report, err := twin.Compare(run.copies)
	if err != nil {
		return run.refusal(err, report)
	}
	run.report = report
	if err := run.scan(); err != nil {
		return err
	}
	run.gaps()
	if err := run.print(); err != nil {
		return fmt.Errorf("writing the comparison: %w", err)
	}
	if err := run.out.Flush(); err != nil {
		return fmt.Errorf("writing the comparison: %w", err)
	}
	if c.ExitCode && run.count(twin.Individual) > 0 {
		return errFound
	}
	return nil
}

// read takes the copies from a file: one mail, or all of an mbox.
func (r *twinRun) read(path string) error {
	in := io.Reader(r.In)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return r.unreadable(path, err)
		}
		defer f.Close()
		in = f
	} else {
		r.awaitTyping(r.In)
	}
	for m := range mails(in) {
		if m.err != nil {
			return r.unreadable(path, m.err)
		}
		name := path
		if m.number > 0 {
			name = r.words.Say(words.ScanMail, "path", path, "n", m.number)
		}
		one := twin.Copy{Raw: m.raw}
		if n := len(r.copies); n < len(r.options.Recipient) {
			one.Recipient = r.options.Recipient[n]
		}
		r.copies = append(r.copies, one)
		r.sources = append(r.sources, name)
		if len(r.copies) > twin.MaxCopies {
			return nil // refused when they are compared
		}
	}
	return nil
}

// unreadable says that a copy cannot be read: a comparison without it would
// answer another question.
func (r *twinRun) unreadable(path string, err error) error {
	var fault *os.PathError
	if errors.As(err, &fault) {
		err = fault.Err
	}
	return r.fault(err, words.ReadingFile, words.ReadingFileHint, "path", path, "what", err)
}

// refusal says why copies were not compared.
func (r *twinRun) refusal(err error, report twin.Report) error {
	switch {
	case errors.Is(err, twin.ErrCopies):
		return misuse(r.session, words.TwinTooFew, words.TwinTooFewHint, "n", len(r.copies), "max", twin.MaxCopies)
	case errors.Is(err, twin.ErrOneRecipient):
		return r.fault(err, words.TwinOne, words.TwinOneHint)
	case errors.Is(err, twin.ErrOtherMailing):
		why := strings.TrimPrefix(err.Error(), twin.ErrOtherMailing.Error()+": ")
		return r.fault(err, words.TwinOther, words.TwinOtherHint, "why", why)
	}
	return fmt.Errorf("comparing copies: %w", err)
}

// scan looks into each copy alone, so that both answers can stand side by side.
func (r *twinRun) scan() error {
	rules, err := r.rules()
	if err != nil {
		return err
	}
	judge := &detect.Judge{Catalogue: rules.catalogue}
	r.alone = make(map[standing]detect.Finding)
	for i, one := range r.copies {
		report := detect.Scan(one.Raw, judge, detect.ScanOptions{Source: r.sources[i], Recipient: one.Recipient, All: true})
		for _, f := range report.Findings {
			r.alone[standing{i, f.Offset, f.URL}] = f
		}
	}
	return nil
}

// single is what a scan of one copy says of a reference there.
func (r *twinRun) single(ref *twin.Reference) (detect.Finding, bool) {
	p := ref.Places[0]
	f, ok := r.alone[standing{p.Copy, p.Offset, p.URL}]
	return f, ok
}

// count counts the references with a result.
func (r *twinRun) count(result twin.Result) int {
	n := 0
	for i := range r.report.References {
		if r.report.References[i].Result == result {
			n++
		}
	}
	return n
}

// print writes the comparison in the format that was asked for.
func (r *twinRun) print() error {
	switch r.options.Format {
	case "json":
		return r.json()
	case "jsonl":
		return r.lines()
	case "csv":
		return r.csv()
	}
	r.text()
	return nil
}
