package message

import (
	"bytes"
	"sort"
)

// A Text is the decoded text of one leaf, with the way back to raw octets.
// It is not safe for use by several goroutines.
type Text struct {
	raw     []byte
	off     int // of raw in the message
	enc     Encoding
	decoded []byte
	// marks are places where decoding can begin anew, about every markEvery
	// raw octets. The way between two marks is walked again when asked for:
	// most of a text is never asked for.
	marks []mark
	// last is one more, where what was asked for last ended: mostly what is
	// asked for next stands behind it.
	last mark
	// bounds are the boundaries that no line may come to begin with; nil
	// if they are not known.
	bounds []string
}

// A mark says that decoding from a raw offset gives the text from a decoded
// offset on.
type mark struct{ raw, decoded int32 }

const markEvery = 512

// A slot is where one decoded octet of quoted-printable is written: one raw
// octet or three.
type slot struct {
	at, len int
	value   byte // decoded
}

// Decode decodes a leaf. Body is its raw octets or a piece of them, off is
// where they begin in the message. Text without an encoding is not copied.
// Everything can be decoded: what is no valid encoding is literal in
// quoted-printable and passed over in base64, as clients do. A body over 2 GiB
// is taken for no encoding.
func Decode(body []byte, off int, enc Encoding) *Text {
	t := &Text{raw: body, off: off, enc: enc}
	if len(body) > 1<<31-1 {
		t.enc = Identity
	}
	switch t.enc {
	case QuotedPrintable:
		t.decodeQuoted()
	case Base64:
		t.decodeBase64()
	default:
		t.decoded = body
	}
	return t
}

// Decode is [Decode] for this leaf, or for a piece of it. The text knows the
// boundaries around the leaf: no replacement will make up one of them.
func (p *Part) Decode(body []byte, off int) *Text {
	t := Decode(body, off, p.Encoding)
	t.bounds = p.bounds
	return t
}

// Bytes returns the decoded octets. They must not be changed.
func (t *Text) Bytes() []byte { return t.decoded }

// note adds a mark.
func (t *Text) note(raw, decoded int) {
	t.marks = append(t.marks, mark{int32(raw), int32(decoded)})
}

// noteEvery adds a mark if the last one is far.
func (t *Text) noteEvery(raw int) {
	last := 0
	if n := len(t.marks); n > 0 {
		last = int(t.marks[n-1].raw)
	}
	if raw-last >= markEvery {
		t.note(raw, len(t.decoded))
	}
}

// before returns the last mark at or before a decoded offset.
func (t *Text) before(decoded int) mark {
	if near := decoded - int(t.last.decoded); near >= 0 && near < markEvery/2 {
		return t.last
	}
	i := sort.Search(len(t.marks), func(i int) bool { return int(t.marks[i].decoded) > decoded })
	m := mark{}
	if i > 0 {
		m = t.marks[i-1]
	}
	if int(t.last.decoded) <= decoded && t.last.decoded > m.decoded {
		return t.last
	}
	return m
}

// Raw returns the raw octets that decoded octets [start,end) are written in,
// from the first octet of the first to the last of the last. An empty range
// lies where the octet at start begins, or at the end of the body.
func (t *Text) Raw(start, end int) Range {
	switch {
	case start < 0 || end < start || end > len(t.decoded):
		return Range{t.off, t.off}
	case t.enc == Identity:
		return Range{t.off + start, t.off + end}
	case start == end && start == len(t.decoded):
		return Range{t.off + len(t.raw), t.off + len(t.raw)}
	case start == end:
		r := t.span(start, start+1)
		return Range{t.off + r.Start, t.off + r.Start}
	}
	r := t.span(start, end)
	return Range{t.off + r.Start, t.off + r.End}
}

// span is Raw within the body, for a range that is not empty.
func (t *Text) span(start, end int) Range {
	if t.enc == Base64 {
		first, last := t.quantum(start), t.quantum(end-1)
		return Range{first.chars[start-first.decoded], last.chars[end-last.decoded] + 1}
	}
	first, last := t.quotedAt(start), t.quotedAt(end-1)
	return Range{first.at, last.at + last.len}
}

// Cut returns the last place at or before decoded offset n where decoding can
// begin anew, and how many raw octets of the body lie before it: a piece of a
// leaf that is decoded from there gives the rest of the text.
func (t *Text) Cut(n int) (decoded, raw int) {
	n = max(0, min(n, len(t.decoded)))
	switch {
	case n == 0:
		return 0, 0
	case t.enc == Base64:
		q := t.quantum(n - 1)
		if q.decoded+q.octets == n {
			return n, q.chars[q.octets] + 1
		}
		return q.decoded, q.chars[0]
	case t.enc == QuotedPrintable:
		return t.cutQuoted(n)
	}
	return n, n
}

