package truth

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A Measured is everything that was compared.
type Measured struct {
	// Loads and Links are the two files of labels.
	Loads, Links Report
	// Alone is what one copy alone tells of the pairs.
	Alone []Single
	// Edition names the rules.
	Edition string
}

// Measure compares the labels in a directory with what the embedded rules say of
// the mails below another. It returns [ErrNoMail] if these are not there.
func Measure(labels, shared string) (Measured, error) {
	corpus := Corpus{Root: filepath.Join(shared, "mail")}
	if _, err := corpus.Index(); err != nil {
		return Measured{}, err
	}
	rules, err := catalogue.Load()
	if err != nil {
		return Measured{}, fmt.Errorf("loading rules: %w", err)
	}
	hosts, err := ReadHosts(shared)
	if err != nil {
		return Measured{}, err
	}
	judge := &detect.Judge{Catalogue: rules}
	out := Measured{Edition: rules.Edition(),
		Loads: Report{Title: "loads", Tracked: LabelIndividual, Rules: Rules(hosts, true)},
		Links: Report{Title: "links", Tracked: LabelTracked, Rules: Rules(hosts, false)}}
	for _, r := range []*Report{&out.Loads, &out.Links} {
		rows, err := ReadDraws(labels, r.Title)
		if err != nil {
			return Measured{}, err
		}
		if r.Judged, err = Judge(corpus, rows, judge); err != nil {
			return Measured{}, err
		}
	}
	out.Alone, err = Alone(corpus, judge)
	return out, err
}

// Write writes all of it: the measured half first.
func (m Measured) Write(w io.Writer) error {
	if err := m.writeHead(w); err != nil {
		return err
	}
	for _, half := range []string{HalfBoth, HalfMeasure, HalfKnown, HalfTune} {
		if err := m.writeHalf(w, half); err != nil {
			return err
		}
	}
	return WriteAlone(w, m.Alone)
}

// WriteHalf writes what concerns one half. Whoever makes rules looks at the half
// for tuning only.
func (m Measured) WriteHalf(w io.Writer, half string) error {
	if err := m.writeHead(w); err != nil {
		return err
	}
	return m.writeHalf(w, half)
}

// WriteTotals writes one line for each kind of reference and half, and no row: it
// tells how far rules got without telling where they fail.
func (m Measured) WriteTotals(w io.Writer) error {
	var b strings.Builder
	for _, half := range []string{HalfBoth, HalfMeasure, HalfKnown, HalfTune} {
		for _, r := range []Report{m.Loads, m.Links} {
			s := r.Score(half, Ours())
			fmt.Fprintf(&b, "%-17s %-6s n %4d hit %4d missed %3d falsely %3d prec. %s recall %s\n",
				half, r.Title, s.N(), s.Hit, s.Missed, s.False, figure(s.Precision()), figure(s.Recall()))
		}
		all, touched := m.Links.Exempt(half)
		fmt.Fprintf(&b, "%-17s exempt links %d, touched %d\n", half, len(all), len(touched))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return nil
}

// writeHead writes what the figures rest on.
func (m Measured) writeHead(w io.Writer) error {
	head := "These figures rest on ../shared/mail: mails that are not in this repository,\n" +
		"labelled by hand (testdata/labels). They hold for that sample.\n" +
		"Bounds are the lower ends of Wilson's two-sided 95 % intervals.\n" +
		"Sizes: both sides declared, neither larger. Known hosts: those of facts/patterns.tsv.\n" +
		"Rules " + m.Edition + "\n"
	if _, err := io.WriteString(w, head); err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return nil
}

// writeHalf writes the tables of one half.
func (m Measured) writeHalf(w io.Writer, half string) error {
	for _, r := range []Report{m.Loads, m.Links} {
		if err := r.Write(w, half); err != nil {
			return err
		}
	}
	return m.Links.writeExempt(w, half)
}

// writeExempt writes which links of choice and authentication would not be left
// as they are. There must be none.
func (r Report) writeExempt(w io.Writer, half string) error {
	var b strings.Builder
	all, touched := r.Exempt(half)
	fmt.Fprintf(&b, "\nLinks of choice and authentication, %s half: %d, of which %d would not be left as they are\n",
		half, len(all), len(touched))
	for _, j := range touched {
		fmt.Fprintf(&b, "  %s: %s\n", j.Finding.Action, describe(j))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return nil
}
