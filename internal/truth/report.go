package truth

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect"
)

// A Report compares labels of one kind with what was found.
type Report struct {
	// Title is "loads" or "links".
	Title string
	// Tracked is the label of those that should be found.
	Tracked string
	// Rules are ours, which comes first, and those of others.
	Rules []Rule
	// Judged are all that were labelled.
	Judged []Judged
}

// half returns the rows of a half that count.
func (r Report) half(half string) []Judged {
	var out []Judged
	for _, j := range r.Judged {
		if j.in(half) && j.Label != LabelUnclear {
			out = append(out, j)
		}
	}
	return out
}

// Score returns what a rule reaches on a half.
func (r Report) Score(half string, rule Rule) Score { return r.score(r.half(half), rule) }

// ScoreSince returns what a rule reaches on mail of a half from a day on.
func (r Report) ScoreSince(half, day string, rule Rule) Score {
	return r.score(slices.DeleteFunc(r.half(half), func(j Judged) bool { return j.Date < day }), rule)
}

// score counts what a rule says of some rows.
func (r Report) score(rows []Judged, rule Rule) Score {
	var s Score
	for _, j := range rows {
		s.Add(j.Label == r.Tracked, rule.Says(j))
	}
	return s
}

// Write writes the tables of a half and the rows that our rule has wrong.
func (r Report) Write(w io.Writer, half string) error {
	var b strings.Builder
	rows := r.half(half)
	fmt.Fprintf(&b, "\n%s, %s half: %s\n", strings.ToUpper(r.Title[:1])+r.Title[1:], half, counts(r.Judged, half))
	fmt.Fprintf(&b, "  %-22s %-22s %4s %4s %6s %6s %6s %8s %6s %8s\n",
		"", "rule", "n", "hit", "missed", "falsely", "prec.", "at least", "recall", "at least")
	r.cell(&b, "all", rows)
	for _, by := range []struct {
		name string
		of   func(Judged) string
	}{
		{"kind", Judged.Kind},
		{"vector", func(j Judged) string { return string(j.Vector) }},
		{"language", func(j Judged) string { return j.Language }},
		{"source", func(j Judged) string { return j.Source }},
		{"mail", func(j Judged) string { return strings.TrimSpace(era(j.Date)) }},
		{"label", func(j Judged) string { return j.Certainty }},
	} {
		r.cells(&b, by.name, group(rows, by.of))
	}
	r.wrong(&b, rows)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return nil
}

// counts writes how many rows of a half have which label.
func counts(rows []Judged, half string) string {
	n := make(map[string]int)
	for _, j := range rows {
		if j.in(half) {
			n[j.Label]++
		}
	}
	var out []string
	for _, label := range slices.Sorted(maps.Keys(n)) {
		text := fmt.Sprintf("%d %s", n[label], label)
		if label == LabelUnclear {
			text += " (left out)"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// group parts rows by what a function says of them.
func group(rows []Judged, of func(Judged) string) map[string][]Judged {
	out := make(map[string][]Judged)
	for _, j := range rows {
		out[of(j)] = append(out[of(j)], j)
	}
	return out
}

// cells writes the parts that are large enough, and how many the others have.
func (r Report) cells(b *strings.Builder, by string, parts map[string][]Judged) {
	names := slices.SortedFunc(maps.Keys(parts), func(x, y string) int {
		return cmp.Or(len(parts[y])-len(parts[x]), cmp.Compare(x, y))
	})
	var few []string
	for _, name := range names {
		if len(parts[name]) < Enough {
			few = append(few, fmt.Sprintf("%s %d", name, len(parts[name])))
			continue
		}
		r.cell(b, by+" "+name, parts[name])
	}
	if len(few) > 0 {
		fmt.Fprintf(b, "  by %s, too few for figures: %s\n", by, strings.Join(few, ", "))
	}
}

// cell writes one line for each rule.
func (r Report) cell(b *strings.Builder, name string, rows []Judged) {
	for i, rule := range r.Rules {
		if i > 0 {
			name = ""
		}
		s := r.score(rows, rule)
		fmt.Fprintf(b, "  %-22s %-22s %4d %4d %6d %7d %s %s\n", name, rule.Name, s.N(), s.Hit, s.Missed, s.False,
			figure(s.Precision()), figure(s.Recall()))
	}
}

// wrong lists the rows that our rule has wrong.
func (r Report) wrong(b *strings.Builder, rows []Judged) {
	ours := r.Rules[0]
	for _, j := range rows {
		tracked, said := j.Label == r.Tracked, ours.Says(j)
		if tracked == said {
			continue
		}
		word := "missed "
		if said {
			word = "falsely"
		}
		fmt.Fprintf(b, "  %s %s\n", word, describe(j))
	}
}

// describe names a row without its address.
func describe(j Judged) string {
	verdict := string(j.Finding.Verdict)
	if verdict == "" {
		verdict = "not found"
	}
	return fmt.Sprintf("%s %s #%d %s %s %s: %s | label: %s, %s: %s", j.File, j.Section, j.Ordinal, j.Vector, j.Host,
		strings.TrimSpace(verdict+" "+string(j.Finding.Certainty)), strings.Join(j.Finding.Reasons, " "), j.Label, j.Certainty, j.Reason)
}

// Exempt returns the links of choice and authentication, and those of them that
// would not be left as they are.
func (r Report) Exempt(half string) (all, touched []Judged) {
	for _, j := range r.half(half) {
		if j.Label != LabelChoice && j.Label != LabelAuthentication {
			continue
		}
		all = append(all, j)
		if j.Finding.Action != detect.ActionLeave {
			touched = append(touched, j)
		}
	}
	return all, touched
}