// Replace returns the edit that puts other octets in the place of the decoded
// octets [start,end): as many, written in the same raw octets, so that nothing
// else moves. With must be printable ASCII or blanks, but for the CR and LF of
// the old text, which stay where they are; with may leave them out.
//
// It says false if that cannot be written: in quoted-printable a "=" has no
// room in a slot of one octet, and a blank none at the end of a line; and no
// line may come to look like a boundary.
//
// The edit holds copies.
func (t *Text) Replace(start, end int, with []byte) (Edit, bool) {
	if start < 0 || end <= start || end > len(t.decoded) {
		return Edit{}, false
	}
	with, ok := fit(t.decoded[start:end], with)
	if !ok {
		return Edit{}, false
	}
	return t.write(start, with)
}

// Put is put, for octets of which nothing is known: those of a message that is
// encoded as a whole.
func (t *Text) Put(start int, with []byte) (Edit, bool) { return t.put(start, with) }

// put returns the edit that puts any octets in the place of as many decoded ones
// from start on. Where text has no encoding, an octet that is not printable ASCII
// can only stay.
func (t *Text) put(start int, with []byte) (Edit, bool) {
	if start < 0 || len(with) == 0 || len(with) > len(t.decoded)-start {
		return Edit{}, false
	}
	if t.enc == Identity {
		for i, c := range with {
			if was := t.decoded[start+i]; c != was && !(printable(c) && was != '\r' && was != '\n') {
				return Edit{}, false
			}
		}
	}
	return t.write(start, with)
}

// printable says whether an octet can stand in a text of any encoding.
func printable(c byte) bool { return c == '\t' || c >= ' ' && c <= '~' }

// write puts octets over decoded ones by the encoding.
func (t *Text) write(start int, with []byte) (Edit, bool) {
	switch t.enc {
	case QuotedPrintable:
		return t.replaceQuoted(start, with)
	case Base64:
		return t.replaceBase64(start, with)
	}
	return t.edit(start, with)
}

// edit writes out over the raw octets from first on, if that makes no boundary.
func (t *Text) edit(first int, out []byte) (Edit, bool) {
	old := t.raw[first : first+len(out)]
	if t.divides(first, out) {
		return Edit{}, false
	}
	return Edit{Offset: t.off + first, Old: bytes.Clone(old), New: out}, true
}

// divides says whether a line would begin with a boundary that did not before, or
// the other way round: a leaf may hold lines that are boundaries to others.
// Where the boundaries are not known, no line may come to begin with "--".
func (t *Text) divides(first int, out []byte) bool {
	// A boundary that the edit could complete begins at most so far before it.
	line := max(0, first-boundaryKept-2)
	if i := bytes.LastIndexAny(t.raw[line:first], "\r\n"); i >= 0 {
		line += i + 1
	} else if line > 0 {
		line = t.nextLine(first, first+len(out))
	}
	for line >= 0 {
		if t.beginsBoundary(line, first, out) {
			return true
		}
		line = t.nextLine(max(line, first), first+len(out))
	}
	return false
}

// nextLine returns where the first line begins after a line end in [from,to),
// or -1.
func (t *Text) nextLine(from, to int) int {
	if from >= to {
		return -1
	}
	i := bytes.IndexAny(t.raw[from:to], "\r\n")
	if i < 0 {
		return -1
	}
	return from + i + 1
}

// beginsBoundary looks at one line as it was and as it would be.
func (t *Text) beginsBoundary(line, first int, out []byte) bool {
	was := t.raw[line:min(len(t.raw), line+boundaryKept+2)]
	var buf [boundaryKept + 2]byte
	now := buf[:copy(buf[:], was)]
	if d := first - line; d < 0 {
		copy(now, out[-d:])
	} else if d < len(now) {
		copy(now[d:], out)
	}
	if t.bounds == nil {
		return bytes.HasPrefix(now, []byte("--")) && !bytes.HasPrefix(was, []byte("--"))
	}
	for _, b := range t.bounds {
		b = b[:min(len(b), boundaryKept)]
		before, after := begins(was, b), begins(now, b)
		// What stands behind a boundary that is one to some readers only says
		// whether it is the last.
		if before != after || before && first < line+2+len(b)+2 {
			return true
		}
	}
	return false
}

// begins says whether a line begins with a boundary.
func begins(line []byte, boundary string) bool {
	return len(line) >= 2+len(boundary) && line[0] == '-' && line[1] == '-' && string(line[2:2+len(boundary)]) == boundary
}

// fit returns with in a slice of its own, with the line ends of old where they
// were; false if it cannot take the place of old.
func fit(old, with []byte) ([]byte, bool) {
	out := make([]byte, len(old))
	whole := len(with) == len(old)
	n := 0
	for i, was := range old {
		breaks := was == '\r' || was == '\n'
		if breaks && !whole {
			out[i] = was
			continue
		}
		if n == len(with) {
			return nil, false
		}
		c := with[n]
		n++
		if breaks && c != was || !breaks && !printable(c) {
			return nil, false
		}
		out[i] = c
	}
	return out, n == len(with)
}
