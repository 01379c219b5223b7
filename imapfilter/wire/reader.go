// Package wire reads IMAP as it is on the wire (RFC 3501, section 9; RFC 9051,
// section 9), without changing an octet of it.
//
// It never builds a line that it is not asked for: long lines and literals are
// handed on in the pieces in which they arrive. It is strict where two readers
// could see different things in the same octets, since a relay that sees other
// borders than the server does would be worse than none; it then returns a
// [*SyntaxError] and promises nothing about what follows.
//
// # Limits
//
// The octets of one command or answer that are not in literals are limited to
// 64 MiB, nesting to 1,000, what must be held at once by the caller's word.
package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MaxLine limits the octets of one command or answer outside literals.
const MaxLine = 64 << 20

// ErrTooLong is returned for a line over a limit.
var ErrTooLong = errors.New("wire: line too long")

// A SyntaxError reports octets that cannot be read in one way only.
type SyntaxError struct {
	// What was expected or found.
	What string
}

// Error implements error.
func (e *SyntaxError) Error() string { return "wire: " + e.What }

// A Sink takes what is read, octet for octet; *bufio.Writer is one.
type Sink interface {
	io.Writer
	io.ByteWriter
	io.StringWriter
}

// Discard is a [Sink] that keeps nothing.
type Discard struct{}

// Write implements [Sink].
func (Discard) Write(p []byte) (int, error) { return len(p), nil }

// WriteByte implements [Sink].
func (Discard) WriteByte(byte) error { return nil }

// WriteString implements [Sink].
func (Discard) WriteString(s string) (int, error) { return len(s), nil }

// A Reader reads commands or answers from one direction of a connection.
type Reader struct {
	br   *bufio.Reader
	line int
}

// NewReader returns a reader with a buffer of at least size octets.
func NewReader(r io.Reader, size int) *Reader {
	return &Reader{br: bufio.NewReaderSize(r, max(size, 1024))}
}

// Reset makes the reader read from r, forgetting what it holds.
func (r *Reader) Reset(from io.Reader) {
	r.br.Reset(from)
	r.line = 0
}

// Buffered returns how many octets can be read without waiting.
func (r *Reader) Buffered() int { return r.br.Buffered() }

// Full tells whether the buffer can take no more.
func (r *Reader) Full() bool { return r.br.Buffered() == r.br.Size() }

// More waits until at least one octet more than now is buffered.
func (r *Reader) More() error {
	_, err := r.br.Peek(r.br.Buffered() + 1)
	return err
}

// Wait waits until at least one octet is buffered.
func (r *Reader) Wait() error {
	_, err := r.br.Peek(1)
	return err
}

// Begin starts a new command or answer: its octets are counted from here.
func (r *Reader) Begin() { r.line = 0 }

// count adds octets outside literals.
func (r *Reader) count(n int) error {
	if r.line += n; r.line > MaxLine {
		return ErrTooLong
	}
	return nil
}

// window returns all that is buffered, at least one octet.
func (r *Reader) window() ([]byte, error) {
	if _, err := r.br.Peek(1); err != nil {
		return nil, err
	}
	return r.br.Peek(r.br.Buffered())
}

// Head returns the beginning of a line without consuming it: the whole line
// with its end, or at least n octets of it.
func (r *Reader) Head(n int) ([]byte, error) {
	for {
		b, _ := r.br.Peek(r.br.Buffered())
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return b[:i+1], nil
		}
		if len(b) >= n {
			return b, nil
		}
		if err := r.More(); err != nil {
			return nil, err
		}
	}
}

// Segment appends the rest of the line with its end to dst, at most limit octets.
func (r *Reader) Segment(dst []byte, limit int) ([]byte, error) {
	start := len(dst)
	for {
		part, err := r.br.ReadSlice('\n')
		dst = append(dst, part...)
		if err := r.count(len(part)); err != nil {
			return dst, err
		}
		if err == nil {
			return dst, nil
		}
		if err != bufio.ErrBufferFull {
			return dst, err
		}
		if len(dst)-start > limit {
			return dst, ErrTooLong
		}
	}
}

// tailLen is enough for the longest announcement of a literal.
const tailLen = 32

// CopyLine hands the rest of the line with its end to w, and returns the
// literal that it announces in the end, if any.
func (r *Reader) CopyLine(w io.Writer) (Literal, bool, error) {
	var kept [2 * tailLen]byte
	tail := kept[:0]
	for {
		part, err := r.br.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return Literal{}, false, err
		}
		if over := r.count(len(part)); over != nil {
			return Literal{}, false, over
		}
		if _, werr := w.Write(part); werr != nil {
			return Literal{}, false, werr
		}
		tail = append(tail, part[max(0, len(part)-tailLen):]...)
		tail = append(kept[:0], tail[max(0, len(tail)-tailLen):]...)
		if err == nil {
			lit, ok, err := EndLiteral(tail)
			return lit, ok, err
		}
	}
}

// Each hands the next n octets to f as they arrive. f may change them, and
// must not keep them.
func (r *Reader) Each(n int64, f func(chunk []byte) error) error {
	for n > 0 {
		b, err := r.window()
		if err != nil {
			return unexpected(err)
		}
		b = b[:min(int64(len(b)), n)]
		if err := f(b); err != nil {
			return err
		}
		if _, err := r.br.Discard(len(b)); err != nil {
			return err
		}
		n -= int64(len(b))
	}
	return nil
}

// Peek returns the next n octets, or as many as the buffer can hold, without
// consuming them.
func (r *Reader) Peek(n int) ([]byte, error) {
	return r.br.Peek(min(n, r.br.Size()))
}

// Skip consumes n octets that were seen by Peek or Head.
func (r *Reader) Skip(n int) error {
	if err := r.count(n); err != nil {
		return err
	}
	_, err := r.br.Discard(n)
	return err
}

// Take consumes n octets of a literal that were seen by Peek.
func (r *Reader) Take(n int) error {
	_, err := r.br.Discard(n)
	return unexpected(err)
}

// Copy hands the next n octets to w.
func (r *Reader) Copy(w io.Writer, n int64) error {
	return r.Each(n, func(b []byte) error {
		_, err := w.Write(b)
		return err
	})
}

// unexpected says that an end of file came in the middle of something.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
