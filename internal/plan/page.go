package plan

import (
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A page is the planning of one text: a leaf, or a piece of one.
type page struct {
	*leaf
	text  text
	edits []message.Edit
	first int            // of plan.References that is of this page
	done  int            // the cell behind the last edit
	links []LinkDecision // by the number of the reference, nil if none is rewritten
	// overlaps says that a load was left because it stands in another one.
	overlaps bool
}

func (l *leaf) newPage(t text) *page {
	return &page{leaf: l, text: t, first: len(l.plan.References)}
}

// undo takes the references of the page out of the plan.
func (p *page) undo() {
	p.plan.References = p.plan.References[:p.first]
}

// add plans references.
func (p *page) add(refs []reference.Reference) {
	p.plan.References = slices.Grow(p.plan.References, min(len(refs), maxReferences))
	for i := range refs {
		if len(p.plan.References) >= maxReferences {
			p.gap(p.part.Section, GapReferences)
			p.silence(refs[i:])
			return
		}
		p.plan.References = append(p.plan.References, Reference{Section: p.part.Section, Ref: refs[i]})
		r := &p.plan.References[len(p.plan.References)-1]
		n := len(p.edits)
		p.decide(r, refs)
		p.link(r, refs, i)
		p.locate(r, p.edits[n:])
	}
}

// locate says where the address of a load stands in the raw message: an edit
// that fills its slot knows.
func (p *page) locate(r *Reference, edits []message.Edit) {
	switch {
	case r.Outcome == Left:
	case len(edits) == 1 && r.Outcome != ByTag:
		r.Raw = message.Range{Start: edits[0].Offset, End: end(edits[0])}
	default:
		first, last := p.text.octets(r.Ref.Slot)
		r.Raw = p.text.Raw(first, last)
	}
}

// silence makes loads inert without listing them, and base elements too: an
// empty data: address is no base, so that what is relative to one leads
// nowhere (WHATWG HTML, section 4.2.3).
func (p *page) silence(refs []reference.Reference) {
	based := p.part.Location != "" || slices.ContainsFunc(p.plan.References[p.first:], func(r Reference) bool { return r.Ref.Kind == reference.Base })
	left, relative := false, false
	for i := range refs {
		r := Reference{Ref: refs[i]}
		switch {
		case r.Ref.Kind == reference.Base && r.Ref.Remote:
			based = !p.writable() || !p.inert(&r) || based
		case p.gated(&r) && p.inert(&r), r.Outcome == Left:
		case r.Ref.Relative:
			relative = true
		default:
			left = true
		}
	}
	if left || relative && based {
		p.gap(p.part.Section, GapLeft)
	}
}

// writable says whether the text may be edited at all.
func (p *page) writable() bool {
	return p.text.view != nil && reference.Scanned(p.part.MediaType) && (p.part.Protected == "" || p.plan.Mode == ModeSigned) &&
		p.plan.Mode != ModePixels && p.planner.hold == nil
}

// gated says whether a reference is to be replaced; if not, it is Left or
// Ungated.
func (p *page) gated(r *Reference) bool {
	r.Outcome = Ungated
	switch {
	case !r.Ref.Kind.Load() || !r.Ref.Remote:
		r.Outcome = Left
	case p.plan.Mode == ModePixels && r.Ref.Kind != reference.Pixel:
		r.Reason = ReasonMode
	case p.part.Protected != "" && p.plan.Mode != ModeSigned:
		r.Reason = ReasonSigned
	case !reference.Scanned(p.part.MediaType):
		r.Reason = ReasonCalendar
	case p.text.view == nil:
		r.Reason = ReasonCharset
	case r.Ref.Slot.Start < p.done:
		p.overlaps = true
		r.Reason = ReasonOverlap
	default:
		return true
	}
	return false
}

// decide replaces a reference by the best form that fits.
func (p *page) decide(r *Reference, refs []reference.Reference) {
	if !p.gated(r) {
		return
	}
	if p.planner.hold != nil {
		p.holdOne(r)
		return
	}
	long, short := p.signer.tokens(r.Section, r.Ref.Vector, r.Ref.Ordinal, r.Ref.URL)
	forms := []form{{ByToken, long, p.planner.Base + "/p/" + long}, {ByShort, short, p.planner.Base + "/" + short}}
	for _, f := range forms {
		if p.fill(r.Ref.Slot, f.address, "") {
			r.Outcome, r.Token = f.outcome, f.token
			return
		}
	}
	if r.Ref.Kind == reference.Pixel {
		if r.Ref.Vector == reference.ImgSrc && alone(r.Ref, refs) && p.rewriteTag(r, forms) {
			return
		}
	}
	// A resource is never released: nothing is lost with its address.
	if (r.Ref.Kind == reference.Pixel || r.Ref.Kind == reference.Resource) && (p.inert(r) || alone(r.Ref, refs) && p.blankTag(r)) {
		return
	}
	r.Reason = ReasonRoom
	if r.Ref.Relative {
		r.Reason = ReasonRelative
	}
}

// A form is a way to write the address of the gateway.
type form struct {
	outcome Outcome
	token   string
	address string
}

// inert replaces a load by an empty data: address, or where there is no room for
// one, by an address of a scheme that does not exist.
func (p *page) inert(r *Reference) bool {
	address := "data:,"
	if r.Ref.Vector.InSet() {
		// A comma at the end would be a candidate's.
		address = "data:,_"
	}
	if !p.fill(r.Ref.Slot, address, "") && !p.fill(r.Ref.Slot, reference.NoScheme+"_", "") {
		return false
	}
	r.Outcome = Inert
	return true
}

// fill writes an address into a slot, padded with more path up to an end.
func (p *page) fill(slot reference.Span, address, end string) bool {
	room := p.text.room(slot)
	if room < len(address)+len(end) {
		return false
	}
	with := make([]byte, 0, room)
	with = append(with, address...)
	for len(with) < room-len(end) {
		with = append(with, '_')
	}
	return p.write(slot, append(with, end...))
}

// write adds the edit that writes text into a span of cells.
func (p *page) write(span reference.Span, with []byte) bool {
	e, ok := p.text.replace(span, with)
	if !ok {
		return false
	}
	p.edits = append(p.edits, e)
	p.done = max(p.done, span.End)
	return true
}

// editBase replaces the base elements if that is what keeps relative loads
// without room from leading elsewhere: they then ask the gateway, which does
// not know them. Which of several is the one that counts only a renderer knows,
// since one in a template, a comment or an SVG does not; so it is all or none.
// It is not done where relative links would lead to the gateway too.
func (p *page) editBase() {
	refs := p.plan.References[p.first:]
	bases := neededBases(refs)
	if len(bases) == 0 || p.plan.Mode == ModePixels || p.planner.hold != nil || !p.writable() {
		return
	}
	n := len(p.edits)
	for _, b := range bases {
		if !p.editOneBase(b) {
			p.edits = p.edits[:n]
			for _, b := range bases {
				b.Outcome, b.Token, b.Raw = Left, "", message.Range{}
			}
			return
		}
	}
	for i := range refs {
		if r := &refs[i]; r.Reason == ReasonRelative {
			r.Outcome, r.Reason, r.Token = ByBase, "", bases[0].Token
		}
	}
	slices.SortStableFunc(p.edits, byOffset)
}

// editOneBase makes a base element lead to the gateway.
func (p *page) editOneBase(b *Reference) bool {
	long, short := p.signer.tokens(b.Section, b.Ref.Vector, b.Ref.Ordinal, b.Ref.URL)
	switch {
	case p.covered(b.Ref.Slot):
		return false
	case p.fill(b.Ref.Slot, p.planner.Base+"/p/"+long, "/"):
		b.Outcome, b.Token = ByToken, long
	case p.fill(b.Ref.Slot, p.planner.Base+"/"+short, "/"):
		b.Outcome, b.Token = ByShort, short
	default:
		return false
	}
	p.locate(b, p.edits[len(p.edits)-1:])
	return true
}

// covered says whether an edit stands in a span, or around it.
func (p *page) covered(span reference.Span) bool {
	first, last := p.text.octets(span)
	at := p.text.Raw(first, last)
	return slices.ContainsFunc(p.edits, func(e message.Edit) bool { return e.Offset < at.End && end(e) > at.Start })
}

// neededBases returns the base elements that relative loads without room may
// refer to; none if there is no such load, or if they may not be edited.
func neededBases(refs []Reference) []*Reference {
	var bases []*Reference
	needed := false
	for i := range refs {
		r := &refs[i]
		switch r.Ref.Kind {
		case reference.Link:
			if r.Ref.Relative && r.Ref.Remote {
				return nil
			}
		case reference.Base:
			if r.Ref.Remote {
				bases = append(bases, r)
			}
		}
		needed = needed || r.Reason == ReasonRelative
	}
	if !needed {
		return nil
	}
	return bases
}
