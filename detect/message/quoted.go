package message

import "bytes"

// A quotedWalk reads quoted-printable octet by octet (RFC 2045, section 6.7).
//
//   - "=" and two hexadecimal digits of either case are one octet.
//   - "=", blanks and a line end are nothing: a soft line break.
//   - Blanks before a line end or the end are nothing: transport padding.
//   - Any other "=" is itself. Line ends are kept; a bare CR is no line end.
type quotedWalk struct {
	b []byte
	i int
	// literal is the end of a run of blanks that was seen to be text.
	literal int
}

// next returns the next slot, false at the end.
func (w *quotedWalk) next() (slot, bool) {
	for w.i < len(w.b) {
		i := w.i
		c := w.b[i]
		switch {
		case c == '=':
			if value, ok := escape(w.b[i:]); ok {
				w.i = i + 3
				return slot{i, 3, value}, true
			}
			if n := softBreak(w.b[i:]); n > 0 {
				w.i = i + n
				continue
			}
		case isBlank(c) && i >= w.literal:
			end := skipBlanks(w.b, i)
			if atLineEnd(w.b, end) {
				w.i = end
				continue
			}
			w.literal = end
		}
		w.i = i + 1
		return slot{i, 1, c}, true
	}
	return slot{}, false
}

// escape reads the escape that b begins with.
func escape(b []byte) (value byte, ok bool) {
	if len(b) < 3 {
		return 0, false
	}
	hi, lo := unhex(b[1]), unhex(b[2])
	return byte(hi<<4 | lo), hi >= 0 && lo >= 0
}

func skipBlanks(b []byte, i int) int {
	for i < len(b) && isBlank(b[i]) {
		i++
	}
	return i
}

// atLineEnd says whether a line end or the end of b is at i.
func atLineEnd(b []byte, i int) bool {
	return i == len(b) || b[i] == '\n' || b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n'
}

// softBreak returns the length of the soft line break that b begins with, 0 if
// it begins with none. A "=" at the very end is one.
func softBreak(b []byte) int {
	end := skipBlanks(b, 1)
	switch {
	case end == len(b):
		return end
	case b[end] == '\n':
		return end + 1
	case atLineEnd(b, end):
		return end + 2
	}
	return 0
}

// decodeQuoted does what a quotedWalk would do, but line by line: what stands
// between two "=" is copied.
func (t *Text) decodeQuoted() {
	b := t.raw
	t.decoded = make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		end := len(b)
		if n := bytes.IndexByte(b[i:], '\n'); n >= 0 {
			end = i + n + 1
		}
		text := end
		if b[text-1] == '\n' {
			text--
			if text > i && b[text-1] == '\r' {
				text--
			}
		}
		breaks := b[text:end]
		for text > i && isBlank(b[text-1]) {
			text--
		}
		if !t.decodeLine(i, text) {
			t.decoded = append(t.decoded, breaks...)
		}
		i = end
	}
}

// decodeLine decodes a line from i to its end, without the blanks there and
// the line end, and says whether that is soft.
func (t *Text) decodeLine(i, end int) (soft bool) {
	b := t.raw
	for i < end {
		t.noteEvery(i)
		n := bytes.IndexByte(b[i:min(end, i+markEvery)], '=')
		if n < 0 {
			n = min(end-i, markEvery)
		}
		t.decoded = append(t.decoded, b[i:i+n]...)
		i += n
		if i == end || b[i] != '=' {
			continue
		}
		if i == end-1 {
			return true
		}
		if value, ok := escape(b[i:end]); ok {
			t.decoded = append(t.decoded, value)
			i += 3
			continue
		}
		t.decoded = append(t.decoded, '=')
		i++
	}
	return false
}

// quotedAt returns the slot of one decoded octet, which must exist.
func (t *Text) quotedAt(decoded int) slot {
	m := t.before(decoded)
	w := quotedWalk{b: t.raw, i: int(m.raw)}
	s, _ := w.next()
	for n := int(m.decoded); n < decoded; n++ {
		s, _ = w.next()
	}
	return s
}

// replaceQuoted writes each octet in its own slot. Slots of three octets stay
// so, and soft line breaks between the slots stay.
func (t *Text) replaceQuoted(start int, with []byte) (Edit, bool) {
	m := t.before(start)
	w := quotedWalk{b: t.raw, i: int(m.raw)}
	for n := int(m.decoded); n < start; n++ {
		w.next()
	}
	var out []byte
	first, end, blank := 0, 0, false
	for n, c := range with {
		s, ok := w.next()
		if !ok {
			return Edit{}, false
		}
		if n == 0 {
			first, end = s.at, s.at
			out = make([]byte, 0, len(with)+len(with)/8)
		}
		out = append(out, t.raw[end:s.at]...)
		end = s.at + s.len
		switch {
		case s.len == 1 && c == '=':
			return Edit{}, false
		case s.value == c:
			out = append(out, t.raw[s.at:end]...)
		case s.len == 3:
			const digits = "0123456789ABCDEF"
			out = append(out, '=', digits[c>>4], digits[c&15])
		default:
			out = append(out, c)
			blank = blank || isBlank(c)
		}
	}
	if !t.reads(first, end, out, blank) {
		return Edit{}, false
	}
	return t.edit(first, out)
}

// reads makes sure that the new octets read as what was meant, where that is in
// doubt: a blank may now end a line and vanish, and a "=" before them that was
// itself may now begin an escape.
func (t *Text) reads(first, end int, out []byte, blank bool) bool {
	before := max(0, first-2)
	n := bytes.LastIndexByte(t.raw[before:first], '=')
	if n < 0 && !blank {
		return true
	}
	if n >= 0 {
		before += n
	} else {
		before = first
	}
	after := min(len(t.raw), skipBlanks(t.raw, end)+2)
	was := quotedWalk{b: t.raw[:after], i: before}
	now := quotedWalk{b: make([]byte, 0, after-before)}
	now.b = append(now.b, t.raw[before:first]...)
	now.b = append(now.b, out...)
	now.b = append(now.b, t.raw[end:after]...)
	for {
		a, _ := was.next()
		b, ok := now.next()
		if a.len != b.len || ok && a.at != b.at+before {
			return false
		}
		if !ok || a.at+a.len >= end {
			return true
		}
	}
}
