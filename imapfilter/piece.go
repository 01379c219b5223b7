package imapfilter

import (
	"bytes"
	"context"
	"io"
	"sort"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// leastOld is how long the old octets of an edit must be to be searched for.
const leastOld = 8

// piece serves a part of a message, or a range of it, from the message's plan.
func (a *answer) piece(ctx context.Context, section string, item wire.Item) error {
	at := a.place()
	p := pieceOf{answer: a, at: at, section: section, partial: item.Partial}
	p.overlay = a.s.overlay(ctx, a.box, a.uid)
	if n := len(a.plannings); n > 0 && p.overlay == nil {
		p.overlay = a.plannings[n-1].overlay // of the same answer
	}
	if kind, _ := item.Content(); kind == wire.Decoded {
		p.decoded = true
		p.overlay = a.s.decodedOverlay(a.box, p.overlay, decodedKey{a.uid, section})
		section = ""
	}
	if p.overlay != nil {
		p.span, p.there = p.overlay.Section(section)
	} else if p.origin = item.Origin; !p.decoded {
		a.s.mu.Lock()
		p.prefix = a.box.prefix(a.uid)
		a.s.mu.Unlock()
	}
	if item.Origin > int64(p.span.Len()) {
		p.there = false
	} else {
		p.span.Start += int(item.Origin)
	}
	a.s.srv.counts.pieces.Add(1)
	lit, raw, err := a.in.Literal()
	if err != nil {
		return err
	}
	if raw == nil {
		return p.short()
	}
	if _, err := a.out.Write(raw); err != nil {
		return err
	}
	return p.literal(lit.Size)
}

// A pieceOf is one such value, and where the plan says that it stands.
type pieceOf struct {
	*answer
	at      Place
	section string
	partial bool
	decoded bool // it has no transfer encoding, and so has the overlay
	overlay *message.Overlay
	span    message.Range
	there   bool // the plan knows the section
	prefix  *prefix
	origin  int64
}

// short serves a quoted string or NIL.
func (p *pieceOf) short() error {
	value, quoted, err := p.answer.short()
	if err != nil || !quoted {
		if err == nil {
			_, err = p.out.Write(value)
		}
		return err
	}
	if len(value) > 0 && !p.covered(int64(len(value))) {
		value = p.fix(value)
	}
	_, err = p.out.Write(wire.AppendQuoted(nil, value))
	return err
}

// literal serves a literal of n octets, which has been announced already. What
// has nothing to edit streams through. What has is held, so that it is changed
// either wholly or not at all.
func (p *pieceOf) literal(n int64) error {
	switch {
	case n == 0 || p.untouched(n) || p.covered(n):
		return p.in.Copy(p.out, n)
	case n <= message.HoldLimit:
		value := make([]byte, 0, min(n, 64<<10))
		err := p.in.Each(n, func(b []byte) error {
			value = append(value, b...)
			return nil
		})
		if err != nil {
			return err
		}
		_, err = p.out.Write(p.fix(value))
		return err
	case p.overlay == nil || !p.fits(n):
		p.s.passValue(p.at, p.section, "size")
		return p.in.Copy(p.out, n)
	}
	w := &patcher{w: p.out, overlay: p.overlay, at: p.span.Start}
	if err := p.in.Copy(w, n); err != nil {
		return err
	}
	if err := w.flush(); err != nil {
		return err
	}
	if w.misses > 0 {
		p.s.passValue(p.at, p.section, "mismatch")
	}
	return nil
}

// fits tells whether the value can be what the plan says it is. Some servers
// count the line end before a boundary in.
func (p *pieceOf) fits(n int64) bool {
	if !p.there {
		return false
	}
	room := int64(p.span.Len())
	return n == room || p.partial && n < room || n == room+2 || n == room-2
}

// untouched tells whether the plan says that there is nothing to edit.
func (p *pieceOf) untouched(n int64) bool {
	if p.overlay == nil || len(p.overlay.Edits) > 0 && !p.fits(n) {
		return false
	}
	return len(p.overlay.Edits) == 0 || !touches(p.overlay, p.span.Start, p.span.Start+int(n))
}

// touches tells whether any edit is in a range, if in part.
func touches(o *message.Overlay, start, end int) bool {
	i := sort.Search(len(o.Edits), func(i int) bool { return o.Edits[i].Offset+len(o.Edits[i].Old) > start })
	return i < len(o.Edits) && o.Edits[i].Offset < end
}

// fix returns the value as the mail program shall have it, of the same length.
func (p *pieceOf) fix(value []byte) []byte {
	if p.overlay == nil {
		return p.alone(value, "unplanned")
	}
	if p.fits(int64(len(value))) && matches(p.overlay, value, p.span.Start) {
		p.overlay.Apply(value, p.span.Start)
		return value
	}
	if len(p.overlay.Edits) == 0 || realign(p.overlay, value) {
		p.s.srv.counts.realigned.Add(1)
		return value
	}
	// The server says something else than it said when the message was planned.
	// What it says now is planned by itself.
	return p.alone(value, "mismatch")
}

// matches tells whether all edits that are in the value, if in part, find their
// old octets there.
func matches(o *message.Overlay, value []byte, off int) bool {
	end := off + len(value)
	i := sort.Search(len(o.Edits), func(i int) bool { return o.Edits[i].Offset+len(o.Edits[i].Old) > off })
	for ; i < len(o.Edits) && o.Edits[i].Offset < end; i++ {
		e := o.Edits[i]
		a, z := max(e.Offset, off), min(e.Offset+len(e.Old), end)
		if !bytes.Equal(value[a-off:z-off], e.Old[a-e.Offset:z-e.Offset]) {
			return false
		}
	}
	return true
}

// realign writes the edits where their old octets are found, in a value that
// does not stand where the plan says: the server sees other borders. The first
// one found tells by how much all may be moved; what does not fit that is
// searched for by itself. It is false if nothing was found.
func realign(o *message.Overlay, value []byte) bool {
	shift, found := 0, false
	for _, e := range o.Edits {
		if i := bytes.Index(value, e.Old); i >= 0 && len(e.Old) >= leastOld {
			shift, found = e.Offset-i, true
			break
		}
	}
	if !found {
		return false
	}
	if matches(o, value, shift) {
		o.Apply(value, shift) // edits that the value cuts in two as well
	}
	for _, e := range o.Edits {
		if len(e.Old) < leastOld || len(e.Old) != len(e.New) {
			continue
		}
		for at := 0; ; {
			i := bytes.Index(value[at:], e.Old)
			if i < 0 {
				break
			}
			at += i + copy(value[at+i:], e.New)
		}
	}
	return true
}

// A patcher applies an overlay to octets that pass, or takes it back. An edit is
// never cut in two by how the octets came.
type patcher struct {
	w       io.Writer
	overlay *message.Overlay
	at      int // where in the message held begins
	undo    bool
	held    []byte
	misses  int
}

// Write implements io.Writer. It changes b's octets only in a copy.
func (p *patcher) Write(b []byte) (int, error) {
	n := len(b)
	if len(p.held) == 0 && !touches(p.overlay, p.at, p.at+n) {
		p.at += n
		_, err := p.w.Write(b)
		return n, err
	}
	p.held = append(p.held, b...)
	return n, p.release(p.cut())
}

// cut returns how much of what is held ends before an edit that is not all here.
func (p *patcher) cut() int {
	end := p.at + len(p.held)
	i := sort.Search(len(p.overlay.Edits), func(i int) bool {
		return p.overlay.Edits[i].Offset+len(p.overlay.Edits[i].Old) > end
	})
	if i < len(p.overlay.Edits) && p.overlay.Edits[i].Offset < end {
		return max(0, p.overlay.Edits[i].Offset-p.at)
	}
	return len(p.held)
}

func (p *patcher) release(n int) error {
	b := p.held[:n]
	if p.undo {
		p.misses += p.overlay.Undo(b, p.at)
	} else {
		p.misses += p.overlay.Apply(b, p.at)
	}
	p.at += n
	_, err := p.w.Write(b)
	p.held = p.held[:copy(p.held, p.held[n:])]
	return err
}

// flush writes what is held when nothing more will come.
func (p *patcher) flush() error { return p.release(len(p.held)) }
