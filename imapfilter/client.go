package imapfilter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// Limits for what the mail program sends.
const (
	// maxCommand is for the lines of a command that must be understood.
	maxCommand = 1 << 20
	// maxArgument is for the literals of such a command.
	maxArgument = 64 << 10
)

// fromClient reads commands until the mail program is gone.
func (s *session) fromClient(ctx context.Context) error {
	for {
		s.client.in.Begin()
		head, err := s.client.in.Head(wire.HeadLen)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if err = s.silent(); err == nil {
				continue
			}
			return err
		}
		if err != nil {
			return errGone
		}
		if err := s.hear(ctx, head); err != nil {
			return err
		}
	}
}

// hear deals with one command, which is not broken off in between.
func (s *session) hear(ctx context.Context, head []byte) error {
	s.hearing.Lock()
	defer s.hearing.Unlock()
	return s.line(ctx, head)
}

// silent says what a read that came to nothing means: a mail program that
// waits for an answer need not speak.
func (s *session) silent() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.st.over != nil:
		return s.st.over
	case len(s.st.pending) > 0:
		return nil
	}
	return errSilence
}

// line deals with what begins at the head.
func (s *session) line(ctx context.Context, head []byte) error {
	if text := bytes.TrimRight(head, "\r\n"); bytes.EqualFold(text, []byte("DONE")) || len(text) == 0 {
		return s.done(len(text) > 0)
	}
	s.mu.Lock()
	idling := s.st.idling
	s.mu.Unlock()
	cmd, err := wire.ParseCommand(head)
	switch {
	case err != nil && cmd.Tag == "":
		return s.refuse("*", "BAD Unseen cannot read this command")
	case err != nil:
		return s.refuse(cmd.Tag, "BAD Unseen cannot read this command")
	case idling: // RFC 2177, section 3
		return s.refuse(cmd.Tag, "BAD Expected DONE")
	}
	s.tag.avoid(cmd.Tag)
	return s.dispatch(ctx, cmd)
}

// done forwards DONE, which has no tag, or an empty line.
func (s *session) done(ends bool) error {
	if ends {
		s.mu.Lock()
		s.st.idling = false
		s.mu.Unlock()
	}
	_, _, err := s.client.in.CopyLine(s.server.out)
	return gone(err)
}

// dispatch sends a command its way. Most ways lead straight on.
func (s *session) dispatch(ctx context.Context, cmd wire.Command) error {
	switch cmd.Name {
	case "FETCH", "UID FETCH":
		return s.fetch(ctx, cmd)
	case "APPEND", "REPLACE", "UID REPLACE":
		return s.appendMessage(ctx, cmd)
	case "SELECT", "EXAMINE":
		return s.selectMailbox(cmd)
	case "COPY", "UID COPY", "MOVE", "UID MOVE":
		return s.copyMessages(cmd)
	case "AUTHENTICATE":
		return s.authenticate(cmd)
	case "LOGIN":
		return s.logIn(cmd)
	case "IDLE":
		return s.idle(cmd)
	case "STARTTLS":
		return s.startTLS(ctx, cmd)
	case "ENABLE":
		return s.enable(cmd)
	case "NOTIFY":
		return s.notify(cmd)
	case "COMPRESS", "CONVERT", "UID CONVERT", "UIDFETCH", "UID UIDFETCH",
		"URLFETCH", "GENURLAUTH", "RESETKEY", "GETJMAPACCESS", "PARTIAL":
		return s.refuse(cmd.Tag, "BAD Unseen does not relay "+cmd.Name)
	}
	return s.pass(command{tag: cmd.Tag, name: cmd.Name})
}

// pass forwards a command as it is, literals and all.
func (s *session) pass(c command) error { return s.passBy(c, s.server.out) }

// passBy is pass by way of a writer that leads upstream.
func (s *session) passBy(c command, out io.Writer) error {
	if err := s.submit(c); err != nil {
		return err
	}
	for {
		lit, ok, err := s.client.in.CopyLine(out)
		if err != nil || !ok {
			return gone(err)
		}
		if !lit.NonSync {
			// The server grants a literal, or completes the command without it
			// (RFC 3501, section 7.5).
			if granted, err := s.awaitPlus(c.tag); err != nil || !granted {
				return err
			}
		}
		if err := s.client.in.Copy(out, lit.Size); err != nil {
			return gone(err)
		}
	}
}

// gone makes a failed read from the mail program what it is. A line that is too
// long is the relay's own refusal.
func gone(err error) error {
	if err == nil || errors.Is(err, wire.ErrTooLong) {
		return err
	}
	if _, ok := errors.AsType[*wire.SyntaxError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*writeError](err); ok {
		return err // upstream is gone, not the mail program
	}
	return errGone
}

// say writes to the mail program, between two answers of the server.
func (s *session) say(text string) error {
	s.saying.Lock()
	defer s.saying.Unlock()
	if _, err := s.client.out.WriteString(text + "\r\n"); err != nil {
		return errGone
	}
	if err := s.client.out.Flush(); err != nil {
		return errGone
	}
	return nil
}

// refuse reads a command to its end, without its synchronising literals, which
// a refusal keeps from being sent, and answers it.
func (s *session) refuse(tag, answer string) error {
	s.srv.counts.refused.Add(1)
	for {
		lit, ok, err := s.client.in.CopyLine(wire.Discard{})
		if err != nil {
			return gone(err)
		}
		if !ok || !lit.NonSync {
			return s.say(tag + " " + answer)
		}
		// A literal that was announced so is on its way, whatever the answer
		// (RFC 7888, section 4).
		if err := s.client.in.Copy(wire.Discard{}, lit.Size); err != nil {
			return gone(err)
		}
	}
}

