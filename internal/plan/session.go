package plan

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// Session plans one message as it streams. Known returns the plans that messages
// with this header block were served with before, the likeliest first; it may be
// nil. A leaf that one of them planned, octet for octet, is served from that plan,
// whatever this planner would do: what a mail program was given once it is given
// again. Equal headers alone prove nothing, for anybody can send a second message
// with the header of a first. Done is called once, at the end, with the plan.
func (p *Planner) Session(known func(headerSHA256 [32]byte) []*Plan, done func(*Plan)) message.Session {
	mode := p.Mode
	if mode == "" {
		mode = ModeAll
	}
	return &session{planner: p, lookUp: known, done: done, plan: &Plan{Version: Version, Mode: mode}}
}

// A session is the planning of one message.
type session struct {
	planner *Planner
	lookUp  func([32]byte) []*Plan
	known   []*Plan
	done    func(*Plan)
	plan    *Plan
	own     *Plan // that of the message itself
	signer  *signer
}

// Header implements [message.Session].
func (s *session) Header(raw []byte) {
	s.plan.HeaderSHA256 = sha256.Sum256(raw)
	s.plan.Header = append([]byte{}, raw[:min(len(raw), maxHeader)]...)
	if s.own = s.planner.ownPlan(s.plan.HeaderSHA256); s.own == nil {
		s.remember()
	}
}

// remember asks for the plans of messages with this header.
func (s *session) remember() {
	if s.lookUp != nil {
		s.known = s.lookUp(s.plan.HeaderSHA256)
	}
}

// Leaf implements [message.Session].
func (s *session) Leaf(p *message.Part) message.Editor {
	if s.own != nil {
		return s.ownEditor(p)
	}
	if p.External.URL != "" {
		s.external(p)
	}
	if !reference.Readable(p.MediaType) && !p.Encloses() {
		return nil
	}
	s.sign()
	return &leaf{session: s, part: *p}
}

// sign gets ready to make tokens.
func (s *session) sign() {
	if s.signer == nil {
		s.signer = newSigner(s.planner.Key, s.plan.HeaderSHA256)
	}
}

// external lists the address of a body that is elsewhere.
func (s *session) external(p *message.Part) {
	r := Reference{Section: p.Section, Ref: reference.External(p.External.URL), Outcome: Left}
	switch {
	case len(s.plan.References) >= maxReferences:
		s.gap(p.Section, GapReferences)
		return
	case r.Ref.Remote:
		r.Outcome, r.Reason, r.Raw = Ungated, ReasonExternal, p.External.At
	}
	s.plan.References = append(s.plan.References, r)
}

// End implements [message.Session].
func (s *session) End(l *message.Layout, complete bool) {
	p := s.plan
	p.Complete = complete
	p.Overlay.Size = l.Size
	p.Overlay.Sections = l.Sections
	p.Gaps = append(slices.Clone(l.Gaps), p.Gaps...)
	slices.SortStableFunc(p.Overlay.Edits, byOffset)
	s.done(p)
}

func byOffset(a, b message.Edit) int { return cmp.Compare(a.Offset, b.Offset) }

// gap notes what was not looked into, once.
func (s *session) gap(section, reason string) {
	g := message.Gap{Section: section, Reason: reason}
	if !slices.Contains(s.plan.Gaps, g) {
		s.plan.Gaps = append(s.plan.Gaps, g)
	}
}

// A leaf is the planning of one leaf.
type leaf struct {
	*session
	part    message.Part
	scanner *reference.Scanner // once the leaf comes in pieces
	skip    int                // cells in front of the next piece that the scanner has seen
	before  int                // cells in front of the next piece
	cut     bool               // an encoded message came in pieces
	depth   int                // how many encoded messages the leaf is in
	// linkless says that no link of the leaf is rewritten.
	linkless bool
	// outer says where octets of the message that the leaf is in stand in the mail,
	// nil if it is the mail.
	outer func(message.Range) message.Range
}

// Edit implements [message.Editor].
func (l *leaf) Edit(off int, raw []byte, more bool) (edits []message.Edit, done int) {
	defer func() {
		// One message that trips over a fault of ours passes as it is.
		if recover() != nil {
			l.gap(l.part.Section, GapFault)
			edits, done = nil, len(raw)
		}
	}()
	if len(raw) == 0 {
		return nil, 0
	}
	if l.part.Encloses() && (more || l.cut) {
		// A message that is encoded is read whole or not at all.
		l.gap(l.part.Section, GapSize)
		l.cut = true
		return nil, len(raw)
	}
	if more || l.scanner != nil {
		edits, done = l.piece(off, raw, more)
	} else {
		edits, done = l.settle(off, raw), len(raw)
	}
	l.plan.Overlay.Edits = append(l.plan.Overlay.Edits, edits...)
	return edits, done
}

// settle plans a leaf that is held whole, or finds it planned before.
func (l *leaf) settle(off int, raw []byte) []message.Edit {
	one := Leaf{Section: l.part.Section, Raw: message.Range{Start: off, End: off + len(raw)}, SHA256: sha256.Sum256(raw)}
	l.plan.Leaves = append(l.plan.Leaves, one)
	for _, before := range l.known {
		if slices.Contains(before.Leaves, one) {
			return l.again(before, one)
		}
	}
	first := len(l.plan.References)
	edits := l.anew(off, raw)
	if !l.keep(first, edits, one.Raw.End) {
		l.plan.References = l.plan.References[:first]
		l.linkless = true
		l.gap(l.part.Section, GapLinks)
		edits = l.anew(off, raw)
	}
	return edits
}

// anew plans a leaf that is held whole.
func (l *leaf) anew(off int, raw []byte) []message.Edit {
	if l.part.Encloses() {
		return l.enclosed(off, raw)
	}
	return l.whole(off, raw)
}

// again takes what an earlier plan did with a leaf.
func (l *leaf) again(before *Plan, one Leaf) []message.Edit {
	l.take(before, one.Section)
	edits := before.Overlay.Edits
	first, _ := slices.BinarySearchFunc(edits, one.Raw.Start, func(e message.Edit, at int) int { return cmp.Compare(e.Offset, at) })
	last, _ := slices.BinarySearchFunc(edits, one.Raw.End, func(e message.Edit, at int) int { return cmp.Compare(e.Offset, at) })
	return slices.Clone(edits[first:last])
}

// take takes over what an earlier plan tells of a leaf.
func (l *leaf) take(before *Plan, section string) {
	in := func(of string) bool { return of == section || l.part.Encloses() && strings.HasPrefix(of, section+".") }
	for i := range before.References {
		if in(before.References[i].Section) {
			l.plan.References = append(l.plan.References, before.References[i])
		}
	}
	if before.Links != "" {
		l.plan.Links = before.Links
	}
	for _, g := range before.Gaps {
		if in(g.Section) {
			l.gap(g.Section, g.Reason)
		}
	}
}
