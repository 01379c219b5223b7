package imapfilter

import (
	"bytes"
	"context"
	"fmt"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// maxDecoded is after how many parts the edits of decoded parts are forgotten;
// those that one command needs are kept together, however many.
const maxDecoded = 1024

// sameGap is how many equal octets may lie within one edit of a decoded part.
const sameGap = 16

// A decodedKey names a part that a mail program asks for without its transfer
// encoding (RFC 3516, section 4.3).
type decodedKey struct {
	uid     uint32
	section string
}

// An asking is what a command asks for: its kind, its items, and the sections that
// are to be decoded.
type asking struct {
	uid      bool
	items    []wire.Item
	sections []string
}

// A partly is what a command of the relay's own asks of a part: its octets, from
// its header on, and what the server makes of it.
type partly struct {
	from    int
	section string
	raw     []byte
	decoded []byte
}

// wants tells whether an item is what was asked for.
func (p *partly) wants(kind wire.Content, section string, item wire.Item) bool {
	switch {
	case p == nil:
		return false
	case kind == wire.Decoded:
		return section == p.section
	}
	return kind == wire.Piece && section == "" && item.Partial && item.Origin == int64(p.from)
}

// prepareDecoded sees to it that the edits of what is asked for decoded are known
// in that form. An edit keeps the decoded length as well, but where it stands
// there, only the part can tell: so the relay fetches the part as it is stored,
// as far as the plan has edits in it, and decodes it with and without them.
func (s *session) prepareDecoded(ctx context.Context, box *mailbox, messages []found, ask asking) error {
	if len(ask.sections) == 0 {
		return nil
	}
	for _, m := range messages {
		for _, section := range ask.sections {
			o := s.overlay(ctx, box, m.uid)
			key := decodedKey{m.uid, section}
			if o == nil || s.decodedOverlay(box, o, key) != nil {
				continue
			}
			d, err := s.fetchDecoded(o, m, key, ask)
			if err != nil {
				return err
			}
			if d != nil {
				s.mu.Lock()
				box.decoded[key] = d
				s.mu.Unlock()
			}
		}
	}
	return nil
}

// decodedOverlay returns the edits of a decoded part, nil if they are not known.
func (s *session) decodedOverlay(box *mailbox, o *message.Overlay, key decodedKey) *message.Overlay {
	if o == nil || box == nil {
		return nil
	}
	if r, ok := partRange(o, key.section); ok && !touches(o, r.Start, r.End) {
		return &message.Overlay{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return box.decoded[key]
}

// partRange returns where a part stands with its header.
func partRange(o *message.Overlay, section string) (message.Range, bool) {
	if section == "" {
		return message.Range{Start: 0, End: o.Size}, true
	}
	body, ok := o.Section(section)
	header, there := o.Section(section + ".MIME")
	return message.Range{Start: header.Start, End: body.End}, ok && there && header.Start <= body.End
}

// fetchDecoded fetches a part and returns its edits in decoded form; nil if there
// is no saying.
func (s *session) fetchDecoded(o *message.Overlay, m found, key decodedKey, ask asking) (*message.Overlay, error) {
	r, ok := partRange(o, key.section)
	if !ok || r.Len() > message.HoldLimit {
		return nil, nil
	}
	items := fmt.Sprintf("(UID BODY.PEEK[]<%d.%d>)", r.Start, r.Len())
	part := &partly{from: r.Start, section: key.section}
	if composed(o, key.section) {
		items = fmt.Sprintf("(UID BODY.PEEK[]<%d.%d> BINARY.PEEK[%s])", r.Start, r.Len(), key.section)
	}
	if err := s.inject(&injection{uid: ask.uid, part: part, modSeq: ask.modSeq()}, fmt.Sprint(m.number(ask.uid)), items); err != nil {
		return nil, err
	}
	if len(part.raw) != r.Len() || !matches(o, part.raw, r.Start) {
		return nil, nil
	}
	return part.edits(o), nil
}

// composed tells whether a part has parts of its own. RFC 3516, section 4.3, does
// not have them asked for, but some servers give them, with all that is in them
// decoded.
func composed(o *message.Overlay, section string) bool {
	if section == "" {
		return true
	}
	if _, enclosed := o.Section(section + ".TEXT"); enclosed {
		return true
	}
	body, _ := o.Section(section)
	first, there := o.Section(section + ".1")
	return there && first != body
}

// edits returns the edits of the part in decoded form.
func (p *partly) edits(o *message.Overlay) *message.Overlay {
	changed := bytes.Clone(p.raw)
	o.Apply(changed, p.from)
	l := message.Parse(p.raw)
	if l.Root.Leaf() && p.decoded == nil {
		body := l.Root.Body
		return editsBetween(decode(p.raw, l.Root, body), decode(changed, l.Root, body))
	}
	if p.decoded == nil {
		return nil
	}
	value := bytes.Clone(p.decoded)
	at := 0
	for leaf := range l.Leaves() {
		from, to := decode(p.raw, leaf, leaf.Body), decode(changed, leaf, leaf.Body)
		if bytes.Equal(from, to) {
			continue
		}
		if i := bytes.Index(value[at:], from); i >= 0 && len(from) == len(to) {
			at += i + copy(value[at+i:], to)
			continue
		}
		if d := editsBetween(from, to); d == nil || !realign(d, value) {
			return nil
		}
	}
	return editsBetween(p.decoded, value)
}

// decode returns the decoded text of a leaf.
func decode(raw []byte, p *message.Part, body message.Range) []byte {
	return message.Decode(raw[body.Start:body.End], body.Start, p.Encoding).Bytes()
}

// editsBetween returns what makes one text of another of the same length.
func editsBetween(from, to []byte) *message.Overlay {
	if len(from) != len(to) {
		return nil
	}
	o := &message.Overlay{Size: len(from), Sections: []message.Section{{Name: "", Range: message.Range{Start: 0, End: len(from)}}}}
	for i := 0; i < len(from); {
		if from[i] == to[i] {
			i++
			continue
		}
		end, same := i+1, 0
		for j := i + 1; j < len(from) && same < sameGap; j++ {
			same++
			if from[j] != to[j] {
				end, same = j+1, 0
			}
		}
		o.Edits = append(o.Edits, message.Edit{Offset: i, Old: bytes.Clone(from[i:end]), New: bytes.Clone(to[i:end])})
		i = end
	}
	return o
}

// collect keeps a value that the relay asked for itself.
func (a *answer) collect(kind wire.Content) error {
	a.swallowed = true
	if n, _, err := a.in.Spaces(); err != nil || n == 0 {
		return &wire.SyntaxError{What: "fetch item without value"}
	}
	lit, raw, err := a.in.Literal()
	if err != nil {
		return err
	}
	var value []byte
	switch {
	case raw == nil:
		var quoted bool
		if value, quoted, err = a.short(); !quoted {
			value = nil
		}
	case lit.Size > 2*message.HoldLimit:
		return a.in.Copy(wire.Discard{}, lit.Size)
	default:
		a.s.srv.counts.injectedOctets.Add(lit.Size)
		value = make([]byte, 0, min(lit.Size, 64<<10))
		err = a.in.Each(lit.Size, func(b []byte) error {
			value = append(value, b...)
			return nil
		})
	}
	if kind == wire.Decoded {
		a.inject.part.decoded = value
	} else {
		a.inject.part.raw = value
	}
	return err
}
