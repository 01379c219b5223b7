package figures

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
)

// Write prints each row beside what is to be reached.
func (r Results) Write(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprint(out, "what\treach\tmeasured\t\n")
	for _, one := range rows() {
		value, ok := r.worst(one)
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", one.what, one.aim(), one.said(value, ok), one.verdict(value, ok))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing figures: %w", err)
	}
	return nil
}

// worst returns the figure of a row that is farthest from its aim, and false if
// nothing was measured.
func (r Results) worst(one row) (float64, bool) {
	found := r.find(one.room, one.name, one.unit, one.more)
	if len(found) == 0 {
		return 0, false
	}
	value := slices.Max(found)
	if one.more {
		value = slices.Min(found)
	}
	if one.scale != 0 {
		value *= one.scale
	}
	return value, true
}

// aim is what is to be reached, as people say it.
func (one row) aim() string {
	switch {
	case one.reach == 0:
		return ""
	case one.more:
		return ">= " + one.in(one.reach)
	}
	return "<= " + one.in(one.reach)
}

// in is a value with its unit.
func (one row) in(value float64) string {
	text := strconv.FormatFloat(value, 'g', 3, 64)
	if value >= 1000 {
		text = strconv.FormatFloat(value, 'f', 0, 64)
	}
	if one.shown == "" {
		return text
	}
	return text + " " + one.shown
}

// said is the value, or that there is none.
func (one row) said(value float64, ok bool) string {
	if !ok {
		return "not measured"
	}
	return one.in(value)
}

// verdict says whether a row is reached, "" where there is nothing to reach.
func (one row) verdict(value float64, ok bool) string {
	switch {
	case one.reach == 0 || !ok:
		return ""
	case one.more && value >= one.reach, !one.more && value <= one.reach:
		return "reached"
	}
	return "short"
}
