package detect

import (
	"cmp"
	"slices"

	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// maxEnclosed is how many encoded messages may stand in each other.
const maxEnclosed = 8

// A leaf is one text as programs see it in one way.
type leaf struct {
	section string
	refs    []reference.Reference
	// words are what stands at each reference, as long as refs.
	words []exempt.Words
	// place says where in the mail a span of the text stands.
	place func(reference.Span) message.Range
	// shown says that it is the way in which the text is shown.
	shown bool
	// sealed says that nothing is ever written there, rewritesLinks that what
	// becomes of a link is decided on: everybody sees the same in the text.
	sealed, rewritesLinks bool
}

// A layer is a message that parts stand in: the mail itself, or one that is encoded
// in it as a whole.
type layer struct {
	octets []byte
	// raw says where octets of it stand in the mail.
	raw func(start, end int) message.Range
	// part is what encloses it, nil for the mail itself.
	part  *message.Part
	depth int
}

// section is how the mail calls a part of the layer.
func (in *layer) section(part string) string {
	switch {
	case in.part == nil:
		return part
	case part == "":
		return in.part.Section
	}
	return in.part.Section + "." + part
}

// gap notes what was not looked into, once.
func (s *scan) gap(section, reason string) {
	g := message.Gap{Section: section, Reason: reason}
	if !slices.Contains(s.report.Gaps, g) {
		s.report.Gaps = append(s.report.Gaps, g)
	}
}

// readAll reads all leaves of a message.
func (s *scan) readAll(layout *message.Layout, in layer) {
	for _, g := range layout.Gaps {
		s.gap(in.section(g.Section), g.Reason)
	}
	for p := range layout.Leaves() {
		if p.External.URL != "" {
			s.external(p, in)
		}
		if !reference.Readable(p.MediaType) && !p.Encloses() {
			continue
		}
		part := *p
		part.Section = in.section(p.Section)
		if part.Protected == "" && in.part != nil {
			part.Protected = in.part.Protected
		}
		if part.Encloses() {
			s.enclosed(&part, in)
			continue
		}
		s.read(&part, in)
	}
}

// external adds the address of a body that is elsewhere.
func (s *scan) external(p *message.Part, in layer) {
	at := in.raw(p.External.At.Start, p.External.At.End)
	s.add(p, &leaf{
		section: in.section(p.Section), sealed: true, refs: []reference.Reference{reference.External(p.External.URL)},
		place: func(reference.Span) message.Range { return at },
	}, nil)
}

// enclosed reads a message that is encoded as a whole: RFC 2046, section 5.2.1,
// forbids that, and Thunderbird decodes it all the same.
func (s *scan) enclosed(p *message.Part, in layer) {
	if in.depth >= maxEnclosed {
		s.gap(p.Section, "depth")
		return
	}
	text := p.Decode(in.octets[p.Body.Start:p.Body.End], p.Body.Start)
	s.readAll(message.Parse(text.Bytes()), layer{octets: text.Bytes(), part: p, depth: in.depth + 1, raw: func(start, end int) message.Range {
		r := text.Raw(start, end)
		return in.raw(r.Start, r.End)
	}})
}

// read finds the references of a part in each way in which programs may see it.
// The first is how it is shown; of the others only what is fetched counts, where
// the first sees nothing that is.
func (s *scan) read(p *message.Part, in layer) {
	text := p.Decode(in.octets[p.Body.Start:p.Body.End], p.Body.Start)
	views, whole := p.Views(text.Bytes())
	if !whole {
		s.gap(p.Section, "charset")
	}
	if len(views) == 0 {
		// Most of what is there is found all the same.
		views = []*message.View{nil}
	}
	var loads spans
	for way, v := range views {
		l := leaf{section: p.Section, shown: way == 0, sealed: v == nil || p.Protected != "" || !reference.Scanned(p.MediaType)}
		octets := func(at reference.Span) reference.Span {
			if v != nil {
				at.Start, at.End = v.Octets(at.Start, at.End)
			}
			return at
		}
		l.place = func(at reference.Span) message.Range {
			at = octets(at)
			r := text.Raw(at.Start, at.End)
			return in.raw(r.Start, r.End)
		}
		cells := text.Bytes()
		if v != nil {
			cells = v.Cells()
		}
		found := reference.Read(p.MediaType, p.Location, cells)
		if found.Partial {
			s.gap(p.Section, "size")
		}
		l.rewritesLinks = len(views) == 1 && !found.Unsure && !l.sealed && p.MediaType != "text/css" && p.MediaType != "image/svg+xml"
		l.refs = found.References
		if way > 0 {
			l.refs = slices.DeleteFunc(l.refs, func(r reference.Reference) bool {
				return !r.Remote || !r.Kind.Load() || loads.hold(octets(r.Slot))
			})
		}
		if len(views) > 1 {
			loads.add(l.refs, octets)
		}
		s.add(p, &l, cells)
	}
}

// add adds a leaf with what stands at its references, as far as there is room.
func (s *scan) add(p *message.Part, l *leaf, cells []byte) {
	l.words = make([]exempt.Words, len(l.refs))
	if hasLinks(l.refs) && p.MediaType != "text/css" {
		l.words = exempt.Texts(cells, l.refs)
	}
	if room := maxReferences - s.found; len(l.refs) > room {
		// Cloned, so that the rest is let go of.
		l.refs, l.words = slices.Clone(l.refs[:room]), l.words[:room:room]
		s.gap(p.Section, "references")
	}
	if l.shown && p.MediaType != "text/css" && reference.Scanned(p.MediaType) {
		s.wording.AddText(cells)
	}
	s.found += len(l.refs)
	s.leaves = append(s.leaves, *l)
}

// hasLinks says whether there is a link among references.
func hasLinks(refs []reference.Reference) bool {
	return slices.ContainsFunc(refs, func(r reference.Reference) bool { return r.Kind == reference.Link })
}

// linksAmong counts the links among references.
func linksAmong(refs []reference.Reference) int {
	n := 0
	for i := range refs {
		if refs[i].Kind == reference.Link {
			n++
		}
	}
	return n
}

// spans are where loads stand in a text, in order.
type spans []reference.Span

// add adds the remote loads among references. Of those that begin before others end,
// the later ones reach at least as far.
func (l *spans) add(refs []reference.Reference, octets func(reference.Span) reference.Span) {
	for i := range refs {
		if r := &refs[i]; r.Remote && r.Kind.Load() {
			*l = append(*l, octets(r.Slot))
		}
	}
	slices.SortFunc(*l, func(a, b reference.Span) int { return cmp.Compare(a.Start, b.Start) })
	reach := 0
	for i := range *l {
		reach = max(reach, (*l)[i].End)
		(*l)[i].End = reach
	}
}

// hold says whether a load lies in one of those there are, with which it is
// replaced, or begins where one does.
func (l spans) hold(at reference.Span) bool {
	i, same := slices.BinarySearchFunc(l, at.Start, func(s reference.Span, start int) int { return cmp.Compare(s.Start, start) })
	return same || i > 0 && l[i-1].End >= at.End
}
