package imapfilter

import (
	"cmp"
	"context"
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
)

// known asks the planner for a stored overlay. A planner that cannot say has
// none: then the message is planned again, to the same result.
func (s *session) known(ctx context.Context, at Place) (o *message.Overlay) {
	defer s.shield("known", func() { o = nil })
	o, err := s.planner().Known(ctx, at)
	if err != nil {
		s.log.Warn("reading plan", "error", err)
		return nil
	}
	return o
}

// copied tells the planner where messages lie as well.
func (s *session) copied(ctx context.Context, from, to []Place) {
	defer s.shield("copied", func() {})
	if err := s.planner().Copied(ctx, from, to); err != nil {
		s.log.Warn("noting copies", "error", err)
	}
}

// appended asks the planner for the overlays of a message that comes back.
func (s *session) appended(ctx context.Context, header []byte) (list []*message.Overlay) {
	defer s.shield("appended", func() { list = nil })
	list, err := s.planner().Appended(ctx, header)
	if err != nil {
		s.log.Warn("reading plan", "error", err)
	}
	return slices.Clone(list)
}

// restored has the gateway's addresses taken out of a composed message. If that
// fails the message goes as it is: mail is not lost for a plan.
func (s *session) restored(ctx context.Context, raw []byte) (out []byte) {
	defer s.shield("restore", func() { out = raw })
	out, err := s.planner().Restore(ctx, raw)
	if err != nil {
		s.log.Warn("restoring message", "error", err)
		s.srv.counts.passed.Add(1)
		return raw
	}
	return out
}

// shield keeps a panic of the planner to the message at hand.
func (s *session) shield(what string, after func()) {
	if r := recover(); r != nil {
		s.srv.counts.panics.Add(1)
		s.log.Error("planner broke", "in", what, "panic", fault(r))
		after()
	}
}

// passValue counts a value that goes on as it came although it should have been
// looked into, and tells of it.
func (s *session) passValue(at Place, section, reason string) {
	s.srv.counts.passed.Add(1)
	s.log.Warn("passed as it is", "reason", reason)
	if tell := s.srv.cfg.Tell; tell != nil {
		tell(Notice{At: at, Section: section, Reason: reason})
	}
}

// A guarded planning stands between a stream and the planner. A planner that
// breaks is asked no more, and what is left of the message passes as it is. It
// also notes the edits, so that pieces can be served at once.
type guarded struct {
	s       *session
	at      Place
	inner   Planning
	broken  bool
	ended   bool
	keep    bool
	overlay *message.Overlay
	octets  keeper // of the message, if they may be asked for next

	// Of a planning that is given up for what it shows.
	dropped bool
	layout  *message.Layout
	last    struct {
		section string // of the last leaf
		start   int
		held    bool // the planner looks into it
	}
}

// begin starts the plan of a message.
func (s *session) begin(at Place, keep bool) (g *guarded) {
	g = &guarded{s: s, at: at, keep: keep}
	defer s.shield("begin", g.breaks)
	g.inner = s.planner().Begin(at)
	return g
}

// breaks gives the planner up for this message.
func (g *guarded) breaks() {
	g.broken = true
	g.s.passValue(g.at, "", "panic")
}

// usable tells whether the planner may still be asked.
func (g *guarded) usable() bool { return !g.broken && g.inner != nil }

// Header implements [message.Session].
func (g *guarded) Header(raw []byte) {
	defer g.s.shield("header", g.breaks)
	if g.usable() {
		g.inner.Header(raw)
	}
}

// Leaf implements [message.Session].
func (g *guarded) Leaf(p *message.Part) (e message.Editor) {
	defer g.s.shield("leaf", func() { g.breaks(); e = nil })
	if !g.usable() {
		return nil
	}
	inner := g.inner.Leaf(p)
	g.last.section, g.last.start, g.last.held = p.Section, p.Body.Start, inner != nil
	if inner == nil {
		return nil
	}
	if g.overlay == nil && g.keep {
		g.overlay = &message.Overlay{}
	}
	return &guardedEditor{g: g, inner: inner}
}

// Write lets a planner hear the message; it never fails.
func (g *guarded) Write(raw []byte) (int, error) {
	defer g.s.shield("hear", g.breaks)
	if h, ok := g.inner.(Hearer); ok && g.usable() {
		h.Hear(raw)
	}
	return len(raw), nil
}

// hears says whether the planner wants the octets.
func (g *guarded) hears() bool {
	_, ok := g.inner.(Hearer)
	return ok && g.usable()
}

// whole says whether the planner wants all of the message.
func (g *guarded) whole() (whole bool) {
	defer g.s.shield("whole", g.breaks)
	h, ok := g.inner.(Hearer)
	return ok && g.usable() && h.Whole()
}

// End implements [message.Session]. A planner that broke is not told that the
// message is complete: what it has must not be stored.
func (g *guarded) End(l *message.Layout, complete bool) {
	g.ended = true
	if g.layout = l; g.dropped {
		return
	}
	defer g.s.shield("end", g.breaks)
	if g.keep && complete && !g.broken {
		o := &message.Overlay{Size: l.Size, Sections: slices.Clone(l.Sections)}
		if g.overlay != nil {
			o.Edits = g.overlay.Edits
			slices.SortStableFunc(o.Edits, func(a, b message.Edit) int { return cmp.Compare(a.Offset, b.Offset) })
		}
		g.overlay = o
	} else {
		g.overlay = nil
	}
	if g.inner != nil {
		g.inner.End(l, complete && !g.broken)
	}
}

// place tells where the message lies when that is known only now.
func (g *guarded) place(at Place) {
	if g.at == at || at.UID == 0 {
		return
	}
	g.at = at
	defer g.s.shield("place", func() {})
	if g.usable() {
		g.inner.Place(at)
	}
}

// A guardedEditor is the same for one leaf.
type guardedEditor struct {
	g     *guarded
	inner message.Editor
}

// Edit implements [message.Editor].
func (e *guardedEditor) Edit(off int, raw []byte, more bool) (edits []message.Edit, done int) {
	defer e.g.s.shield("edit", func() { e.g.breaks(); edits, done = nil, len(raw) })
	if !e.g.usable() {
		return nil, len(raw)
	}
	edits, done = e.inner.Edit(off, raw, more)
	if e.g.keep {
		for _, edit := range edits {
			edit.Old, edit.New = slices.Clone(edit.Old), slices.Clone(edit.New)
			e.g.overlay.Edits = append(e.g.overlay.Edits, edit)
		}
	}
	return edits, done
}
