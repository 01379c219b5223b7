package imapfilter

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// fromServer reads answers until the server is gone. It holds s.saying except
// between two answers.
func (s *session) fromServer(ctx context.Context) error {
	s.saying.Lock()
	defer s.saying.Unlock()
	in := s.server.in
	for {
		if in.Buffered() == 0 {
			if err := s.client.out.Flush(); err != nil {
				return errGone
			}
		}
		s.saying.Unlock()
		err := in.Wait()
		s.saying.Lock()
		if err != nil {
			return err
		}
		if s.leaving.Load() {
			return errGoingDown
		}
		in.Begin()
		if err := s.answer(ctx); err != nil {
			return unreadable(err)
		}
		s.speaking = false
	}
}

// unreadable marks an error of the server's syntax as such.
func unreadable(err error) error {
	switch err.(type) {
	case *wire.SyntaxError:
		return fmt.Errorf("%w: %w", errUnreadable, err)
	case *writeError:
		return errGone
	}
	if err == wire.ErrTooLong {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// answer relays one answer.
func (s *session) answer(ctx context.Context) error {
	head, err := s.server.in.Head(wire.HeadLen)
	if err != nil {
		return err
	}
	if len(bytes.TrimRight(head, "\r\n")) == 0 {
		return s.copyLine()
	}
	l, err := wire.ParseLine(head)
	if err != nil {
		return err
	}
	switch l.Kind {
	case wire.Continue:
		return s.continuation()
	case wire.Tagged:
		return s.completion(ctx, l)
	}
	return s.untagged(ctx, l, head)
}

// copyLine forwards the rest of a line of free text.
func (s *session) copyLine() error {
	s.speaking = true
	_, _, err := s.server.in.CopyLine(s.client.out)
	return err
}

// copyAnswer forwards the rest of an answer with its literals.
func (s *session) copyAnswer() error {
	s.speaking = true
	for {
		lit, ok, err := s.server.in.CopyLine(s.client.out)
		if err != nil || !ok {
			return err
		}
		if err := s.server.in.Copy(s.client.out, lit.Size); err != nil {
			return err
		}
	}
}

// continuation relays "+", if it is for the mail program.
func (s *session) continuation() error {
	s.mu.Lock()
	theirs := s.st.continuation()
	s.mu.Unlock()
	var err error
	if theirs {
		err = s.copyLine()
	} else {
		_, _, err = s.server.in.CopyLine(wire.Discard{})
	}
	s.wake()
	return err
}

// completion relays a tagged line. The state changes before the mail program
// hears of it, so that its next command meets the new one.
func (s *session) completion(ctx context.Context, l wire.Line) error {
	line, err := s.statusLine()
	if err != nil {
		return err
	}
	s.mu.Lock()
	i := s.st.find(l.Tag)
	if i < 0 {
		s.mu.Unlock()
		return s.speak(line)
	}
	own := s.st.inject != nil && s.st.inject.tag == l.Tag
	keep := s.st.pending[i].keep
	box := s.st.selected
	c := s.st.complete(i, l.Word)
	line = s.st.joined(c, l, line)
	if own {
		s.st.inject.done = true
		s.st.inject = nil
	}
	if keep {
		s.st.kept = line
	}
	s.mu.Unlock()
	defer s.wake()
	if l.Code == "COPYUID" {
		s.noteCopies(ctx, box, c.mailbox, line)
	}
	switch {
	case own && l.Word != "OK":
		s.log.Warn("own command refused", "status", l.Word)
		return nil
	case own || keep || c.part:
		return nil
	}
	if c.last {
		l, _ = wire.ParseLine(line) // it was read once before
	}
	return s.speak(s.rewritten(l, line))
}

// joined returns the completion of a command that was sent in parts: the worst of
// theirs.
func (st *state) joined(c command, l wire.Line, line []byte) []byte {
	if c.part && l.Word != "OK" {
		st.worst = append([]byte(nil), line[len(l.Tag):]...)
	}
	if !c.last {
		return line
	}
	worst := st.worst
	st.worst = nil
	if worst == nil || l.Word != "OK" {
		return line
	}
	return append([]byte(l.Tag), worst...)
}

// statusLine reads a line that is free text. A very long one is cut by nobody:
// it is held up to a limit that only a broken server passes.
func (s *session) statusLine() ([]byte, error) {
	return s.server.in.Segment(nil, maxStatus)
}

// speak writes a whole line to the mail program.
func (s *session) speak(line []byte) error {
	s.speaking = true
	_, err := s.client.out.Write(line)
	return err
}

// rewritten has the capabilities of a line rewritten, if it lists any, and
// referrals taken out.
func (s *session) rewritten(l wire.Line, line []byte) []byte {
	if l.Code == "REFERRAL" {
		return withoutReferral(line)
	}
	if l.Code != "CAPABILITY" && l.Word != "CAPABILITY" {
		return line
	}
	line, can, listed := s.view().rewriteLine(line)
	if listed {
		s.mu.Lock()
		s.st.can = can
		s.mu.Unlock()
	}
	return line
}

// untagged relays what no command asked for by name.
func (s *session) untagged(ctx context.Context, l wire.Line, head []byte) error {
	switch {
	case l.Word == "FETCH" || l.Word == "UIDFETCH":
		return s.fetchAnswer(ctx, l, head)
	case l.Word == "CAPABILITY":
		line, err := s.statusLine()
		if err != nil {
			return err
		}
		return s.speak(s.rewritten(l, line))
	case l.Status():
		return s.condition(ctx, l)
	}
	s.mu.Lock()
	if box := s.st.current(); box != nil {
		switch l.Word {
		case "EXPUNGE":
			box.seqs.expunge(l.Number)
		case "VANISHED":
			// With EARLIER it tells of messages that had no number in this
			// session (RFC 7162, section 3.2.10).
			if !strings.HasPrefix(strings.ToUpper(string(head[l.Rest:])), " (EARLIER)") {
				box.seqs.clear()
			}
		}
	}
	s.mu.Unlock()
	return s.copyAnswer()
}

// condition relays an untagged OK, NO, BAD, BYE or PREAUTH.
func (s *session) condition(ctx context.Context, l wire.Line) error {
	s.mu.Lock()
	s.st.note(l)
	box, to := s.st.selected, s.st.moving()
	s.mu.Unlock()
	if l.Code != "CAPABILITY" && l.Code != "REFERRAL" && l.Code != "COPYUID" {
		return s.copyLine()
	}
	line, err := s.statusLine()
	if err != nil {
		return err
	}
	if l.Code == "COPYUID" {
		s.noteCopies(ctx, box, to, line)
	}
	return s.speak(s.rewritten(l, line))
}

// note takes from a condition what the relay must know.
func (st *state) note(l wire.Line) {
	if l.Word == "BYE" {
		st.byeSeen = true
	}
	if l.Code == "CLOSED" {
		st.closed()
		return
	}
	box := st.current()
	if box == nil {
		return
	}
	switch l.Code {
	case "UIDVALIDITY":
		if n, err := strconv.ParseUint(l.Arg, 10, 32); err == nil {
			box.validity = uint32(n)
		}
	case "UIDNOTSTICKY":
		box.fleeting = true
	}
}
