package plan

import (
	"cmp"
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
)

// seen returns what has to be done to the decoded text of a leaf, in each way in
// which a program may see it. What cannot be seen through is read as it is.
func (l *restoringLeaf) seen(decoded []byte) []substitution {
	views, _ := l.part.Views(decoded)
	if len(views) == 0 {
		return l.substitutions(decoded, l.part.MediaType)
	}
	var all []substitution
	before, most := l.unknown, l.unknown
	for _, v := range views {
		l.unknown = before
		for _, s := range l.substitutions(v.Cells(), l.part.MediaType) {
			all = append(all, inOctets(v, decoded, s))
		}
		most = max(most, l.unknown)
	}
	l.unknown = most
	// Where two ways agree, the first is as good as the second.
	slices.SortStableFunc(all, func(a, b substitution) int { return cmp.Compare(a.start, b.start) })
	done := 0
	return slices.DeleteFunc(all, func(s substitution) bool {
		if s.start < done {
			return true
		}
		done = s.end
		return false
	})
}

// inOctets turns a substitution of cells into one of octets: what it writes is
// ASCII, in as many octets for each character as the text has there, one of which
// is not zero.
func inOctets(v *message.View, decoded []byte, s substitution) substitution {
	out := substitution{with: s.with}
	out.start, out.end = v.Octets(s.start, s.end)
	if v.Even() || s.with == "" || s.start == s.end {
		return out
	}
	first, next := v.Octets(s.start, s.start+1)
	width := next - first
	if width < 2 {
		return out
	}
	wide := make([]byte, len(s.with)*width)
	at := max(0, slices.IndexFunc(decoded[first:next], func(c byte) bool { return c != 0 }))
	for i := range len(s.with) {
		wide[i*width+at] = s.with[i]
	}
	out.with = string(wide)
	return out
}
