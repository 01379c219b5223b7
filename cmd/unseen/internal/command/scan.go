package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// maxMail is the largest mail that is read.
const maxMail = 256 << 20

// errTooLarge is a mail over maxMail.
var errTooLarge = errors.New("it is larger than 256 MiB")

// A scanner is one run of the command.
type scanner struct {
	*session
	options *scanCommand
	judge   *detect.Judge
	out     *bufio.Writer
	// mails and found count; failed says that something could not be read.
	mails, found int
	failed       bool
}

// Run says what mail would report.
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
	if c.Format == "text" && sc.mails != 1 {
		fmt.Fprintln(sc.out, s.words.Say(words.ScanTotal, "mails", sc.mails, "found", sc.found))
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

// path scans a file, every file below a directory, or standard input. What
// cannot be read is said, and the rest goes on.
func (sc *scanner) path(path string) error {
	if path == "-" {
		return sc.mail(path, sc.In)
	}
	return filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			sc.unreadable(name, err)
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		f, err := os.Open(name)
		if err != nil {
			sc.unreadable(name, err)
			return nil
		}
		defer f.Close()
		return sc.mail(name, f)
	})
}

// unreadable says that a file cannot be read.
func (sc *scanner) unreadable(name string, err error) {
	sc.failed = true
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	sc.complain(sc.words.Say(words.ReadingFile, "path", name, "what", err), sc.words.Say(words.ReadingFileHint))
}

// mail scans one mail. The error is of writing.
func (sc *scanner) mail(name string, in io.Reader) error {
	raw, err := readMail(in)
	if err != nil {
		sc.unreadable(name, err)
		return nil
	}
	sc.mails++
	report := detect.Scan(raw, sc.judge, detect.ScanOptions{
		Source: name, Recipient: sc.options.Recipient, All: sc.options.All, Ungated: ungated(raw),
	})
	for _, f := range report.Findings {
		if f.Verdict != detect.Clean {
			sc.found++
		}
	}
	if sc.options.Format == "jsonl" {
		lines := json.NewEncoder(sc.out)
		lines.SetEscapeHTML(false)
		for i := range report.Findings {
			if err := lines.Encode(&report.Findings[i]); err != nil {
				return fmt.Errorf("writing findings: %w", err)
			}
		}
		sc.gaps(name, report.Gaps)
		return nil
	}
	sc.text(name, &report)
	return nil
}

// gaps says on standard error what was not looked into, where standard output
// is for a program.
func (sc *scanner) gaps(name string, gaps []message.Gap) {
	for _, g := range gaps {
		sc.complain(sc.words.Say(words.ScanGap, "path", name, "part", g.Section, "why", g.Reason), "")
	}
}

// text writes findings for a person.
func (sc *scanner) text(name string, r *detect.Report) {
	if name != "-" {
		fmt.Fprintln(sc.out, name)
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(sc.out, "  "+sc.words.Say(words.ScanClean, "n", r.References))
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		fmt.Fprintf(sc.out, "  %s\n", sc.words.Say(words.ScanFinding, "verdict", f.Verdict, "certainty", certainty(sc.words, f.Certainty),
			"vector", f.Vector, "host", f.Host, "action", action(sc.words, f.Action)))
		for _, reason := range f.Reasons {
			fmt.Fprintln(sc.out, "      "+reason)
		}
	}
	for _, g := range r.Gaps {
		fmt.Fprintln(sc.out, "  "+sc.words.Say(words.ScanGapLine, "part", g.Section, "why", g.Reason))
	}
}

// certainty is how sure a verdict is, in words.
func certainty(w *words.Catalogue, c detect.Certainty) string {
	switch c {
	case detect.Proven:
		return w.Say(words.CertainProven)
	case detect.Strong:
		return w.Say(words.CertainStrong)
	case detect.Weak:
		return w.Say(words.CertainWeak)
	}
	return w.Say(words.CertainNone)
}

// action is what becomes of a reference, in words.
func action(w *words.Catalogue, action string) string {
	switch action {
	case detect.ActionHold:
		return w.Say(words.ActionHold)
	case detect.ActionRelease:
		return w.Say(words.ActionRelease)
	case detect.ActionUngated:
		return w.Say(words.ActionUngated)
	}
	return w.Say(words.ActionLeave)
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

// readMail reads a mail of at most maxMail octets.
func readMail(in io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxMail+1))
	if err != nil {
		return raw, err
	}
	if len(raw) > maxMail {
		return raw, errTooLarge
	}
	return raw, nil
}
