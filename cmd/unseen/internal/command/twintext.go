package command

import (
	"fmt"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/words"
)

// text writes the comparison for a person: what was compared, then the forms of
// addresses, those made for one person first.
func (r *twinRun) text() {
	head := words.TwinLikely
	if r.report.Sameness.Sure == twin.Certain {
		head = words.TwinSame
	}
	r.line(head, "copies", r.report.Copies, "recipients", r.report.Recipients)
	for _, sign := range r.report.Sameness.Signs {
		r.line(words.TwinSign, "what", sign)
	}
	for _, part := range []struct {
		result twin.Result
		head   words.Key
	}{
		{twin.Individual, words.TwinIndividual}, {twin.Variant, words.TwinVariant},
		{twin.Unaligned, words.TwinUnaligned}, {twin.Aggregate, words.TwinAggregate},
	} {
		n := r.count(part.result)
		if n == 0 {
			continue
		}
		r.line(words.TwinHead, "what", r.words.Say(part.head), "n", n)
		if part.result != twin.Aggregate || r.options.All {
			r.forms(part.result)
		}
	}
	r.total()
}

// gaps says what was not looked into. Standard output is for the result.
func (r *twinRun) gaps() {
	for i, gaps := range r.report.Gaps {
		for _, g := range gaps {
			r.complain(r.words.Say(words.ScanGap, "path", r.sources[i], "what", r.gap(g)), "")
		}
	}
}

func (r *twinRun) line(k words.Key, pairs ...any) { fmt.Fprintln(r.out, r.words.Say(k, pairs...)) }

// A formLine stands for all references of one form that are judged alike.
type formLine struct {
	ref   *twin.Reference
	n     int
	alone detect.Finding
	known bool
}

// forms writes the references with a result, those of one form together.
func (r *twinRun) forms(result twin.Result) {
	type key struct{ vector, form, reason, verdict string }
	var order []*formLine
	lines := make(map[key]*formLine)
	for i := range r.report.References {
		ref := &r.report.References[i]
		if ref.Result != result {
			continue
		}
		alone, known := r.single(ref)
		k := key{string(ref.Vector), ref.Template, ref.Reasons[0], string(alone.Verdict)}
		if lines[k] == nil {
			lines[k] = &formLine{ref: ref, alone: alone, known: known}
			order = append(order, lines[k])
		}
		lines[k].n++
	}
	for _, l := range order {
		r.line(words.TwinLine, "vector", l.ref.Vector, "form", l.ref.Template, "n", l.n)
		for _, reason := range l.ref.Reasons {
			fmt.Fprintln(r.out, "      "+words.Plain(reason))
		}
		for _, p := range l.ref.Parts {
			if p.Values > 1 {
				r.line(words.TwinPart, "where", partName(p), "what", className(r.words, p.Class))
			}
		}
		if l.known {
			r.line(words.TwinAlone, "verdict", l.alone.Verdict, "certainty", certainty(r.words, l.alone.Certainty))
		}
	}
}

// partName says where a part stands.
func partName(p twin.Part) string {
	if p.Name != "" {
		return string(p.Where) + " " + p.Name
	}
	return string(p.Where)
}

// className says whose a part is.
func className(w *words.Catalogue, c twin.Class) string {
	return named(w, c, words.TwinFixed, map[twin.Class]words.Key{
		twin.Person: words.TwinPerson, twin.Sealed: words.TwinSealed, twin.Delivery: words.TwinDelivery, twin.Group: words.TwinGroup,
		twin.Time: words.TwinTime, twin.Mailing: words.TwinMailing, twin.Link: words.TwinLink,
	})
}

// total says what the comparison comes to, and what one copy alone does.
func (r *twinRun) total() {
	individual, aggregate := r.count(twin.Individual), r.count(twin.Aggregate)
	r.line(words.TwinTotal, "individual", individual, "aggregate", aggregate, "rest", len(r.report.References)-individual-aggregate)
	found, other := 0, 0
	for i := range r.report.References {
		ref := &r.report.References[i]
		switch f, ok := r.single(ref); {
		case !ok || f.Verdict == detect.Clean:
		case ref.Result == twin.Individual:
			found++
		default:
			other++
		}
	}
	r.line(words.TwinAloneTotal, "found", found, "individual", individual, "other", other)
}
