package imapfilter

import (
	"context"
	"fmt"
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

const (
	// prefixLen is how much of a message is fetched before all of it, and
	// shortLen where many are asked for a few octets each, as for a list with
	// previews: most of such messages will not be asked for whole.
	prefixLen = 64 << 10
	shortLen  = 4 << 10
	// restLen is more than the rest of any message.
	restLen = 1 << 30
	// maxPrefixes is after how many messages prefixes are forgotten.
	maxPrefixes = 1024
)

// A prefix is what the beginning of a message tells about its plan. A leaf that
// the planner would not look into passes as it is, whatever follows; one that it
// looks into is edited as a whole. So of the octets before the last leaf that was
// begun, all edits are known, and those of the last one if it passes. Pieces in
// which nothing is edited need no plan: a preview of the text, an attachment.
//
// A piece that has edits is never served from a prefix. The planner must have seen
// all of the message, so that it is stored what its addresses stand for.
type prefix struct {
	overlay *message.Overlay
	settled int    // up to here all edits are known
	open    string // the leaf that the prefix ends in, if it passes
}

// covers tells whether a piece, of n octets or of all there are if n is negative,
// is the same in every plan that begins so.
func (x *prefix) covers(section string, origin, n int64) bool {
	if x == nil || origin > restLen || n > restLen {
		return false
	}
	r, there := x.overlay.Section(section)
	switch {
	case !there:
		return false
	case x.open != "" && section == x.open:
		return true
	}
	start, end := r.Start+int(origin), r.End
	if ended := r.End+len("\r\n--") < x.overlay.Size; !ended && n < 0 {
		return false
	} else if n >= 0 && (!ended || start+int(n) < r.End) {
		end = start + int(n)
	}
	return end <= x.settled && !touches(x.overlay, start, end)
}

// coversAll tells whether all pieces that are asked for are covered.
func (x *prefix) coversAll(items []wire.Item) bool {
	for _, item := range items {
		n := int64(-1)
		if item.Partial {
			n = item.Length
		}
		if kind, section := item.Content(); kind != wire.Verbatim && (kind != wire.Piece || !x.covers(section, item.Origin, n)) {
			return false
		}
	}
	return x != nil
}

// early tells whether a prefix may be enough for what is asked for.
func early(items []wire.Item) bool {
	for _, item := range items {
		kind, section := item.Content()
		near := item.Partial && item.Origin+item.Length <= prefixLen
		numbered := section != "" && section[0] >= '0' && section[0] <= '9'
		if kind != wire.Verbatim && (kind != wire.Piece || !near && !numbered) {
			return false
		}
	}
	return true
}

// prefixOf plans the beginning of a message for what it tells. Nothing of it is
// stored: the planning is given up.
func (s *session) prefixOf(at Place, raw []byte) *prefix {
	g := s.begin(at, true)
	g.dropped = true
	st := message.NewStream(wire.Discard{}, g)
	st.Write(raw)
	st.Abort()
	if g.whole() || g.broken || g.layout == nil || g.last.section == "" {
		return nil
	}
	x := &prefix{overlay: &message.Overlay{Size: len(raw), Sections: slices.Clone(g.layout.Sections)}, settled: len(raw), open: g.last.section}
	if g.last.held {
		x.settled, x.open = g.last.start, ""
	}
	if g.overlay != nil {
		x.overlay.Edits = g.overlay.Edits
	}
	return x
}

// prefix returns what is known of a message's beginning.
func (m *mailbox) prefix(uid uint32) *prefix {
	if m == nil || uid == 0 {
		return nil
	}
	return m.prefixes[uid]
}

// begun are the beginnings of messages that a command of the relay's own fetches,
// or whose rest it fetches, by the number of the command's kind.
type begun struct {
	from int64
	len  int64 // how much of a beginning is asked for
	raw  map[uint32][]byte
}

// wants tells whether an item is what was asked for.
func (b *begun) wants(kind wire.Content, section string, item wire.Item) bool {
	return b != nil && kind == wire.Piece && section == "" && item.Partial && item.Origin == b.from
}

// injectEarly fetches the beginnings of messages, and the rest of those for which
// that is not enough: no octet twice.
func (s *session) injectEarly(box *mailbox, ask asking, numbers []uint32) error {
	first := &begun{len: beginning(ask, numbers), raw: map[uint32][]byte{}}
	if s.continues(box, ask, numbers, first) {
		return s.injectRest(ask, numbers, first)
	}
	inj := &injection{uid: ask.uid, body: true, keep: true, begun: first, modSeq: ask.modSeq()}
	if err := s.inject(inj, string(wire.AppendSet(nil, numbers)), fmt.Sprintf("(UID BODY.PEEK[]<0.%d>)", first.len)); err != nil {
		return err
	}
	var rest []uint32
	for _, m := range inj.found {
		n := m.number(ask.uid)
		raw := first.raw[n]
		if raw == nil {
			continue
		}
		s.mu.Lock()
		at := box.place(m.uid)
		s.mu.Unlock()
		x := s.prefixOf(at, raw)
		if !x.coversAll(ask.items) {
			rest = append(rest, n)
			continue
		}
		s.mu.Lock()
		box.prefixes[m.uid] = x
		if len(numbers) == 1 && first.len == prefixLen {
			box.recent.begun, box.recent.begunUID = raw, m.uid
		}
		s.mu.Unlock()
	}
	if len(rest) == 0 {
		return nil
	}
	slices.Sort(rest)
	return s.injectRest(ask, rest, first)
}

// continues tells whether the beginning of the one message was fetched just now, for
// another piece of it.
func (s *session) continues(box *mailbox, ask asking, numbers []uint32, first *begun) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(numbers) != 1 || !ask.uid || numbers[0] != box.recent.begunUID || first.len != prefixLen {
		return false
	}
	first.raw[numbers[0]] = box.recent.begun
	return true
}

