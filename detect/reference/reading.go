package reference

import (
	"bytes"
	"cmp"
	"slices"
)

// A Reading is what is found in a whole text.
type Reading struct {
	// References are all that were found, in order.
	References []Reference
	// Unsure says that renderers may read the text in different ways, so
	// that to edit it may change what another reading finds: it is worth
	// reading again afterwards.
	Unsure bool
	// Partial says that the text was made to take too long to be read in
	// every way: there may be loads that were not found.
	Partial bool
}

// known is what is known of a text before it is read.
type known struct {
	based   bool   // there is a base element
	base    string // what relative addresses refer to then
	strings bool   // any string in CSS may be an address
}

// Read is [Find], and says how sure it is.
func Read(mediaType, base string, view []byte) Reading {
	return read(mediaType, base, view, nesting{})
}

// nesting is where in other texts a text stands.
type nesting struct {
	depth int
	left  *int // octets of inner texts that may still be read, nil for plenty
}

// read reads a text as often as it takes: a base element, or a function that
// takes strings for addresses, bears on what stands before it.
func read(mediaType, base string, view []byte, in nesting) Reading {
	var first, second *Scanner
	var k known
	for {
		first, second = k.scan(mediaType, base, view, in), nil
		if first.unsure {
			second = k.scanLoosely(mediaType, base, view, in)
		}
		next := k.after(first, second)
		if next == k {
			break
		}
		k = next
	}
	r := Reading{References: first.refs, Unsure: first.unsure, Partial: first.partial}
	if second != nil {
		r.References = merge(first.refs, second.refs)
		r.Partial = first.partial || second.partial
	}
	// An entity may hold anything and stand anywhere (XML 1.0, section 4.2).
	r.Partial = r.Partial || first.xml && bytes.Contains(view, []byte("<!ENTITY"))
	for i := range r.References {
		r.References[i].Ordinal = i
	}
	return r
}

// scan reads a text once.
func (k known) scan(mediaType, base string, view []byte, in nesting) *Scanner {
	s := k.scanner(mediaType, base, in)
	s.texts = true
	s.scan(view, false)
	return s
}

// scanLoosely reads a text the second time.
func (k known) scanLoosely(mediaType, base string, view []byte, in nesting) *Scanner {
	s := k.scanner(mediaType, base, in)
	s.loose = true
	s.scan(view, false)
	s.readStyles(view)
	return s
}

// scanner returns a Scanner that knows what is known.
func (k known) scanner(mediaType, base string, in nesting) *Scanner {
	s := newScanner(mediaType, base)
	s.in = in
	s.sheet.strings, s.strings = k.strings, k.strings
	if k.based {
		s.based, s.base = true, k.base
	}
	return s
}

// after is what is known after the readings. It only ever grows.
func (k known) after(first, second *Scanner) known {
	base, sets := first.base, first.sets
	if !first.based && second != nil && second.based {
		k.based, k.base, base = true, second.base, second.base
	}
	if first.based && (first.early || second != nil && (second.early || second.base != first.base)) {
		k.based, k.base = true, first.base
	}
	sets = sets || second != nil && second.sets
	if sets && locate(base, "").remote {
		k.strings = true
		// A relative string does not count as one before the base is known.
		k.based, k.base = k.based || first.based, base
	}
	return k
}

// merge adds to the references of the first reading those of the second. A
// remote load counts unless it lies inside of another, which is edited as a
// whole; whatever else the second reading sees counts only
// where the first sees nothing.
func merge(first, second []Reference) []Reference {
	all := slices.Clone(first)
	slices.SortStableFunc(all, bySlot)
	slices.SortStableFunc(second, bySlot)
	n := len(all)
	i, reach, loads := 0, -1, Span{-1, -1}
	for _, r := range second {
		for i < n && all[i].Slot.Start <= r.Slot.End {
			if all[i].remoteLoad() && all[i].Slot.Start <= r.Slot.Start && all[i].Slot.End > loads.End {
				loads = all[i].Slot
			}
			reach = max(reach, all[i].Slot.End)
			i++
		}
		touched := reach >= r.Slot.Start
		if r.remoteLoad() {
			touched = loads.Start <= r.Slot.Start && loads.End >= r.Slot.End
		}
		if touched {
			continue
		}
		all = append(all, r)
		if r.remoteLoad() && r.Slot.End > loads.End {
			loads = r.Slot
		}
	}
	slices.SortStableFunc(all, bySlot)
	return all
}

// remoteLoad says whether another machine learns of the reference by itself.
func (r *Reference) remoteLoad() bool { return r.Remote && r.Kind.Load() }

// bySlot orders references by where they begin, the longer one first.
func bySlot(a, b Reference) int {
	if n := cmp.Compare(a.Slot.Start, b.Slot.Start); n != 0 {
		return n
	}
	return cmp.Compare(b.Slot.End, a.Slot.End)
}
