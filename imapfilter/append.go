package imapfilter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// maxHeader is how much header is looked at to know a message again.
const maxHeader = 1 << 20

// errAppend is how a session ends on which an APPEND was begun upstream that
// cannot be finished: without its last line the server must forget it.
var errAppend = errors.New("a message to be stored cannot be read to its end")

// An appending is one APPEND or REPLACE on its way.
type appending struct {
	*session
	cmd     wire.Command
	form    appendForm
	unit    []appendPiece // of one message; not sent yet
	of      int           // which message that is
	begun   bool          // something was sent
	refused bool          // the server completed the command before its end
}

// An appendPiece is some arguments and the literal after them.
type appendPiece struct {
	text []byte
	kind expectation
	lit  wire.Literal
	data []byte
}

// appendMessage relays APPEND (RFC 3501, section 6.3.11), with more than one
// message (RFC 3502), with what the server puts together (RFC 4469), and REPLACE
// (RFC 8508). Each message is held: one that was served before is given back its
// own octets, at equal length; a composed one is restored at whatever length comes
// out. DESIGN.md asked for equal length, but quoted-printable cannot hold a "=" of
// the original address in a slot of one octet. So the relay grants the mail
// program's literals itself, and announces the true lengths upstream. A message
// too large to hold streams.
//
// A message is sent when the one after it, or the end, has been announced: so
// nothing of a lone message goes upstream if what follows it is nonsense.
func (s *session) appendMessage(ctx context.Context, cmd wire.Command) error {
	a := &appending{session: s, cmd: cmd, form: formOf(cmd.Name)}
	for begin := cmd.Args; ; begin = 0 {
		p, literal, err := a.segment()
		if errors.Is(err, wire.ErrTooLong) && !a.begun {
			return a.refuse(cmd.Tag, "BAD This command is too long")
		}
		if err != nil {
			return err
		}
		if len(p.text) >= begin {
			p.kind = a.form.feed(bytes.TrimRight(p.text[begin:], "\r\n"), literal)
		}
		switch p.kind {
		case expectOther:
			return a.fail(p.lit, literal, "BAD Unseen cannot read these arguments")
		case expectEnd:
			a.unit = append(a.unit, p)
			if err := a.flush(ctx); err != nil {
				return err
			}
			return a.release()
		}
		over, err := a.take(ctx, p)
		if err != nil || over {
			return err
		}
	}
}

// segment reads arguments up to the next literal, without its announcement, or
// to the end of the command.
func (a *appending) segment() (p appendPiece, literal bool, err error) {
	p.text, err = a.client.in.Segment(nil, maxArgument)
	if err != nil {
		return p, false, gone(err)
	}
	p.lit, literal, err = wire.EndLiteral(p.text)
	if literal {
		p.text = p.text[:len(bytes.TrimRight(p.text, "\r\n"))-p.lit.Len]
	}
	return p, literal, err
}

// fail refuses the command, if nothing of it was sent; else the session ends, but
// for a command that the server has refused already.
func (a *appending) fail(lit wire.Literal, literal bool, answer string) error {
	switch {
	case a.refused && literal:
		return a.drain(lit)
	case a.refused:
		return a.release()
	case a.begun:
		return errAppend
	case literal:
		return a.refuseAt(a.cmd.Tag, lit, answer)
	}
	return a.reject(a.cmd.Tag, answer)
}

// take reads one literal. It is over if the command has been answered.
func (a *appending) take(ctx context.Context, p appendPiece) (over bool, err error) {
	limit := a.srv.cfg.HoldAppend
	switch p.kind {
	case expectArgument:
		if p.lit.Size > maxArgument {
			return true, a.fail(p.lit, true, "BAD This literal is too large")
		}
	case expectText:
		// What is put together is restored together (RFC 4469, section 5, has
		// the code).
		if p.lit.Size+a.held() > limit {
			return true, a.fail(p.lit, true, "NO [TOOBIG] Unseen cannot hold this much")
		}
	}
	if a.form.of > a.of {
		if err := a.flush(ctx); err != nil {
			return true, err
		}
		if a.refused {
			return true, a.drain(p.lit)
		}
		a.of = a.form.of
	}
	if !p.lit.NonSync {
		if err := a.say("+ go on"); err != nil {
			return true, err
		}
	}
	if p.kind == expectMessage && p.lit.Size > limit {
		return false, a.stream(ctx, p)
	}
	err = a.client.in.Each(p.lit.Size, func(b []byte) error {
		p.data = append(p.data, b...)
		return nil
	})
	a.unit = append(a.unit, p)
	return false, gone(err)
}

// held is how much of the message at hand is held.
func (a *appending) held() (n int64) {
	for _, p := range a.unit {
		n += int64(len(p.data))
	}
	return n
}

// drain reads the rest of a command that the server has answered, and lets the
// answer through. A literal that has to be asked for will not come.
func (a *appending) drain(lit wire.Literal) error {
	for literal := true; literal && lit.NonSync; {
		err := a.client.in.Copy(wire.Discard{}, lit.Size)
		if err != nil {
			return gone(err)
		}
		if lit, literal, err = a.client.in.CopyLine(wire.Discard{}); err != nil {
			return gone(err)
		}
	}
	return a.release()
}

