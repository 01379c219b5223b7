package twin

import (
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// maxEnclosed is how many encoded messages may stand in each other.
const maxEnclosed = 8

// A layer is a message that parts stand in: the copy itself, or one that is encoded in
// it as a whole.
type layer struct {
	// index is the number of the copy.
	index  int
	octets []byte
	// raw says where octets of it stand in the copy.
	raw func(start, end int) message.Range
	// part is what encloses it, nil for the copy itself.
	part  *message.Part
	depth int
}

// section is how the copy calls a part of the layer. A message of one part has it as
// part 1 (RFC 3501, section 6.4.5).
func (in *layer) section(part string) string {
	switch {
	case in.part != nil && part == "":
		part = in.part.Section
	case in.part != nil:
		part = in.part.Section + "." + part
	}
	if part == "" {
		return "1"
	}
	return part
}

// readAll reads the leaves of a message in each way in which programs may see them,
// and messages that are encoded as a whole, as a scan and the plan of a mail do: what
// one of them sees is compared too.
func (m *mailCopy) readAll(layout *message.Layout, in layer) {
	m.gaps = append(m.gaps, layout.Gaps...)
	for p := range layout.Leaves() {
		m.media = append(m.media, p.MediaType)
		if p.External.URL != "" {
			m.add(reference.External(p.External.URL), in.section(p.Section), in.raw(p.External.At.Start, p.External.At.End), in.index)
		}
		switch {
		case p.Encloses():
			m.enclosed(p, in)
		case reference.Scanned(p.MediaType) || p.MediaType == "text/plain":
			m.read(p, in)
		}
	}
}

// enclosed reads a message that is encoded as a whole.
func (m *mailCopy) enclosed(p *message.Part, in layer) {
	part := *p
	part.Section = in.section(p.Section)
	if in.depth >= maxEnclosed {
		m.gap(part.Section, "depth")
		return
	}
	text := p.Decode(in.octets[p.Body.Start:p.Body.End], p.Body.Start)
	m.readAll(message.Parse(text.Bytes()), layer{index: in.index, octets: text.Bytes(), part: &part, depth: in.depth + 1,
		raw: func(start, end int) message.Range {
			r := text.Raw(start, end)
			return in.raw(r.Start, r.End)
		}})
}

// read reads one leaf: its references, and its words. The first way is how the text
// is shown; of the others only loads count that the first does not see.
func (m *mailCopy) read(p *message.Part, in layer) {
	text := p.Decode(in.octets[p.Body.Start:p.Body.End], p.Body.Start)
	views, whole := p.Views(text.Bytes())
	if !whole || len(views) == 0 {
		m.gap(in.section(p.Section), "charset")
	}
	seen := make(map[int]bool)
	for way, view := range views {
		if way == 0 {
			m.count(p.MediaType, view.Cells())
		}
		if p.MediaType == "text/plain" {
			return
		}
		for _, r := range reference.Find(p.MediaType, p.Location, view.Cells()) {
			start, end := view.Octets(r.Slot.Start, r.Slot.End)
			if way > 0 && (seen[start] || !r.Kind.Load()) {
				continue
			}
			seen[start] = true
			at := text.Raw(start, end)
			if !m.add(r, in.section(p.Section), in.raw(at.Start, at.End), in.index) {
				return
			}
		}
	}
}

// add adds a reference that is compared, and says whether there is room for more.
func (m *mailCopy) add(r reference.Reference, section string, at message.Range, index int) bool {
	t, ok := compared(&r)
	if !ok {
		return true
	}
	if len(m.refs) == maxReferences {
		m.gap(section, "references")
		return false
	}
	m.refs = append(m.refs, &ref{Reference: r, template: t, text: undigited(r.Text + r.Shape.Alt),
		place: Place{Copy: index, Part: section, Offset: at.Start, Length: at.Len(), URL: r.URL}})
	return true
}

// gap notes what was not looked into.
func (m *mailCopy) gap(section, reason string) {
	m.gaps = append(m.gaps, message.Gap{Section: section, Reason: reason})
}