// collect reads a whole command that must be understood before it may go on.
// It is not ok if it was refused for its size.
func (s *session) collect(cmd wire.Command) (wire.Text, bool, error) {
	var t wire.Text
	for {
		var err error
		if t.Raw, err = s.client.in.Segment(t.Raw, maxCommand); err != nil {
			if errors.Is(err, wire.ErrTooLong) {
				return t, false, s.refuse(cmd.Tag, "BAD This command is too long")
			}
			return t, false, gone(err)
		}
		lit, ok, err := wire.EndLiteral(t.Raw)
		if err != nil || !ok {
			return t, err == nil, err
		}
		if lit.Size > maxArgument || len(t.Literals) > 1000 {
			return t, false, s.refuseLiteral(cmd.Tag, lit)
		}
		if err := s.literal(&t, lit); err != nil {
			return t, false, err
		}
	}
}

// literal reads one literal of a collected command.
func (s *session) literal(t *wire.Text, lit wire.Literal) error {
	if !lit.NonSync {
		if err := s.say("+ go on"); err != nil {
			return err
		}
	}
	span := wire.Span{Start: len(t.Raw), End: len(t.Raw) + int(lit.Size), Literal: lit}
	t.Literals = append(t.Literals, span)
	return gone(s.client.in.Each(lit.Size, func(b []byte) error {
		t.Raw = append(t.Raw, b...)
		return nil
	}))
}

// refuseLiteral answers a command whose literal is too large.
func (s *session) refuseLiteral(tag string, lit wire.Literal) error {
	return s.refuseAt(tag, lit, "BAD This literal is too large")
}

// refuseAt refuses a command that has been read up to the announcement of a
// literal.
func (s *session) refuseAt(tag string, lit wire.Literal, answer string) error {
	if !lit.NonSync {
		s.srv.counts.refused.Add(1)
		return s.say(tag + " " + answer)
	}
	if err := s.client.in.Copy(wire.Discard{}, lit.Size); err != nil {
		return gone(err)
	}
	return s.refuse(tag, answer)
}

// forward sends a collected command upstream.
func (s *session) forward(c command, t wire.Text) error {
	if err := s.submit(c); err != nil {
		return err
	}
	at := 0
	for _, span := range t.Literals {
		line := t.Raw[at:span.Start]
		end := bytes.LastIndexByte(line, '{')
		if _, err := s.server.out.Write(line[:end]); err != nil {
			return err
		}
		granted, err := s.announce(c.tag, span.Literal.Size, span.Literal.NonSync)
		if err != nil || !granted {
			return err
		}
		if _, err := s.server.out.Write(t.Raw[span.Start:span.End]); err != nil {
			return err
		}
		at = span.End
	}
	_, err := s.server.out.Write(t.Raw[at:])
	return err
}

// announce announces a literal upstream and waits until it may be sent: not at
// all where the server takes such (RFC 7888). It is false if the server has
// completed the command instead.
func (s *session) announce(tag string, size int64, nonSync bool) (bool, error) {
	s.mu.Lock()
	small := size <= 4096 // RFC 7888, section 5
	free := s.st.can.literalPlus && (nonSync || small) || s.st.can.literalMinus && small
	if !free {
		s.st.ownPlus = true
	}
	s.mu.Unlock()
	if _, err := s.server.out.Write(wire.AppendLiteral(nil, size, free)); err != nil {
		return false, err
	}
	if free {
		return true, nil
	}
	granted, err := s.awaitPlus(tag)
	if err == nil && !granted {
		s.mu.Lock()
		s.st.ownPlus = false
		s.mu.Unlock()
	}
	return granted, err
}

// selectMailbox notes which mailbox is being opened.
func (s *session) selectMailbox(cmd wire.Command) error {
	t, ok, err := s.collect(cmd)
	if err != nil || !ok {
		return err
	}
	name, _, ok := wire.Astring(bytes.TrimLeft(t.Raw[cmd.Args:], " "))
	if !ok {
		return s.reject(cmd.Tag, "BAD Unseen cannot read this mailbox name")
	}
	return s.forward(command{tag: cmd.Tag, name: cmd.Name, mailbox: mailboxName(name)}, t)
}

// reject answers a command that was read already.
func (s *session) reject(tag, answer string) error {
	s.srv.counts.refused.Add(1)
	return s.say(tag + " " + answer)
}

// idle forwards IDLE; until DONE nothing else may be sent (RFC 2177).
func (s *session) idle(cmd wire.Command) error {
	if err := s.submit(command{tag: cmd.Tag, name: cmd.Name}); err != nil {
		return err
	}
	s.dropRecent()
	s.mu.Lock()
	s.st.idling = true
	s.mu.Unlock()
	_, _, err := s.client.in.CopyLine(s.server.out)
	return gone(err)
}

// enable lets only those extensions be switched on that can be relayed. RFC
// 5161, section 3.1, has a server ignore what it does not know; but this server
// might know it. What can be: IMAP4rev2, UTF8=ACCEPT, CONDSTORE, QRESYNC, UIDONLY;
// their answers are read whether they were enabled or not.
func (s *session) enable(cmd wire.Command) error {
	t, ok, err := s.collect(cmd)
	if err != nil || !ok {
		return err
	}
	for _, word := range strings.Fields(string(t.Raw[cmd.Args:])) {
		if withheld(strings.ToUpper(word)) {
			return s.reject(cmd.Tag, fmt.Sprintf("BAD Unseen does not relay %q", strings.ToUpper(word)))
		}
	}
	return s.forward(command{tag: cmd.Tag, name: cmd.Name}, t)
}
