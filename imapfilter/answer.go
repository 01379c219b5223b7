package imapfilter

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// An answer is one FETCH answer on its way through. What it holds goes on octet
// for octet, but for message content. While a command of the relay's own is
// under way, what that asked for is kept back, and what came along unasked, such
// as new flags, is said in an answer of its own.
type answer struct {
	s      *session
	in     *wire.Reader
	out    wire.Sink
	box    *mailbox
	inject *injection
	only   uint32 // the UID, if just one was asked for
	prefix []byte // "* 3 FETCH"

	seq, uid  uint32
	object    string // what the server calls the message in all mailboxes
	opened    bool   // something of it was said to the mail program
	sawUID    bool
	saidUID   bool
	tacit     bool   // the UID goes without saying
	swallowed bool   // it held what the relay asked for
	early     []byte // the beginning of the message, kept for the client side
	modSeq    []byte // its mod-sequence, as long as it may be the relay's
	gap       int    // spaces that were read and not yet written
	omitted   bool   // the last item was the relay's
	plannings []*guarded
}

// fetchAnswer relays "* n FETCH (...)" (RFC 3501, section 7.4.2) and its like of
// RFC 9586.
func (s *session) fetchAnswer(ctx context.Context, l wire.Line, head []byte) error {
	a := &answer{s: s, in: s.server.in, out: s.client.out, seq: l.Number}
	a.prefix = bytes.Clone(head[:l.Rest])
	s.mu.Lock()
	a.box, a.inject = s.st.current(), s.st.inject
	if a.inject == nil {
		a.inject = s.st.notification()
	}
	if len(s.st.pending) == 1 {
		a.only = s.st.pending[0].only
	}
	if l.Word == "UIDFETCH" {
		// The number is the UID, and need not be said again (RFC 9586, section 3).
		a.seq, a.uid, a.sawUID, a.tacit = 0, l.Number, true, true
	} else if a.box != nil {
		a.uid = a.box.seqs.uid(l.Number)
	}
	s.mu.Unlock()
	err := a.relay(ctx)
	a.finish(err)
	if err == nil && a.inject != nil && !a.opened {
		return s.progress(a.inject)
	}
	return err
}

// progress says now and then that something goes on. Mail programs begin their
// time-outs anew with any line.
func (s *session) progress(inj *injection) error {
	if time.Since(inj.told) < s.srv.cfg.Timeouts.Progress {
		return nil
	}
	inj.told = time.Now()
	return s.speak([]byte("* OK Unseen is reading ahead\r\n"))
}

// relay goes through the items.
func (a *answer) relay(ctx context.Context) error {
	if err := a.in.Skip(len(a.prefix)); err != nil {
		return err
	}
	if a.inject == nil {
		if err := a.echo(a.prefix); err != nil {
			return err
		}
	}
	if _, err := a.spaces(); err != nil {
		return err
	}
	if err := a.in.Expect('('); err != nil {
		return err
	}
	if a.inject == nil {
		if err := a.echo([]byte{'('}); err != nil {
			return err
		}
	}
	for {
		next, err := a.spaces()
		if err != nil {
			return err
		}
		if next == ')' {
			return a.close()
		}
		if err := a.item(ctx); err != nil {
			return err
		}
	}
}

// echo says something to the mail program.
func (a *answer) echo(b []byte) error {
	a.opened, a.s.speaking = true, true
	for ; a.gap > 0; a.gap-- {
		a.out.WriteByte(' ') // an error comes back at the next write
	}
	_, err := a.out.Write(b)
	return err
}

// spaces forwards the spaces between items, with the next one; a kept back answer
// makes its own. Of those around an item that is left out, the ones before stay.
func (a *answer) spaces() (next byte, err error) {
	n, next, err := a.in.Spaces()
	if a.inject == nil && !a.omitted {
		a.gap += n
	}
	if a.omitted && next == ')' {
		a.gap = 0
	}
	a.omitted = false
	return next, err
}

// close ends the answer.
func (a *answer) close() error {
	if err := a.in.Expect(')'); err != nil {
		return err
	}
	end, err := a.in.Segment(nil, wire.HeadLen)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(end)) > 0 {
		return &wire.SyntaxError{What: "octets after a fetch answer"}
	}
	if err := a.sayModSeq(); err != nil {
		return err
	}
	if a.inject != nil && (a.opened || !a.asked() && !a.swallowed) {
		if err := a.unaskedEnd(); err != nil {
			return err
		}
	} else if a.inject != nil {
		return nil
	}
	if a.inject == nil {
		if err := a.serve(); err != nil {
			return err
		}
	}
	if err := a.echo([]byte{')'}); err != nil {
		return err
	}
	return a.echo(end)
}

// asked tells whether the answer is one to the relay's own command.
func (a *answer) asked() bool {
	if a.inject.uid {
		return a.uid != 0 && a.inject.set.Contains(a.uid)
	}
	return a.inject.set.Contains(a.seq)
}

