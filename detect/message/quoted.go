package message

import (
	"bytes"
	"sort"
)

// A quotedWalk reads quoted-printable octet by octet (RFC 2045, section 6.7).
//
//   - "=" and two hexadecimal digits of either case are one octet.
//   - "=" and a line end are nothing: a soft line break. So is "=" at the end.
//   - Any other "=" is itself, and so are the two octets behind it.
//   - Blanks before a line end or the end are nothing: transport padding.
//   - Line ends are kept; a bare CR is one behind a "=" only.
//
// Where mail programs differ, this is how Thunderbird reads, but for the blanks,
// which mean nothing in HTML. A [Gap] "encoding" tells where others may not.
type quotedWalk struct {
	b []byte
	i int
	// literal is the end of what is known to be text: a run of blanks, or
	// what follows a "=" that is itself.
	literal int
}

// next returns the next slot, false at the end.
func (w *quotedWalk) next() (slot, bool) {
	for w.i < len(w.b) {
		i := w.i
		c := w.b[i]
		switch {
		case i < w.literal:
		case c == '=':
			if value, ok := escape(w.b[i:]); ok {
				w.i = i + 3
				return slot{i, 3, value}, true
			}
			if n := softBreak(w.b[i:]); n > 0 {
				w.i = i + n
				continue
			}
			w.literal = i + 3
		case isBlank(c):
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
	switch {
	case len(b) == 1:
		return 1
	case b[1] == '\r' && len(b) > 2 && b[2] == '\n':
		return 3
	case b[1] == '\r' || b[1] == '\n':
		return 2
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
		padded := text
		for text > i && isBlank(b[text-1]) {
			text--
		}
		if !t.decodeLine(i, text, padded) {
			t.decoded = append(t.decoded, breaks...)
		}
		i = end
	}
}

// decodeLine decodes a line from i to its end, without the blanks there, up to
// padded, and the line end, and says whether that is soft.
func (t *Text) decodeLine(i, end, padded int) (soft bool) {
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
		if i == padded-1 {
			return true
		}
		if value, ok := escape(b[i:end]); ok {
			t.decoded = append(t.decoded, value)
			i += 3
			continue
		}
		if i+1 < end && b[i+1] == '\r' {
			i += 2
			continue
		}
		n = min(3, padded-i)
		t.decoded = append(t.decoded, b[i:i+n]...)
		i += n
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
	t.reached(&w, decoded+1)
	return s
}

// reached notes where a walk is, if decoding can begin anew there.
func (t *Text) reached(w *quotedWalk, decoded int) {
	if w.i >= w.literal {
		t.last = mark{int32(w.i), int32(decoded)}
	}
}

// cutQuoted is Cut for quoted-printable: not behind a "=" that is itself, within
// the octets that it makes text.
func (t *Text) cutQuoted(n int) (decoded, raw int) {
	m := t.before(n)
	decoded, raw = int(m.decoded), int(m.raw)
	w := quotedWalk{b: t.raw, i: raw}
	for at := decoded; at < n; {
		w.next()
		if at++; w.i >= w.literal {
			decoded, raw = at, w.i
		}
	}
	return decoded, raw
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
	first, end, doubt := 0, 0, false
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
		case s.len == 1 && c != s.value && (!printable(c) || s.value == '\r' || s.value == '\n'):
			return Edit{}, false
		case s.value == c:
			out = append(out, t.raw[s.at:end]...)
		case s.len == 3:
			const digits = "0123456789ABCDEF"
			out = append(out, '=', digits[c>>4], digits[c&15])
		default:
			out = append(out, c)
			doubt = doubt || isBlank(c) || s.value == '='
		}
	}
	t.reached(&w, start+len(with))
	if !t.reads(first, end, out, doubt) {
		return Edit{}, false
	}
	return t.edit(first, out)
}

// reads makes sure that the new octets read as what was meant, where that is in
// doubt: a blank may now end a line and vanish, and a "=" that was itself, in
// front of them or among them, may now begin an escape, or none any more.
func (t *Text) reads(first, end int, out []byte, doubt bool) bool {
	if !doubt && bytes.IndexByte(t.raw[max(0, first-2):first], '=') < 0 {
		return true
	}
	// What is misread goes on to the next "=" if that is near. Far beyond that
	// it is not followed.
	for behind := 1 << 8; behind <= 1<<12; behind <<= 2 {
		same, settled := t.same(first, end, min(len(t.raw), end+behind), out)
		if !same || settled || end+behind >= len(t.raw) {
			return same
		}
	}
	return false
}

// same compares how the octets before and behind new ones are read up to after,
// and says whether what follows reads as it did, too.
func (t *Text) same(first, end, after int, out []byte) (same, settled bool) {
	before := t.markBefore(first)
	was := quotedWalk{b: t.raw[:after], i: before}
	now := quotedWalk{b: make([]byte, 0, after-before)}
	now.b = append(now.b, t.raw[before:first]...)
	now.b = append(now.b, out...)
	now.b = append(now.b, t.raw[end:after]...)
	for {
		a, _ := was.next()
		b, ok := now.next()
		switch {
		case a.len != b.len || ok && a.at != b.at+before:
			return false, false
		case !ok:
			return true, false
		case was.i >= end && was.i >= was.literal && now.i >= now.literal && was.i == now.i+before:
			return true, true
		}
	}
}

// markBefore returns the last place at or before a raw offset where decoding
// can begin anew.
func (t *Text) markBefore(raw int) int {
	i := sort.Search(len(t.marks), func(i int) bool { return int(t.marks[i].raw) > raw })
	if i == 0 {
		return 0
	}
	return int(t.marks[i-1].raw)
}
