package plan

import (
	"bytes"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A text is the decoded text of a leaf or a piece of one, as one program sees it.
type text struct {
	*message.Text
	view *message.View // nil: the charset cannot be seen through
	// shift is how many cells of the leaf lie before the text.
	shift int
}

// open decodes a leaf, and returns it in each way in which a program may see it,
// at least one.
func (l *leaf) open(off int, raw []byte) []text {
	t := text{Text: l.part.Decode(raw, off), shift: l.before}
	views, whole := l.part.Views(t.Bytes())
	if !whole {
		l.gap(l.part.Section, GapCharset)
	}
	if len(views) == 0 {
		return []text{t}
	}
	texts := make([]text, len(views))
	for i, v := range views {
		texts[i] = t
		texts[i].view = v
	}
	return texts
}

// openPiece decodes a piece of a leaf. A piece is seen in one way; where that is
// not all, or cells are not octets, it says so.
func (l *leaf) openPiece(off int, raw []byte) text {
	texts := l.open(off, raw)
	t := texts[0]
	if len(texts) > 1 {
		l.gap(l.part.Section, GapSize)
	}
	if t.view != nil && !t.view.Even() {
		l.gap(l.part.Section, GapCharset)
		t.view = nil
	}
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
	if t.view == nil {
		return message.Edit{}, false
	}
	return t.view.Replace(t.Text, s.Start-t.shift, s.End-t.shift, with)
}

// written returns the cells of a span.
func (t *text) written(s reference.Span) []byte {
	return t.cells()[s.Start-t.shift : s.End-t.shift]
}

// room returns how many characters can be written over a span: URL parsers drop
// line ends, which stay.
func (t *text) room(s reference.Span) int {
	if t.view == nil {
		return 0
	}
	return t.view.Room(s.Start-t.shift, s.End-t.shift)
}

// whole plans a leaf that is held whole.
func (l *leaf) whole(off int, raw []byte) []message.Edit {
	texts := l.open(off, raw)
	if l.planner.Text != nil {
		l.planner.Text(&l.part, texts[0].Bytes())
	}
	r := l.read(&texts[0])
	p := l.newPage(texts[0])
	p.askLinks(r.References, len(texts) == 1 && !r.Unsure)
	p.add(r.References)
	p.editBase()
	if len(texts) > 1 || len(p.edits) > 0 && (r.Unsure || p.overlaps) {
		return p.again(off, raw)
	}
	return p.edits
}

// read finds the references of a whole text.
func (l *leaf) read(t *text) reference.Reading {
	r := reference.Read(l.part.MediaType, l.part.Location, t.cells())
	if r.Partial {
		l.gap(l.part.Section, GapSize)
	}
	return r
}

// piece plans what can be planned of a leaf that goes on.
func (l *leaf) piece(off int, raw []byte, more bool) ([]message.Edit, int) {
	if l.scanner == nil {
		l.scanner = reference.NewScanner(l.part.MediaType, l.part.Location)
	}
	if more {
		raw = raw[:safeEnd(raw, l.part.Encoding)]
	}
	t := l.openPiece(off, raw)
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
	p.leaveLinks(refs)
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
