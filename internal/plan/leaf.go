package plan

import (
	"bytes"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A text is the decoded text of a leaf or a piece of one.
type text struct {
	*message.Text
	view *message.View // nil: the charset cannot be seen through
	// shift is how many cells of the leaf lie before the text.
	shift int
}

// open decodes a leaf or a piece of one.
func (l *leaf) open(off int, raw []byte) text {
	t := text{Text: l.part.Decode(raw, off), shift: l.before}
	view, ok := message.NewView(l.part.Charset, t.Bytes())
	if !ok {
		l.gap(l.part.Section, GapCharset)
		return t
	}
	t.view = view
	return t
}

// cells are what is read. A text that cannot be seen through is read all the
// same: most of its references are found, none is edited.
func (t *text) cells() []byte {
	if t.view == nil {
		return t.Bytes()
	}
	return t.view.Cells()
}

// octets returns the decoded octets of a span of cells of the leaf.
func (t *text) octets(s reference.Span) (start, end int) {
	if t.view == nil {
		return s.Start - t.shift, s.End - t.shift
	}
	return t.view.Octets(s.Start-t.shift, s.End-t.shift)
}

// replace returns the edit that fills a span of cells with other text, the
// line ends in it staying where they are.
func (t *text) replace(s reference.Span, with []byte) (message.Edit, bool) {
	start, end := t.octets(s)
	return t.Replace(start, end, with)
}

// written returns the cells of a span.
func (t *text) written(s reference.Span) []byte {
	return t.cells()[s.Start-t.shift : s.End-t.shift]
}

// room returns how many cells of a span can be written to: URL parsers drop
// line ends, which stay.
func (t *text) room(s reference.Span) int {
	b := t.written(s)
	return len(b) - bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte{'\n'})
}

// whole plans a leaf that is held whole.
func (l *leaf) whole(off int, raw []byte) []message.Edit {
	t := l.open(off, raw)
	r := reference.Read(l.part.MediaType, l.part.Location, t.cells())
	if r.Partial {
		l.gap(l.part.Section, GapSize)
	}
	p := l.newPage(t)
	p.add(r.References)
	p.editBase()
	if r.Unsure || p.overlaps {
		return p.again(off, raw)
	}
	return p.edits
}

// piece plans what can be planned of a leaf that goes on.
func (l *leaf) piece(off int, raw []byte, more bool) ([]message.Edit, int) {
	if l.scanner == nil {
		l.scanner = reference.NewScanner(l.part.MediaType, l.part.Location)
	}
	if more {
		raw = raw[:safeEnd(raw, l.part.Encoding)]
	}
	t := l.open(off, raw)
	cells := t.cells()
	if more && l.part.Encoding == message.Base64 {
		// The last quantum may not be whole.
		cells = cells[:max(0, len(cells)-3)]
	}
	cells = cells[min(l.skip, len(cells)):]
	saved := *l.scanner
	refs, done := l.scanner.Scan(cells, more)
	if l.scanner.Unsure() {
		l.gap(l.part.Section, GapSize)
	}
	p := l.newPage(t)
	p.add(l.shifted(refs))
	if !more {
		return p.edits, len(raw)
	}
	decoded, rawDone := t.Cut(l.skip + done)
	if n := len(p.edits); n > 0 && end(p.edits[n-1]) > off+rawDone {
		// The last edit shares a base64 quantum with what is to come: leave
		// its tag to the next piece.
		p.undo()
		*l.scanner = saved
		refs, done = l.scanner.Scan(cells[:refs[len(refs)-1].Tag.Start], true)
		p = l.newPage(t)
		p.add(l.shifted(refs))
		decoded, rawDone = t.Cut(l.skip + done)
	}
	l.skip += done - decoded
	l.before += decoded
	return p.edits, rawDone
}

// shifted counts the spans from the start of the leaf.
func (l *leaf) shifted(refs []reference.Reference) []reference.Reference {
	by := l.before + l.skip
	for i := range refs {
		r := &refs[i]
		r.Slot = reference.Span{Start: r.Slot.Start + by, End: r.Slot.End + by}
		r.Tag = reference.Span{Start: r.Tag.Start + by, End: r.Tag.End + by}
	}
	return refs
}

// safeEnd returns how much of a piece decodes in the same way whatever
// follows it: in quoted-printable an escape may be cut, and blanks may be
// followed by a line end.
func safeEnd(raw []byte, enc message.Encoding) int {
	n := len(raw)
	if enc != message.QuotedPrintable {
		return n
	}
	for {
		was := n
		for n > 0 && (raw[n-1] == ' ' || raw[n-1] == '\t' || raw[n-1] == '\r') {
			n--
		}
		if i := bytes.LastIndexByte(raw[max(0, n-2):n], '='); i >= 0 {
			n = max(0, n-2) + i
		}
		if n == was {
			return n
		}
	}
}

func end(e message.Edit) int { return e.Offset + len(e.Old) }
