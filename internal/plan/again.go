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
// in one may uncover a load in the other. What is found is replaced as well, in
// the rewritten text, or at least listed. It returns the edits from the raw
// text to the last one.
func (p *page) again(off int, raw []byte) []message.Edit {
	if len(p.edits) == 0 {
		return nil
	}
	// What stood in another load is gone with it, or is found again.
	listed := slices.DeleteFunc(p.plan.References[p.first:], func(r Reference) bool { return r.Reason == ReasonOverlap })
	p.plan.References = p.plan.References[:p.first+len(listed)]
	now := bytes.Clone(raw)
	all := p.edits
	for round := 1; len(p.edits) > 0; round++ {
		for _, e := range p.edits {
			copy(now[e.Offset-off:], e.New)
		}
		p.round(off, now, round < rounds)
		all = append(all, p.edits...)
	}
	return joined(all, off, raw, now)
}

// round plans the remote loads that are left in the rewritten text and are not
// listed. Without edit, it only lists them.
func (p *page) round(off int, now []byte, edit bool) {
	p.text, p.edits, p.done = p.open(off, now), nil, 0
	listed := p.plan.References[p.first:]
	known := make(map[int]bool, len(listed))
	next := 0
	for i := range listed {
		switch at := &listed[i]; at.Outcome {
		case Ungated, Left, ByBase:
			known[at.Ref.Slot.Start] = true
		}
		next = max(next, listed[i].Ref.Ordinal+1)
	}
	var left []reference.Reference
	for _, ref := range reference.Read(p.part.MediaType, p.part.Location, p.text.cells()).References {
		if ref.Kind.Load() && ref.Remote && !known[ref.Slot.Start] && !p.ours(ref.URL) {
			ref.Ordinal = next + len(left)
			left = append(left, ref)
		}
	}
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
