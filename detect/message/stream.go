package message

import (
	"bytes"
	"errors"
	"io"
)

// HoldLimit is how many octets of one leaf a [Stream] holds back before it
// lets the leaf go in pieces.
const HoldLimit = 8 << 20

// leastProgress is how much of a full hold an [Editor] must be done with, so
// that the whole stays linear.
const leastProgress = HoldLimit / 32

// ErrClosed is returned when something is written to a stream that has ended.
var ErrClosed = errors.New("message: stream has ended")

// A Stream passes one message on to a writer while it is planned. All octets
// go on at once, as they come, but for the leaves that the session wants to
// edit: such a leaf is held back until it is complete, or until [HoldLimit]
// octets of it have come; then it goes on in pieces.
//
// What is written, what the session is told, and the layout depend on the
// message only, not on how it was cut into writes.
type Stream struct {
	w       io.Writer
	session Session
	served  *parser // reads ahead, as servers do
	parser  *parser // as clients do
	// told says that the session has the header. Until then the clients'
	// parser waits: to clients a header may end before it does. Passed is how
	// much of it was written all the same.
	told   bool
	passed int

	editor  Editor // of the leaf that is open, nil if it passes
	section string
	held    []byte
	heldAt  int // where held begins in the message

	err   error
	ended bool
}

// NewStream returns a stream of one message to w.
func NewStream(w io.Writer, s Session) *Stream {
	return &Stream{w: w, session: s, served: newParser(false), parser: newParser(true)}
}

// Write takes the next octets of the message. It keeps nothing of b.
func (s *Stream) Write(b []byte) (int, error) {
	if s.ended {
		return 0, ErrClosed
	}
	rest := b
	if !s.told {
		rest = s.readHeader(b)
	}
	s.served.read(rest)
	if s.served.blind {
		s.write(rest)
	} else if s.told {
		s.show(rest)
	}
	if s.err != nil {
		return 0, s.err
	}
	return len(b), nil
}

// readHeader reads of b what belongs to the top-level header, and returns the
// rest. Up to the first CR that may end a line, and so the header, to clients,
// it is passed on at once.
func (s *Stream) readHeader(b []byte) (rest []byte) {
	for len(b) > 0 && !s.told && !s.served.blind {
		n, e := s.served.step(b)
		s.held = append(s.held, b[:n]...)
		free := beforeBareCR(s.held)
		s.write(s.held[:free])
		s.held = s.held[:copy(s.held, s.held[free:])]
		s.passed += free
		if e == headerRead {
			s.tell()
		}
		b = b[n:]
	}
	if s.served.blind {
		s.pass()
	}
	return b
}

// beforeBareCR returns how much of b stands before the first CR that no LF
// follows, or that ends b.
func beforeBareCR(b []byte) int {
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\r')
		if n < 0 {
			return len(b)
		}
		if i += n + 1; i == len(b) || b[i] != '\n' {
			return i - 1
		}
	}
}

// tell tells the session of the header, which is now whole, and goes through it
// as clients do.
func (s *Stream) tell() {
	s.told = true
	s.session.Header(s.served.head)
	held := bytes.Clone(s.held)
	s.held = s.held[:0]
	for head := s.served.head[:s.passed]; len(head) > 0; {
		n, e := s.parser.step(head)
		s.handle(e)
		head = head[n:]
	}
	s.show(held)
}

// show reads b as clients do.
func (s *Stream) show(b []byte) {
	for n := 0; n < len(b) && s.err == nil; {
		piece := b[n:]
		if s.editor != nil {
			piece = piece[:min(len(piece), HoldLimit-len(s.held))]
		}
		k, e := s.parser.step(piece)
		s.take(piece[:k])
		s.handle(e)
		if s.editor != nil && len(s.held) >= HoldLimit {
			s.release(s.parser.safe()-s.heldAt, true)
		}
		n += k
	}
}

// Close says that the message is complete. What was held is written, and the
// session is told of the end.
func (s *Stream) Close() error {
	if s.ended {
		return s.err
	}
	s.ended = true
	s.handle(s.finish())
	s.session.End(s.layout(), s.err == nil)
	return s.err
}

// finish ends both readings, and returns the last event of the clients'.
func (s *Stream) finish() event {
	if e := s.served.finish(); e == headerRead && !s.told {
		s.tell()
	}
	if s.served.blind {
		return nothing
	}
	return s.parser.finish()
}

func (s *Stream) layout() *Layout {
	if s.served.blind {
		return lay(s.served, nil)
	}
	return lay(s.served, s.parser)
}

// Abort says that no more of the message will come. What is held is dropped:
// the reader of the stream must learn by other means that it was cut.
func (s *Stream) Abort() {
	if s.ended {
		return
	}
	s.ended, s.held, s.editor = true, nil, nil
	s.finish()
	s.held, s.editor = nil, nil
	s.session.End(s.layout(), false)
}

// take passes octets on or holds them.
func (s *Stream) take(b []byte) {
	if s.editor != nil {
		s.held = append(s.held, b...)
		return
	}
	s.write(b)
}

func (s *Stream) write(b []byte) {
	if len(b) > 0 && s.err == nil {
		_, s.err = s.w.Write(b)
	}
}

func (s *Stream) handle(e event) {
	switch e {
	case leafBegins:
		s.editor = s.session.Leaf(s.parser.part)
		s.section = s.parser.part.Section
		s.held, s.heldAt = s.held[:0], s.parser.off
	case leafEnds:
		if s.editor != nil {
			// An empty body may end before its announced start: the line end
			// there turned out to be the boundary's.
			if n := s.parser.part.Body.End - s.heldAt; n > 0 {
				s.release(n, false)
			}
			s.pass()
		}
	}
}

// pass writes what is held as it is and holds no more of this leaf.
func (s *Stream) pass() {
	s.write(s.held)
	s.editor, s.held = nil, s.held[:0]
}

// release has the first n octets of what is held edited, and writes what the
// editor is done with.
func (s *Stream) release(n int, more bool) {
	edits, done := s.editor.Edit(s.heldAt, s.held[:n:n], more)
	if !more {
		done = n
	}
	done = max(0, min(done, n))
	if !inside(edits, Range{s.heldAt, s.heldAt + done}) || replace(edits, s.held[:done], s.heldAt, false) > 0 {
		s.parser.gap(s.section, "edit")
	}
	s.write(s.held[:done])
	s.held = s.held[:copy(s.held, s.held[done:])]
	s.heldAt += done
	if more && done < leastProgress {
		s.parser.gap(s.section, "size")
		s.pass()
	}
}

// inside says whether edits are in order, of equal lengths and within r.
func inside(edits []Edit, r Range) bool {
	at := r.Start
	for _, e := range edits {
		if e.Offset < at || len(e.Old) != len(e.New) || e.Offset+len(e.Old) > r.End {
			return false
		}
		at = e.Offset + len(e.Old)
	}
	return true
}
