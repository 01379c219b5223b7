package leak

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
)

// An opening is how an encoding is read: its letters, how many bits each has,
// and how many tell whether there is text behind them.
type opening struct {
	letters *[256]int8
	width   uint
	taste   int
}

// maxOpened is how much is taken out of one token.
const maxOpened = 16 << 10

// minDynamic is the shortest token that is a deflate block with codes of its own:
// shorter texts are not worth the table.
const minDynamic = 60

// open takes an encoding off and searches what is behind it, if that is text, or
// compressed text. Most tokens are neither, which their first letters tell.
func (s *search) open(name string, k token, o opening, depth int) (hit, bool) {
	if depth >= maxDepth || len(k.text) < o.taste || len(k.text) > maxURL {
		return hit{}, false
	}
	head, ok := decode(s.spare[:0], k.text[:o.taste], o.letters, o.width)
	if !ok {
		return hit{}, false
	}
	text, packed := isText(head), packing(head)
	if packed == "deflate" && head[0]&6 == 4 && len(k.text) < minDynamic {
		packed = ""
	}
	if !text && packed == "" {
		return hit{}, false
	}
	raw, ok := decode(make([]byte, 0, len(k.text)), k.text, o.letters, o.width)
	if !ok {
		return hit{}, false
	}
	if text {
		return s.nested(name, string(raw), k, depth)
	}
	plain := s.f.unpacked(packed, raw)
	if len(plain) < minForm || s.budget < len(plain) {
		return hit{}, false
	}
	h, ok := s.nested(packed, plain, k, depth)
	h.layers = append([]string{name}, h.layers...)
	return h, ok
}

// nested searches what was found in a token.
func (s *search) nested(name, plain string, k token, depth int) (hit, bool) {
	h, ok := s.text(plain, depth+1)
	if !ok {
		return hit{}, false
	}
	h.start, h.end = k.start, k.end
	h.layers = append([]string{name}, h.layers...)
	return h, true
}

// packing names the compression that octets begin as, "" for none: gzip (RFC
// 1952, section 2.3.1), zlib (RFC 1950, section 2.2), or a deflate stream of one
// block (RFC 1951, section 3.2.3), which is what short texts become.
func packing(head []byte) string {
	switch {
	case len(head) < 3:
		return ""
	case head[0] == 0x1f && head[1] == 0x8b:
		return "gzip"
	case head[0]&15 == 8 && head[0]>>4 <= 7 && (int(head[0])<<8|int(head[1]))%31 == 0:
		return "zlib"
	case head[0]&7 == 5, head[0]&6 == 2 && startsWithText(head):
		return "deflate"
	}
	return ""
}

// startsWithText says whether a deflate block with fixed codes begins with three
// printable letters: each is eight bits, 0x30 more than the letter (RFC 1951,
// section 3.2.6).
func startsWithText(head []byte) bool {
	const first = 3 // bits of the block's header
	for n := range 3 {
		code := byte(0)
		for bit := first + 8*n; bit < first+8*n+8; bit++ {
			if bit/8 >= len(head) {
				return false
			}
			code = code<<1 | head[bit/8]>>(bit%8)&1
		}
		if code < 0x30+' ' || code > 0x30+'~' {
			return false
		}
	}
	return true
}

// unpacked decompresses, "" if that gives no text. Checksums are not looked at:
// a token that was cut off still tells.
func (f *Finder) unpacked(packing string, raw []byte) string {
	if packing == "gzip" {
		in, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return ""
		}
		return textOf(in, true)
	}
	if packing == "zlib" {
		raw = raw[2:] // RFC 1950, section 2.2
	}
	// A reader is 40 KiB, and many tokens look a little like deflate.
	r, ok := f.inflaters.Get().(io.ReadCloser)
	if !ok {
		r = flate.NewReader(nil)
	}
	defer f.inflaters.Put(r)
	reset, ok := r.(flate.Resetter)
	if !ok || reset.Reset(bytes.NewReader(raw), nil) != nil {
		return ""
	}
	// A bare stream has nothing else to be known by.
	return textOf(r, packing == "zlib")
}

// textOf reads text, "" if it is none; cut says that it may end early.
func textOf(in io.Reader, cut bool) string {
	plain, err := io.ReadAll(io.LimitReader(in, maxOpened))
	if err != nil && !cut || !isText(plain) {
		return ""
	}
	return string(plain)
}