// flush restores the message at hand and sends it upstream.
func (a *appending) flush(ctx context.Context) error {
	unit := a.unit
	a.unit = nil
	if a.refused {
		return nil
	}
	unit = a.restoreUnit(ctx, unit)
	if err := a.begin(); err != nil {
		return err
	}
	for _, p := range unit {
		granted, err := a.send(p)
		if err != nil {
			return err
		}
		if !granted {
			a.refused = true
			return nil
		}
	}
	return nil
}

// begin notes the command as sent. Its completion is kept until the mail program
// has sent all that it announced.
func (a *appending) begin() error {
	if a.begun {
		return nil
	}
	a.begun = true
	return a.submit(command{tag: a.cmd.Tag, name: a.cmd.Name, keep: true})
}

// send sends one piece. A mailbox name that came as a literal goes on as a quoted
// string where it can be one, which spares the wait for a permission. It is false
// if the server completed the command.
func (a *appending) send(p appendPiece) (bool, error) {
	if _, err := a.server.out.Write(p.text); err != nil || p.kind == expectEnd {
		return true, err
	}
	if p.kind == expectArgument && quotable(p.data) {
		_, err := a.server.out.Write(wire.AppendQuoted(nil, p.data))
		return true, err
	}
	if granted, err := a.announcePiece(p, int64(len(p.data))); err != nil || !granted {
		return false, err
	}
	_, err := a.server.out.Write(p.data)
	return true, err
}

// announcePiece announces a literal of its kind: "~" says that it may hold NUL
// (RFC 3516, section 4.4).
func (a *appending) announcePiece(p appendPiece, size int64) (bool, error) {
	if p.lit.Binary {
		if err := a.server.out.WriteByte('~'); err != nil {
			return false, err
		}
	}
	return a.announce(a.cmd.Tag, size, p.lit.NonSync)
}

// quotable tells whether a quoted string can hold the value (RFC 3501, section 9).
func quotable(value []byte) bool {
	for _, c := range value {
		if c == '\r' || c == '\n' || c == 0 || c >= 0x80 {
			return false
		}
	}
	return true
}

// stream sends a message upstream as it comes, with its edits taken back if it
// was served before.
func (a *appending) stream(ctx context.Context, p appendPiece) error {
	header, err := a.readHeader(p.lit.Size)
	if err != nil {
		return err
	}
	o := &message.Overlay{}
	if served := a.served(ctx, header, p.lit.Size); len(served) > 0 {
		a.srv.counts.restored.Add(1)
		o = served[0]
	} else {
		a.passValue(Place{}, "", "size")
	}
	out, err := a.open(ctx, p)
	if err != nil {
		return err
	}
	w := &patcher{w: out, overlay: o, undo: true}
	if _, err := w.Write(header); err != nil {
		return err
	}
	if err := a.client.in.Copy(w, p.lit.Size-int64(len(header))); err != nil {
		return gone(err)
	}
	return w.flush()
}

// open sends what stands before a message that streams, and returns where its
// octets go: nowhere if the server does not want them.
func (a *appending) open(ctx context.Context, p appendPiece) (io.Writer, error) {
	if err := a.flush(ctx); err != nil {
		return nil, err
	}
	if !a.refused {
		if _, err := a.server.out.Write(p.text); err != nil {
			return nil, err
		}
		granted, err := a.announcePiece(p, p.lit.Size)
		if err != nil {
			return nil, err
		}
		a.refused = !granted
	}
	if a.refused {
		return wire.Discard{}, nil
	}
	return a.server.out, nil
}

// readHeader reads a message up to the end of its header block, and what came
// along.
func (a *appending) readHeader(size int64) ([]byte, error) {
	var header []byte
	for int64(len(header)) < size && len(header) < maxHeader {
		n := min(int64(max(a.client.in.Buffered(), 1)), size-int64(len(header)))
		err := a.client.in.Each(n, func(b []byte) error {
			header = append(header, b...)
			return nil
		})
		if err != nil {
			return nil, gone(err)
		}
		if hasHeaderEnd(header) {
			break
		}
	}
	return header, nil
}

// hasHeaderEnd is a quick look for an empty line.
func hasHeaderEnd(b []byte) bool {
	return bytes.Contains(b, []byte("\n\r\n")) || bytes.Contains(b, []byte("\n\n")) ||
		bytes.HasPrefix(b, []byte("\r\n")) || bytes.HasPrefix(b, []byte("\n"))
}

// served returns the overlays that a message of this beginning and size was
// served with before.
func (a *appending) served(ctx context.Context, begin []byte, size int64) []*message.Overlay {
	header := begin[:message.HeaderEnd(begin)]
	return slices.DeleteFunc(a.appended(ctx, header), func(o *message.Overlay) bool {
		return int64(o.Size) != size
	})
}

// release lets the completion through, or says it if it has come.
func (a *appending) release() error {
	a.mu.Lock()
	kept := a.st.kept
	a.st.kept = nil
	if i := a.st.find(a.cmd.Tag); i >= 0 {
		a.st.pending[i].keep = false
	}
	a.mu.Unlock()
	if kept == nil {
		return nil
	}
	return a.say(string(bytes.TrimRight(kept, "\r\n")))
}
