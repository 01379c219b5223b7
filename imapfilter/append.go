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
// turned out to be more than one message: without its last line the server must
// forget it.
var errAppend = errors.New("more than one message in one command")

// An appending is one APPEND on its way.
type appending struct {
	*session
	cmd  wire.Command
	line []byte       // up to the announcement of the message
	lit  wire.Literal // the message
}

// appendMessage relays APPEND (RFC 3501, section 6.3.11). The message is held: one
// that was served before is given back its own octets, at equal length; a composed
// one is restored at whatever length comes out. DESIGN.md asked for equal length,
// but quoted-printable cannot hold a "=" of the original address in a slot of one
// octet. So the relay grants the mail program's literal itself, and announces the
// true length upstream. A message too large to hold streams.
func (s *session) appendMessage(ctx context.Context, cmd wire.Command) error {
	a := &appending{session: s, cmd: cmd}
	ok, err := a.readLine()
	if err != nil || !ok {
		return err
	}
	if !a.lit.NonSync {
		if err := s.say("+ go on"); err != nil {
			return err
		}
	}
	header, err := a.readHeader()
	if err != nil {
		return err
	}
	served := slices.DeleteFunc(s.appended(ctx, header[:message.HeaderEnd(header)]), func(o *message.Overlay) bool {
		return int64(o.Size) != a.lit.Size
	})
	switch {
	case a.lit.Size <= s.srv.cfg.HoldAppend:
		return a.hold(ctx, header, served)
	case len(served) > 0:
		s.srv.counts.restored.Add(1)
		return a.stream(header, served[0])
	}
	s.passValue(Place{}, "", "size")
	return a.stream(header, &message.Overlay{})
}

// readLine reads the command up to the announcement of the message. It is not
// ok if the command was refused.
func (a *appending) readLine() (bool, error) {
	var t wire.Text
	for {
		var err error
		if t.Raw, err = a.client.in.Segment(t.Raw, maxArgument); err != nil {
			if errors.Is(err, wire.ErrTooLong) {
				return false, a.refuse(a.cmd.Tag, "BAD This command is too long")
			}
			return false, gone(err)
		}
		lit, ok, err := wire.EndLiteral(t.Raw)
		switch {
		case err != nil:
			return false, err
		case !ok:
			return false, a.reject(a.cmd.Tag, "BAD Unseen cannot read these APPEND arguments")
		}
		a.line = t.Raw[:bytes.LastIndexByte(t.Raw, '{')]
		switch a.expects() {
		case expectMailbox:
			if lit.Size > maxArgument {
				return false, a.refuseLiteral(a.cmd.Tag, lit)
			}
			if err := a.literal(&t, lit); err != nil {
				return false, err
			}
			continue
		case expectMessage:
			a.lit = lit
			return true, nil
		}
		return false, a.refuseAt(a.cmd.Tag, lit, "BAD Unseen does not relay this form of APPEND")
	}
}

// What the literal at the end of the line is.
const (
	expectOther = iota // CATENATE, UTF8, a binary literal, or nonsense
	expectMailbox
	expectMessage
)

// expects reads the arguments before a literal: mailbox, flags and date.
func (a *appending) expects() int {
	rest := a.line[a.cmd.Args:]
	if len(bytes.Trim(rest, " ")) == 0 {
		return expectMailbox
	}
	_, rest, ok := wire.Astring(bytes.TrimLeft(rest, " "))
	if !ok {
		return expectOther
	}
	rest = bytes.TrimLeft(rest, " ")
	if len(rest) > 0 && rest[0] == '(' {
		end := bytes.IndexAny(rest[1:], "()\"{\r\n")
		if end < 0 || rest[1+end] != ')' {
			return expectOther
		}
		rest = bytes.TrimLeft(rest[end+2:], " ")
	}
	if len(rest) > 0 && rest[0] == '"' {
		if _, rest, ok = wire.Astring(rest); !ok {
			return expectOther
		}
	}
	if len(bytes.Trim(rest, " ")) > 0 {
		return expectOther
	}
	return expectMessage
}

