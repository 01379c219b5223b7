package message

import "bytes"

// sextets gives the six bits of each base64 character (RFC 2045, section 6.8),
// notSextet for all other octets.
var sextets = func() (table [256]byte) {
	for i := range table {
		table[i] = notSextet
	}
	for i := range len(alphabet) {
		table[alphabet[i]] = byte(i)
	}
	return table
}()

const (
	alphabet  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	notSextet = 0xff
)

// A quantum is up to four characters that hold up to three octets.
type quantum struct {
	decoded int // offset of the first octet
	octets  int
	chars   [4]int // offsets in the body
}

// A base64Walk reads base64 quantum by quantum. What is no character of the
// alphabet is passed over, wherever it stands. "=" ends a quantum, and decoding
// goes on behind it: mailers join encoded texts without decoding them. A single
// character at the end of a quantum holds no octet.
type base64Walk struct {
	b       []byte
	i       int
	decoded int
}

// next returns the next quantum that holds an octet, false at the end.
func (w *base64Walk) next() (quantum, bool) {
	q := quantum{decoded: w.decoded}
	n := 0
	for w.i < len(w.b) && n < 4 {
		c := w.b[w.i]
		w.i++
		switch {
		case sextets[c] != notSextet:
			q.chars[n] = w.i - 1
			n++
		case c == '=' && n >= 2:
			return w.end(q, n)
		case c == '=':
			n = 0
		}
	}
	if n < 2 {
		return q, false
	}
	return w.end(q, n)
}

func (w *base64Walk) end(q quantum, chars int) (quantum, bool) {
	q.octets = chars - 1
	w.decoded += q.octets
	return q, true
}

// decodeBase64 does what a base64Walk would do, four characters at a time
// where they stand together.
func (t *Text) decodeBase64() {
	b := t.raw
	out := make([]byte, 0, len(b)/4*3+3)
	last := 0
	for i := 0; i < len(b); {
		if i-last >= markEvery {
			t.note(i, len(out))
			last = i
		}
		for end := min(len(b), last+markEvery); i+4 <= end; i += 4 {
			c0, c1, c2, c3 := sextets[b[i]], sextets[b[i+1]], sextets[b[i+2]], sextets[b[i+3]]
			if c0|c1|c2|c3 > 63 {
				break
			}
			out = append(out, c0<<2|c1>>4, c1<<4|c2>>2, c2<<6|c3)
		}
		w := base64Walk{b: b, i: i}
		q, ok := w.next()
		if !ok {
			break
		}
		octets := q.value(b)
		out = append(out, octets[:q.octets]...)
		i = w.i
	}
	t.decoded = out
}

// value decodes a quantum; octets it does not hold are rubbish.
func (q quantum) value(b []byte) [3]byte {
	var c [4]byte
	for i := range q.octets + 1 {
		c[i] = sextets[b[q.chars[i]]]
	}
	return [3]byte{c[0]<<2 | c[1]>>4, c[1]<<4 | c[2]>>2, c[2]<<6 | c[3]}
}

// quantum returns the quantum that holds a decoded octet, which must exist.
func (t *Text) quantum(decoded int) quantum {
	m := t.before(decoded)
	w := base64Walk{b: t.raw, i: int(m.raw), decoded: int(m.decoded)}
	for {
		q, ok := w.next()
		if !ok || q.decoded+q.octets > decoded {
			return q
		}
	}
}

// replaceBase64 changes the bits of the octets meant in the characters that
// hold them. Other bits in these characters, their neighbours' and those that
// no octet uses, stay; so does everything between the characters.
func (t *Text) replaceBase64(start int, with []byte) (Edit, bool) {
	q := t.quantum(start)
	w := base64Walk{b: t.raw, i: q.chars[0], decoded: q.decoded}
	first := q.chars[start-q.decoded]
	out := make([]byte, 0, len(with)*3/2+4)
	for done := 0; done < len(with); {
		q, ok := w.next()
		if !ok {
			return Edit{}, false
		}
		last := q.chars[q.octets]
		out = append(out, t.raw[first+len(out):last+1]...)
		for k := max(0, start-q.decoded); k < q.octets && done < len(with); k++ {
			putOctet(out, q.chars[k]-first, q.chars[k+1]-first, k, with[done])
			done++
			last = q.chars[k+1]
		}
		out = out[:last+1-first]
	}
	return Edit{Offset: t.off + first, Old: bytes.Clone(t.raw[first : first+len(out)]), New: out}, true
}

// putOctet writes octet k of a quantum into the two characters, at i and j,
// that share its bits.
func putOctet(out []byte, i, j, k int, c byte) {
	a, b := sextets[out[i]], sextets[out[j]]
	switch k {
	case 0:
		a, b = c>>2, c<<4&0x30|b&0x0f
	case 1:
		a, b = a&0x30|c>>4, c<<2&0x3c|b&0x03
	default:
		a, b = a&0x3c|c>>6, c&0x3f
	}
	out[i], out[j] = alphabet[a], alphabet[b]
}
