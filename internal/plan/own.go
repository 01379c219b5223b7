package plan

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// ownPlan is the plan that is stored for the message where it lies, while nothing has
// shown that it is another message's.
//
// Such a plan tells of all that was done with the message, and so also of what was
// left: a leaf that an older planner did not look into stays as it is. Of a copy that
// lies elsewhere nobody can say that.
func (p *Planner) ownPlan(header [32]byte) *Plan {
	if p.Own == nil {
		return nil
	}
	own := p.Own(header)
	if own == nil || !own.Complete || own.HeaderSHA256 != header {
		return nil
	}
	return own
}

// concerns says whether a plan did something in a part, or looked into it.
func (p *Plan) concerns(section string) bool {
	in := func(of string) bool { return of == section || strings.HasPrefix(of, section+".") }
	return slices.ContainsFunc(p.Leaves, func(l Leaf) bool { return l.Section == section }) ||
		slices.ContainsFunc(p.References, func(r Reference) bool { return r.Outcome != Left && in(r.Section) })
}

// An ownLeaf serves a leaf from the message's own plan.
type ownLeaf struct {
	leaf
	begun bool
	anew  bool // the leaf is planned by this planner
}

// ownEditor returns what serves a leaf from the message's own plan, nil for one that
// is of no interest to any planner.
func (s *session) ownEditor(p *message.Part) message.Editor {
	if !reference.Readable(p.MediaType) && !p.Encloses() && !s.own.concerns(p.Section) {
		return nil
	}
	s.sign()
	return &ownLeaf{leaf: leaf{session: s, part: *p}}
}

// Edit implements [message.Editor].
func (l *ownLeaf) Edit(off int, raw []byte, more bool) ([]message.Edit, int) {
	first := !l.begun
	l.begun = true
	if l.anew || l.own == nil {
		return l.leaf.Edit(off, raw, more)
	}
	edits, done, ok := l.own.within(off, raw, more)
	if first && (!ok || !more && !l.own.sees(l.part.Section, off, raw)) {
		// It is another message after all, or was stored wrong.
		l.own, l.anew = nil, true
		l.remember()
		return l.leaf.Edit(off, raw, more)
	}
	if !ok {
		l.gap(l.part.Section, GapFault)
		return nil, len(raw)
	}
	if first {
		l.take(l.own, l.part.Section)
	}
	for _, one := range l.own.Leaves {
		if first && !more && one.Section == l.part.Section && one.Raw.Start == off && one.Raw.End == off+len(raw) {
			l.plan.Leaves = append(l.plan.Leaves, one)
		}
	}
	l.plan.Overlay.Edits = append(l.plan.Overlay.Edits, edits...)
	return edits, done
}

// sees says whether a leaf that is held whole may be the one that the plan saw.
func (p *Plan) sees(section string, off int, raw []byte) bool {
	for _, one := range p.Leaves {
		if one.Section == section {
			return one.Raw.Start == off && one.Raw.End == off+len(raw) && one.SHA256 == sha256.Sum256(raw)
		}
	}
	return true
}

// within returns the edits in a piece of the message, and how much of it they deal
// with: none is cut in two. It is not ok if one does not fit what stands there.
func (p *Plan) within(off int, raw []byte, more bool) (edits []message.Edit, done int, ok bool) {
	all := p.Overlay.Edits
	i, _ := slices.BinarySearchFunc(all, off, func(e message.Edit, at int) int { return cmp.Compare(e.Offset, at) })
	for done = len(raw); i < len(all) && all[i].Offset < off+len(raw); i++ {
		e := all[i]
		at := e.Offset - off
		if end(e) > off+len(raw) {
			return slices.Clone(edits), at, more && at > 0 && bytes.HasPrefix(e.Old, raw[at:])
		}
		if !bytes.Equal(raw[at:at+len(e.Old)], e.Old) {
			return nil, 0, false
		}
		edits = append(edits, e)
	}
	return edits, done, true
}