// readHeader reads the message up to the end of its header block, and what came
// along.
func (a *appending) readHeader() ([]byte, error) {
	var header []byte
	for int64(len(header)) < a.lit.Size && len(header) < maxHeader {
		n := min(int64(max(a.client.in.Buffered(), 1)), a.lit.Size-int64(len(header)))
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

// hold reads all of a message, restores it, and sends it upstream.
func (a *appending) hold(ctx context.Context, begun []byte, served []*message.Overlay) error {
	raw := begun
	err := a.client.in.Each(a.lit.Size-int64(len(raw)), func(b []byte) error {
		raw = append(raw, b...)
		return nil
	})
	if err != nil {
		return gone(err)
	}
	end, ok, err := a.readEnd()
	if err != nil || !ok {
		return err
	}
	out, changed := a.original(ctx, raw, served)
	if changed {
		a.srv.counts.restored.Add(1)
	}
	granted, err := a.begin(command{tag: a.cmd.Tag, name: a.cmd.Name}, int64(len(out)))
	if err != nil || !granted {
		return err
	}
	if _, err := a.server.out.Write(out); err != nil {
		return err
	}
	_, err = a.server.out.Write(end)
	return err
}

// original returns the message without addresses of the gateway, and whether that
// changed it. Only an overlay whose new octets are all there is the one that the
// message was served with: copies of one message in two accounts have two.
func (a *appending) original(ctx context.Context, raw []byte, served []*message.Overlay) (out []byte, changed bool) {
	for _, o := range served {
		if len(o.Edits) > 0 && rewritten(o, raw) {
			o.Undo(raw, 0)
			return raw, true
		}
	}
	out = a.restored(ctx, raw)
	return out, !bytes.Equal(out, raw)
}

// rewritten tells whether all edits of an overlay are in a message.
func rewritten(o *message.Overlay, raw []byte) bool {
	for _, e := range o.Edits {
		if e.Offset > len(raw) || !bytes.HasPrefix(raw[e.Offset:], e.New) {
			return false
		}
	}
	return true
}

// readEnd reads the line end after the message. What else follows is a second
// message, or nonsense; then the command is refused, and nothing of it was sent.
func (a *appending) readEnd() (end []byte, ok bool, err error) {
	end, err = a.client.in.Segment(nil, maxArgument)
	if err != nil {
		return nil, false, gone(err)
	}
	if len(bytes.TrimRight(end, "\r\n")) == 0 {
		return end, true, nil
	}
	const answer = "BAD Unseen relays one message per APPEND"
	lit, literal, err := wire.EndLiteral(end)
	switch {
	case err != nil:
		return nil, false, err
	case literal:
		return nil, false, a.refuseAt(a.cmd.Tag, lit, answer)
	}
	return nil, false, a.reject(a.cmd.Tag, answer)
}

// begin sends the command upstream up to its message, with the length given.
func (a *appending) begin(c command, size int64) (bool, error) {
	if err := a.submit(c); err != nil {
		return false, err
	}
	if granted, err := a.sendLine(); err != nil || !granted {
		return false, err
	}
	return a.announce(c.tag, size, a.lit.NonSync)
}

// sendLine sends what stands before the announcement. A mailbox name that came
// as a literal goes on as a quoted string where it can be one, which spares the
// wait for a permission. It is false if the server completed the command.
func (a *appending) sendLine() (bool, error) {
	args := bytes.TrimLeft(a.line[a.cmd.Args:], " ")
	name, after, ok := wire.Astring(args)
	if !ok || args[0] != '{' {
		_, err := a.server.out.Write(a.line)
		return true, err
	}
	if _, err := a.server.out.WriteString(a.cmd.Tag + " APPEND "); err != nil {
		return false, err
	}
	if quotable(name) {
		name = wire.AppendQuoted(nil, name)
	} else if granted, err := a.announce(a.cmd.Tag, int64(len(name)), false); err != nil || !granted {
		return false, err
	}
	if _, err := a.server.out.Write(name); err != nil {
		return false, err
	}
	_, err := a.server.out.Write(after)
	return true, err
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

// stream sends a message upstream as it comes, with its edits taken back. The
// completion is kept until the mail program has sent all that it announced.
func (a *appending) stream(begun []byte, o *message.Overlay) error {
	granted, err := a.begin(command{tag: a.cmd.Tag, name: a.cmd.Name, keep: true}, a.lit.Size)
	if err != nil {
		return err
	}
	var out io.Writer = wire.Discard{}
	if granted {
		out = a.server.out
	}
	w := &patcher{w: out, overlay: o, undo: true}
	if _, err := w.Write(begun); err != nil {
		return err
	}
	if err := a.client.in.Copy(w, a.lit.Size-int64(len(begun))); err != nil {
		return gone(err)
	}
	if err := w.flush(); err != nil {
		return err
	}
	end, err := a.client.in.Segment(nil, maxArgument)
	if err != nil {
		return gone(err)
	}
	if len(bytes.TrimRight(end, "\r\n")) > 0 {
		return errAppend
	}
	if _, err := out.Write(end); err != nil {
		return err
	}
	return a.release()
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
