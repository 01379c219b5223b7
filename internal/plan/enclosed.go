package plan

import (
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// maxEnclosed is how many encoded messages may stand in each other.
const maxEnclosed = 8

// enclosed plans a message that is encoded as a whole: RFC 2046, section 5.2.1,
// forbids that, and Thunderbird decodes it all the same. What is edited in the
// message is written into the octets that it is encoded in.
func (l *leaf) enclosed(off int, raw []byte) []message.Edit {
	if l.depth >= maxEnclosed {
		l.gap(l.part.Section, "depth")
		return nil
	}
	text := l.part.Decode(raw, off)
	inner := message.Parse(text.Bytes())
	for _, g := range inner.Gaps {
		l.gap(l.below(g.Section), g.Reason)
	}
	var edits []message.Edit
	for part := range inner.Leaves() {
		if part.External.URL != "" {
			at := part.External.At
			in := *part
			in.Section, in.External.At = l.below(part.Section), text.Raw(at.Start, at.End)
			l.external(&in)
		}
		if reference.Readable(part.MediaType) || part.Encloses() {
			edits = append(edits, l.one(part, text)...)
		}
	}
	return edits
}

// below is the section of a part of the message.
func (l *leaf) below(section string) string {
	if section == "" {
		return l.part.Section
	}
	return l.part.Section + "." + section
}

// one plans a leaf of the message, and returns the edits of the octets that it is
// encoded in. If one of them cannot be made, none is.
func (l *leaf) one(part *message.Part, text *message.Text) []message.Edit {
	in := &leaf{session: l.session, part: *part, depth: l.depth + 1, linkless: l.linkless}
	in.part.Section = l.below(part.Section)
	in.outer = func(r message.Range) message.Range {
		if r = text.Raw(r.Start, r.End); l.outer != nil {
			r = l.outer(r)
		}
		return r
	}
	if in.part.Protected == "" {
		in.part.Protected = l.part.Protected
	}
	body := text.Bytes()[part.Body.Start:part.Body.End]
	n := len(l.plan.References)
	var edits []message.Edit
	if part.Encloses() {
		edits = in.enclosed(part.Body.Start, body)
	} else {
		edits = in.whole(part.Body.Start, body)
	}
	written, ok := write(text, edits)
	for i := range l.plan.References[n:] {
		r := &l.plan.References[n+i]
		if r.Raw.Len() > 0 {
			r.Raw = text.Raw(r.Raw.Start, r.Raw.End)
		}
		if !ok && r.Outcome != Left {
			r.Outcome, r.Token, r.Reason = Ungated, "", ReasonRoom
		}
	}
	return written
}

// write writes edits of a decoded text into its raw octets. Edits that stand so
// near each other that they may share a character of base64 become one.
func write(text *message.Text, edits []message.Edit) ([]message.Edit, bool) {
	slices.SortStableFunc(edits, byOffset)
	var out []message.Edit
	for i := 0; i < len(edits); {
		first := edits[i].Offset
		now := slices.Clone(edits[i].New)
		for i++; i < len(edits) && edits[i].Offset < first+len(now)+3; i++ {
			now = append(now, text.Bytes()[first+len(now):edits[i].Offset]...)
			now = append(now, edits[i].New...)
		}
		e, ok := text.Put(first, now)
		if !ok {
			return nil, false
		}
		out = append(out, e)
	}
	return out, true
}
