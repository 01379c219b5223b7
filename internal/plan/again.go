package plan

import (
	"bytes"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// rounds is how often a text is read again.
const rounds = 3

// again reads the rewritten text of a whole leaf, in which programs may see
// what they did not see before: where two readings of a text disagree, an edit
// in one may uncover a load in the other. It reads it in each way in which a
// program may see its charset. What is found is replaced as well, in the rewritten
// text, or at least listed. It returns the edits from the raw text to the last one.
func (p *page) again(off int, raw []byte) []message.Edit {
	// What stood in another load is gone with it, or is found again.
	listed := slices.DeleteFunc(p.plan.References[p.first:], func(r Reference) bool { return r.Reason == ReasonOverlap })
	p.plan.References = p.plan.References[:p.first+len(listed)]
	now := bytes.Clone(raw)
	all := p.edits
	apply(p.edits, off, now)
	k := known{}
	k.add(p, p.first, 0)
	way := 0
	if len(p.edits) == 0 {
		way = 1 // the first was read, and nothing in it has changed
	}
	for round := 1; ; round++ {
		n := len(all)
		for texts := p.open(off, now); way < len(texts); way++ {
			p.text, p.edits, p.done = texts[way], nil, 0
			p.round(k, way, round < rounds)
			all = append(all, p.edits...)
			if len(p.edits) > 0 {
				apply(p.edits, off, now)
				texts = p.open(off, now)
			}
		}
		if way = 0; len(all) == n {
			return joined(all, off, raw, now)
		}
	}
}

// A known says which loads are listed and stay, by the octet where they begin and
// the way in which they were seen; -1 is all ways.
type known map[[2]int]bool

// add adds the references from an index on, as the page sees them.
func (k known) add(p *page, from, way int) {
	for i := range p.plan.References[from:] {
		r := &p.plan.References[from+i]
		at, _ := p.text.octets(r.Ref.Slot)
		switch r.Outcome {
		case Ungated, ByBase:
			k[[2]int{at, -1}] = true
		case Left:
			// A load that is not held. What was none may have become one where it stands.
			if r.Ref.Kind.Load() && r.Ref.Remote {
				k[[2]int{at, way}] = true
			}
		}
	}
}

// apply writes edits into a leaf.
func apply(edits []message.Edit, off int, now []byte) {
	for _, e := range edits {
		copy(now[e.Offset-off:], e.New)
	}
}

// round plans the remote loads that are left in the rewritten text and are not
// listed. Without edit, it only lists them.
func (p *page) round(k known, way int, edit bool) {
	listed := p.plan.References[p.first:]
	next := 0
	for i := range listed {
		next = max(next, listed[i].Ref.Ordinal+1)
	}
	var left []reference.Reference
	for _, ref := range p.read(&p.text).References {
		at, _ := p.text.octets(ref.Slot)
		if ref.Kind.Load() && ref.Remote && !k[[2]int{at, -1}] && !k[[2]int{at, way}] && !p.ours(ref.URL) {
			ref.Ordinal = next + len(left)
			left = append(left, ref)
		}
	}
	n := len(p.plan.References)
	defer func() { k.add(p, n, way) }()
	if edit {
		p.add(left)
		return
	}
	for _, ref := range left {
		if len(p.plan.References) == maxReferences {
			p.gap(p.part.Section, GapLeft)
			return
		}
		r := Reference{Section: p.part.Section, Ref: ref, Outcome: Ungated, Reason: ReasonOverlap}
		p.locate(&r, nil)
		p.plan.References = append(p.plan.References, r)
	}
}

// ours says whether an address is one of the gateway.
func (p *page) ours(url string) bool {
	return p.planner.Base != "" && strings.HasPrefix(url, p.planner.Base+"/")
}

// joined returns the edits from one text to another that differ where some
// edits stand, which may overlap.
func joined(edits []message.Edit, off int, raw, now []byte) []message.Edit {
	slices.SortStableFunc(edits, byOffset)
	var out []message.Edit
	for i := 0; i < len(edits); {
		first, last := edits[i].Offset, end(edits[i])
		for i++; i < len(edits) && edits[i].Offset < last; i++ {
			last = max(last, end(edits[i]))
		}
		out = append(out, message.Edit{Offset: first, Old: bytes.Clone(raw[first-off : last-off]), New: bytes.Clone(now[first-off : last-off])})
	}
	return out
}
