package message

import "bytes"

// A watch looks for something in the body of a leaf while it passes. Its octets
// come in pieces of any size.
type watch interface {
	// see says whether the body has what is looked for.
	see(b []byte) bool
}

// look shows octets of the open leaf to its watch.
func (p *parser) look(b []byte) {
	if p.watch != nil && p.watch.see(b) {
		p.gap(p.top().part.Section, p.watched)
		p.watch = nil
	}
}

// A doubtWatch looks for quoted-printable that mail programs decode in
// different ways. RFC 2045, section 6.7, allows none of it, and in two thousand
// real and test mails there was none in HTML:
//
//   - "=", blanks, and a line end: a soft line break to some, not to Thunderbird.
//   - "=" before a bare CR: a soft line break to Thunderbird alone.
//   - "=" in the two octets behind a "=" that begins no escape: Thunderbird
//     takes three octets as they are, others one, and go on with the next.
type doubtWatch struct {
	state doubtState
}

type doubtState uint8

const (
	atText   doubtState = iota
	atEquals doubtState = iota // behind "="
	atOther  doubtState = iota // behind "=" and one octet
	atBlanks doubtState = iota // behind "=" and blanks
	atCR     doubtState = iota // behind "=" and CR
)

func (w *doubtWatch) see(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if w.state == atText {
			n := bytes.IndexByte(b[i:], '=')
			if n < 0 {
				return false
			}
			i += n
			if i+2 < len(b) {
				if k := plainEquals(b[i+1], b[i+2]); k > 0 {
					i += k
					continue
				}
			}
			w.state = atEquals
			continue
		}
		if w.next(b[i]) {
			return true
		}
	}
	return false
}

// plainEquals returns how many of the octets behind "=" belong to an escape or a
// soft line break, 0 if they are neither.
func plainEquals(a, b byte) int {
	switch {
	case unhex(a) >= 0 && unhex(b) >= 0, a == '\r' && b == '\n':
		return 2
	case a == '\n':
		return 1
	}
	return 0
}

// next goes on by one octet and says whether that makes a doubt.
func (w *doubtWatch) next(c byte) bool {
	was := w.state
	w.state = atText
	switch {
	case was == atCR:
		return c != '\n'
	case c == '=':
		return true
	case was == atBlanks:
		if isBlank(c) {
			w.state = atBlanks
		}
		return c == '\r' || c == '\n'
	case was == atOther || c == '\n':
	case c == '\r':
		w.state = atCR
	case isBlank(c):
		w.state = atBlanks
	default:
		w.state = atOther
	}
	return false
}

// A beginWatch looks for files written into a text without a type: uuencode and
// yEnc. Thunderbird takes them out and shows them by their names.
type beginWatch struct {
	line []byte // the beginning of the line
	skip bool   // the rest of the line does not matter
}

const yencBegin = "=ybegin "

func (w *beginWatch) see(b []byte) bool {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\r' || c == '\n':
			w.line, w.skip = w.line[:0], false
		case w.skip:
			n := bytes.IndexAny(b[i:], "\r\n")
			if n < 0 {
				return false
			}
			i += n - 1
		default:
			w.line = append(w.line, c)
			if beginsFile(w.line) {
				return true
			}
			w.skip = len(w.line) >= len("begin 0644")
		}
	}
	return false
}

// beginsFile says whether a line begins a file: "begin", a blank, three octal digits.
func beginsFile(line []byte) bool {
	if string(line) == yencBegin {
		return true
	}
	mode, ok := bytes.CutPrefix(line, []byte("begin "))
	if !ok || len(mode) != 3 {
		return false
	}
	for _, c := range mode {
		if c < '0' || c > '7' {
			return false
		}
	}
	return true
}
