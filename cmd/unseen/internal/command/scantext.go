package command

import (
	"fmt"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/words"
)

// text writes findings for a person.
func (sc *scanner) text(name string, number int, r *detect.Report) {
	if name != "-" || number > 0 {
		fmt.Fprintln(sc.out, sc.mailName(name, number))
	}
	switch {
	case len(r.Findings) > 0:
	case len(r.Gaps) > 0 && r.References == 0:
	case len(r.Gaps) > 0:
		fmt.Fprintln(sc.out, "  "+sc.words.Say(words.ScanPartlyClean, "n", r.References))
	default:
		fmt.Fprintln(sc.out, "  "+sc.words.Say(words.ScanClean, "n", r.References))
	}
	sc.findings(r.Findings)
	if r.InPictures && r.Held > 0 {
		fmt.Fprintln(sc.out, "  "+sc.words.Say(words.InPictures, "held", r.Held, "n", r.Pictures))
	}
	for _, g := range r.Gaps {
		fmt.Fprintln(sc.out, "  "+sc.gap(g))
	}
}

// findings writes findings for a person. What is said of several addresses alike is
// said once.
func (sc *scanner) findings(all []detect.Finding) {
	type said struct {
		head, why string
		n         int
	}
	var order []*said
	known := make(map[[2]string]*said)
	for i := range all {
		f := &all[i]
		head := sc.words.Say(words.ScanFinding, "verdict", f.Verdict, "certainty", certainty(sc.words, f.Certainty),
			"vector", f.Vector, "host", f.Host, "action", action(sc.words, f.Action))
		why := ""
		for _, reason := range sc.reasons(f.Reasons, f.Because) {
			why += "      " + words.Plain(reason) + "\n"
		}
		at := [2]string{head, why}
		if known[at] == nil {
			known[at] = &said{head: head, why: why}
			order = append(order, known[at])
		}
		known[at].n++
	}
	for _, s := range order {
		if s.n > 1 {
			s.head = sc.words.Say(words.ExplainTimes, "head", s.head, "n", s.n)
		}
		fmt.Fprintf(sc.out, "  %s\n%s", s.head, s.why)
	}
}

// total says what all mails come to.
func (sc *scanner) total() {
	switch {
	case sc.Failed && sc.Mails == 0:
		// Why was said; that nothing was found in nothing is no result.
	case sc.Found > 0:
		fmt.Fprintln(sc.out, sc.words.Say(words.ScanTotal, "mails", sc.Mails, "found", sc.Found))
	case sc.Partly > 0:
		fmt.Fprintln(sc.out, sc.words.Say(words.ScanNonePartly, "mails", sc.Mails))
	default:
		fmt.Fprintln(sc.out, sc.words.Say(words.ScanNone, "mails", sc.Mails))
	}
	if sc.Partly > 0 {
		fmt.Fprintln(sc.out, sc.words.Say(words.ScanPartly, "n", sc.Partly))
	}
}

// mailName names a mail: its file, and its place there.
func (sc *scanner) mailName(name string, number int) string {
	if number == 0 {
		return words.Plain(name)
	}
	return sc.words.Say(words.ScanMail, "path", name, "n", number)
}

// gap says what was not looked into, and why.
func (s *session) gap(g message.Gap) string {
	return s.words.Say(words.ScanGapLine, "where", s.gapPlace(g), "why", gapClause(s.words, g.Reason))
}

// gapPlace says where something was not looked into.
func (s *session) gapPlace(g message.Gap) string {
	if g.Section == "" {
		return s.words.Say(words.GapWhole)
	}
	return s.words.Say(words.GapPart, "part", g.Section)
}

// named is what a word of the program is called in a language, other for one that
// has no name of its own.
func named[K comparable](w *words.Catalogue, word K, other words.Key, names map[K]words.Key) string {
	if key, ok := names[word]; ok {
		return w.Say(key)
	}
	return w.Say(other)
}

// certainty is how sure a verdict is, in words.
func certainty(w *words.Catalogue, c detect.Certainty) string {
	return named(w, c, words.CertainNone, map[detect.Certainty]words.Key{
		detect.Proven: words.CertainProven, detect.Strong: words.CertainStrong, detect.Weak: words.CertainWeak,
	})
}

// action is what becomes of a reference, in words.
func action(w *words.Catalogue, action string) string {
	return named(w, action, words.ActionLeave, map[string]words.Key{
		detect.ActionHold: words.ActionHold, detect.ActionRelease: words.ActionRelease, detect.ActionUngated: words.ActionUngated,
		detect.ActionGate: words.ActionGate, detect.ActionUnwrap: words.ActionUnwrap,
	})
}

// printable writes a line of JSON so that a terminal can only print it.
func printable(line []byte) []byte { return report.Printable(line) }