// open begins an answer of the relay's own with what came along unasked.
func (a *answer) open() error {
	if !a.opened {
		if err := a.echo(append(a.prefix, " ("...)); err != nil {
			return err
		}
		return a.sayUID("")
	}
	return nil
}

// sayUID says the UID in such an answer, once it is known.
func (a *answer) sayUID(space string) error {
	if a.uid == 0 || a.saidUID || a.tacit {
		return nil
	}
	a.saidUID = true
	_, err := fmt.Fprintf(a.out, "%sUID %d", space, a.uid)
	return err
}

// item relays one item with its value.
func (a *answer) item(ctx context.Context) error {
	item, name, err := a.in.Item()
	if err != nil {
		return err
	}
	kind, section := item.Content()
	if item.Name == "UID" {
		return a.itemUID(name)
	}
	if item.Name == emailID || item.Name == gmailID {
		return a.itemObject(item.Name, name)
	}
	if a.inject != nil && a.inject.modSeq && item.Name == modSeq {
		return a.itemModSeq()
	}
	if a.inject != nil {
		switch {
		case kind == wire.Whole && (a.inject.body || a.spare()):
			return a.swallow()
		case a.inject.begun.wants(kind, section, item):
			return a.swallowEarly()
		case a.inject.part.wants(kind, section, item):
			return a.collect(kind)
		}
		if err := a.unasked(); err != nil {
			return err
		}
	} else if kind == wire.Whole && a.spare() {
		a.omitted = true
		return a.swallow()
	}
	if err := a.echo(name); err != nil {
		return err
	}
	if err := a.separator(); err != nil {
		return err
	}
	switch kind {
	case wire.Whole:
		return a.whole()
	case wire.Piece, wire.Decoded:
		return a.piece(ctx, section, item)
	}
	return a.in.CopyValue(a.out)
}

// spare tells whether a whole message is the relay's, which had it added to what
// the mail program wants to be notified of.
func (a *answer) spare() bool {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.st.notified && !a.s.st.asksWhole(a.seq, a.uid)
}

// unasked makes room for an item that the relay did not ask for.
func (a *answer) unasked() error {
	first := !a.opened
	if err := a.open(); err != nil {
		return err
	}
	if !first {
		if err := a.sayUID(" "); err != nil {
			return err
		}
	}
	if first && !a.saidUID {
		return nil
	}
	return a.out.WriteByte(' ')
}

// unaskedEnd says the UID if it came last.
func (a *answer) unaskedEnd() error {
	first := !a.opened
	if err := a.open(); err != nil || first {
		return err
	}
	return a.sayUID(" ")
}

// separator forwards what stands between name and value.
func (a *answer) separator() error {
	n, _, err := a.in.Spaces()
	if err != nil {
		return err
	}
	if n == 0 {
		return &wire.SyntaxError{What: "fetch item without value"}
	}
	for range n {
		if err := a.out.WriteByte(' '); err != nil {
			return err
		}
	}
	return nil
}

// itemUID takes note of the UID. It may stand before or after the content.
func (a *answer) itemUID(name []byte) error {
	if a.inject == nil {
		if err := a.echo(name); err != nil {
			return err
		}
	}
	n, _, err := a.in.Spaces()
	if err != nil || n == 0 {
		return &wire.SyntaxError{What: "UID without value"}
	}
	uid, digits, err := a.in.Number()
	if err != nil {
		return err
	}
	a.uid, a.sawUID = uid, true
	if a.inject != nil {
		return nil
	}
	a.out.WriteByte(' ')
	return a.echo(digits)
}

// finish notes what the answer taught, and ends plans that are still open.
func (a *answer) finish(err error) {
	s := a.s
	for _, g := range a.plannings {
		if !g.ended {
			g.End(emptyLayout(), false)
		}
	}
	if err != nil {
		return
	}
	s.mu.Lock()
	if a.box != nil && a.uid != 0 {
		a.box.seqs.learn(a.seq, a.uid)
		a.box.call(a.uid, a.object)
	}
	at := a.box.place(a.uid)
	if a.inject != nil && a.sawUID && a.asked() {
		m := found{seq: a.seq, uid: a.uid}
		a.inject.found = append(a.inject.found, m)
		if a.early != nil {
			a.inject.begun.raw[m.number(a.inject.uid)] = a.early
		}
	}
	for _, g := range a.plannings {
		if g.overlay != nil && a.box != nil && a.uid != 0 {
			a.box.plans.put(a.uid, g.overlay)
			if a.inject != nil && a.inject.keep && g.octets.raw != nil && a.uid != 0 {
				a.box.recent.put(a.uid, g.octets.raw, g.overlay)
			}
		}
	}
	s.mu.Unlock()
	for _, g := range slices.Backward(a.plannings) {
		g.place(at)
	}
}
