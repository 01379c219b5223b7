package proxy

import (
	"bufio"
	"bytes"
)

// batch is about how much of a mail is handled at once.
const batch = 32 << 10

// readMail reads a mail up to its end, which only CR LF, a dot and CR LF make
// (RFC 5321, section 4.1.1.4), and gives it to each in pieces. Dots stay doubled.
// Touch is called before it may have to wait.
func readMail(br *bufio.Reader, touch func() error, each func(wire []byte)) error {
	var wire []byte
	begin, last := true, byte(0)
	for {
		if br.Buffered() == 0 {
			if err := touch(); err != nil {
				return err
			}
		}
		piece, err := br.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return err
		}
		if begin && string(piece) == ".\r\n" {
			each(wire)
			return nil
		}
		// CR and LF may stand in two pieces.
		begin = bytes.HasSuffix(piece, []byte("\r\n")) || string(piece) == "\n" && last == '\r'
		last = piece[len(piece)-1]
		if wire = append(wire, piece...); len(wire) >= batch {
			each(wire)
			wire = wire[:0]
		}
	}
}

// A dots doubles the dots that begin a line, or takes them away again, of a mail
// that comes in pieces (RFC 5321, section 4.5.2). The zero value is ready for a
// mail.
type dots struct {
	inside bool    // of a line
	tail   [3]byte // the last octets
}

// next returns how much of b is of one line, and whether it begins there. Only CR
// LF ends a line.
func (d *dots) next(b []byte) (n int, begins bool) {
	begins = !d.inside
	if n = bytes.IndexByte(b, '\n') + 1; n == 0 {
		n = len(b)
	}
	for _, c := range b[max(0, n-len(d.tail)):n] {
		d.tail = [3]byte{d.tail[1], d.tail[2], c}
	}
	d.inside = d.tail[1] != '\r' || d.tail[2] != '\n'
	return n, begins
}

// stuff appends raw to out with dots doubled.
func (d *dots) stuff(out, raw []byte) []byte {
	for len(raw) > 0 {
		n, begins := d.next(raw)
		if begins && raw[0] == '.' {
			out = append(out, '.')
		}
		out = append(out, raw[:n]...)
		raw = raw[n:]
	}
	return out
}

// unstuff appends wire to out without the first of doubled dots.
func (d *dots) unstuff(out, wire []byte) []byte {
	for len(wire) > 0 {
		n, begins := d.next(wire)
		line := wire[:n]
		if begins && line[0] == '.' {
			line = line[1:]
		}
		out = append(out, line...)
		wire = wire[n:]
	}
	return out
}

// end returns what a stuffed mail is ended by.
func (d *dots) end() string {
	switch {
	case d.inside, string(d.tail[:]) == "\r\r\n":
		// Some servers (go-smtp 0.25, for one) see no line end in CR CR LF, and
		// would wait for the end of the mail for ever.
		return "\r\n.\r\n"
	}
	return ".\r\n"
}

// A watch looks at a mail on the wire for a dot that a server which is careless
// about line ends could take for the end of the mail, and what follows for commands
// of the reader's (known as SMTP smuggling): a dot between two of CR and LF, NUL
// not counted. A line of one dot is doubled on the wire and is not meant. The zero
// value is at the beginning of a mail.
type watch struct {
	inside bool // the last octet, NUL aside, was no line end
	dot    bool // it was a dot behind a line end
}

// see looks at the next octets and says whether a mail could end in them.
func (w *watch) see(wire []byte) bool {
	for _, c := range wire {
		switch {
		case c == 0:
		case isBreak(c):
			if w.dot {
				return true
			}
			w.inside = false
		default:
			w.dot = c == '.' && !w.inside
			w.inside = true
		}
	}
	return false
}

// isBreak says whether some reader takes an octet for the end of a line.
func isBreak(c byte) bool { return c == '\r' || c == '\n' }
