package message

import "bytes"

// wideView shows UTF-16 or UTF-32: a cell for each unit. An octet too many at the
// end is a cell of its own.
func wideView(text []byte, f family) *View {
	v := &View{text: text, form: double, big: f == utf16BE || f == utf32BE}
	if f == utf32LE || f == utf32BE {
		v.form = quad
	}
	width := v.width()
	v.cells = make([]byte, 0, len(text)/width+1)
	for i := 0; i+width <= len(text); i += width {
		v.cells = append(v.cells, v.unit(text[i:i+width]))
	}
	if len(text)%width != 0 {
		v.cells = append(v.cells, notASCII)
	}
	return v
}

// unit is the cell of one unit.
func (v *View) unit(b []byte) byte {
	low := b[0]
	rest := b[1:]
	if v.big {
		low = b[len(b)-1]
		rest = b[:len(b)-1]
	}
	if low >= 0x80 || len(bytes.TrimLeft(rest, "\x00")) > 0 {
		return notASCII
	}
	return low
}

// replaceWide writes ASCII over cells, the line ends among them staying.
func (v *View) replaceWide(t *Text, first int, cells, with []byte) (Edit, bool) {
	with, ok := fit(cells, with)
	width := v.width()
	if !ok || first+len(with)*width > len(v.text) {
		return Edit{}, false
	}
	octets := make([]byte, len(with)*width)
	for i, c := range with {
		if v.big {
			octets[i*width+width-1] = c
		} else {
			octets[i*width] = c
		}
	}
	return t.put(first, octets)
}

// markOf is the charset of the byte order mark that a text begins with, but for
// that of UTF-8, which changes nothing.
func markOf(text []byte) (family, bool) {
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe, 0, 0}):
		return utf32LE, true
	case bytes.HasPrefix(text, []byte{0, 0, 0xfe, 0xff}):
		return utf32BE, true
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		return utf16LE, true
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		return utf16BE, true
	}
	return transparent, false
}
