package reference

import (
	"cmp"
	"slices"
)

// loose reads a text the second time: "<" begins a tag wherever it stands, in
// quotes, comments and raw text too.
func loose(view []byte, base string) []Reference {
	s := newScanner("text/html", base)
	s.loose = true
	s.scan(view, false)
	return s.refs
}

// merge adds to the references of the first reading those of the second that
// do not touch any of them. Both are in order of their slots.
func merge(first, second []Reference) []Reference {
	all := slices.Clone(first)
	slices.SortStableFunc(all, bySlot)
	n := len(all)
	i := 0
	for _, r := range second {
		for i < n && all[i].Slot.End < r.Slot.Start {
			i++
		}
		if i < n && all[i].Slot.Start <= r.Slot.End {
			continue
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, bySlot)
	return all
}

func bySlot(a, b Reference) int { return cmp.Compare(a.Slot.Start, b.Slot.Start) }