// injectRest fetches the rest of messages that have begun.
func (s *session) injectRest(ask asking, rest []uint32, first *begun) error {
	inj := &injection{uid: ask.uid, keep: true, begun: &begun{from: first.len, raw: first.raw}, modSeq: ask.modSeq()}
	return s.inject(inj, string(wire.AppendSet(nil, rest)), fmt.Sprintf("(UID BODY.PEEK[]<%d.%d>)", first.len, restLen))
}

// beginning is how much of each message is fetched at first.
func beginning(ask asking, numbers []uint32) int64 {
	for _, item := range ask.items {
		if kind, _ := item.Content(); kind != wire.Verbatim && (!item.Partial || item.Origin+item.Length > shortLen/2) {
			return prefixLen
		}
	}
	if len(numbers) == 1 {
		return prefixLen
	}
	return shortLen
}

// swallowEarly takes the beginning of a message, or its rest. A message that is
// there to its end is planned.
func (a *answer) swallowEarly() error {
	b := a.inject.begun
	a.swallowed = true
	if n, _, err := a.in.Spaces(); err != nil || n == 0 {
		return &wire.SyntaxError{What: "fetch item without value"}
	}
	lit, raw, err := a.in.Literal()
	switch {
	case err != nil:
		return err
	case raw == nil && b.from == 0:
		return a.streamShort(wire.Discard{}, true)
	case raw == nil:
		_, _, err := a.short()
		return err
	}
	a.s.srv.counts.injectedOctets.Add(lit.Size)
	held := b.raw[found{seq: a.seq, uid: a.uid}.number(a.inject.uid)]
	switch {
	case b.from == 0 && lit.Size == b.len:
		a.early = make([]byte, 0, b.len)
		return a.in.Each(lit.Size, func(p []byte) error {
			a.early = append(a.early, p...)
			return nil
		})
	case lit.Size == 0 && b.from == 0, b.from == 0 && lit.Size > b.len, b.from > 0 && (held == nil || lit.Size >= restLen):
		return a.in.Copy(wire.Discard{}, lit.Size)
	}
	return a.plan(wire.Discard{}, true, a.feed(held, lit.Size))
}

// covered tells whether the value needs no plan.
func (p *pieceOf) covered(n int64) bool {
	return p.overlay == nil && p.prefix.covers(p.section, p.origin, n)
}

// number is the message's number in commands of a kind.
func (m found) number(uid bool) uint32 {
	if uid {
		return m.uid
	}
	return m.seq
}

// planned tells whether the pieces that are asked for of a message can be served.
func (s *session) planned(ctx context.Context, box *mailbox, uid uint32, ask asking) bool {
	if s.overlay(ctx, box, uid) != nil {
		return true
	}
	s.mu.Lock()
	x := box.prefix(uid)
	s.mu.Unlock()
	return x.coversAll(ask.items)
}
