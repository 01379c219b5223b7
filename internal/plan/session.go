package plan

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// Session plans one message as it streams. Known returns the overlay that the
// message with this header block was served with before, nil if there is none;
// it may be nil itself. A leaf that a known overlay fits is served from it,
// octet for octet, whatever this planner would do. Done is called once, at the
// end, with the plan.
func (p *Planner) Session(known func(headerSHA256 [32]byte) *message.Overlay, done func(*Plan)) message.Session {
	mode := p.Mode
	if mode == "" {
		mode = ModeAll
	}
	return &session{planner: p, lookUp: known, done: done, plan: &Plan{Version: Version, Mode: mode}}
}

// A session is the planning of one message.
type session struct {
	planner *Planner
	lookUp  func([32]byte) *message.Overlay
	known   *message.Overlay
	done    func(*Plan)
	plan    *Plan
	signer  *signer
	full    bool // no more references are listed
}

// Header implements [message.Session].
func (s *session) Header(raw []byte) {
	s.plan.HeaderSHA256 = sha256.Sum256(raw)
	s.plan.Header = append([]byte{}, raw[:min(len(raw), maxHeader)]...)
	if s.lookUp != nil {
		s.known = s.lookUp(s.plan.HeaderSHA256)
	}
}

// Leaf implements [message.Session].
func (s *session) Leaf(p *message.Part) message.Editor {
	if !reference.Scanned(p.MediaType) {
		return nil
	}
	if s.signer == nil {
		s.signer = newSigner(s.planner.Key, s.plan.HeaderSHA256)
	}
	return &leaf{session: s, part: *p}
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
	if l.fits(off, raw, more) {
		l.plan.Known = true
		edits, done = l.knownEdits(off, raw)
	} else if more || l.scanner != nil {
		edits, done = l.piece(off, raw, more)
	} else {
		edits, done = l.whole(off, raw), len(raw)
	}
	l.plan.Overlay.Edits = append(l.plan.Overlay.Edits, edits...)
	return edits, done
}

// fits says whether the known overlay is of this leaf: the leaf has the same
// place, and the old octets of all edits are there.
func (l *leaf) fits(off int, raw []byte, more bool) bool {
	if l.known == nil || l.scanner != nil {
		return false
	}
	at, ok := l.known.Section(l.part.Section)
	end := off + len(raw)
	if !ok || at.Start != l.part.Body.Start || end > at.End || !more && end != at.End {
		return false
	}
	for _, e := range l.known.Edits {
		if e.Offset < end && !agrees(e, off, raw) {
			return false
		}
	}
	return true
}

// agrees says whether a piece has the old octets of an edit. One that reaches
// beyond the piece is left to the next one; one that began before it was not
// served with the last.
func agrees(e message.Edit, off int, raw []byte) bool {
	last := e.Offset + len(e.Old)
	switch {
	case last <= off, e.Offset >= off && last > off+len(raw):
		return true
	}
	return e.Offset >= off && bytes.HasPrefix(raw[e.Offset-off:], e.Old)
}

// knownEdits returns the known edits in a piece. An edit that reaches beyond
// it is left to the next one.
func (l *leaf) knownEdits(off int, raw []byte) (edits []message.Edit, done int) {
	done = len(raw)
	for _, e := range l.known.Edits {
		if e.Offset < off || e.Offset >= off+len(raw) {
			continue
		}
		if e.Offset+len(e.Old) > off+len(raw) {
			return edits, e.Offset - off
		}
		edits = append(edits, e)
	}
	return edits, done
}
