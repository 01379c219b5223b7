package message

import (
	"bytes"
	"sync"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// A trailTable says for each first octet from 0x80 on which octets below 0x80
// make a character with it.
type trailTable [128][128]bool

// The characters of charsets, as browsers know them. An octet below 0x80 that
// makes none with the octet in front of it stands for itself (WHATWG Encoding,
// sections 10 to 14).
var (
	shiftJISTrails = sync.OnceValue(func() *trailTable { return trailsOf(japanese.ShiftJIS, 0xf0, 0xf9) })
	big5Trails     = sync.OnceValue(func() *trailTable { return trailsOf(traditionalchinese.Big5, 1, 0) })
	eucKRTrails    = sync.OnceValue(func() *trailTable { return trailsOf(korean.EUCKR, 1, 0) })
	gb18030Trails  = sync.OnceValue(func() *trailTable { return trailsOf(simplifiedchinese.GB18030, 0x81, 0xfe) })
	johabTrails    = sync.OnceValue(func() *trailTable {
		var t trailTable
		for first := 0x84; first <= 0xf9; first++ {
			for second := '1'; second < 0x7f; second++ {
				t[first-0x80][second] = true
			}
		}
		return &t
	})
)

// trailsOf asks a decoder. With a first octet of the reader's own area every
// second octet in range makes a character.
func trailsOf(enc encoding.Encoding, ownFirst, ownLast int) *trailTable {
	var t trailTable
	for first := 0x81; first < 0xff; first++ {
		for second := 0x40; second < 0x7f; second++ {
			out, err := enc.NewDecoder().Bytes([]byte{byte(first), byte(second)})
			made := err == nil && !bytes.Contains(out, []byte("\ufffd")) && out[len(out)-1] >= 0x80
			t[first-0x80][second] = made || ownFirst <= first && first <= ownLast
		}
	}
	return &t
}

// leads says which octets from 0x80 on take the next one with them, if that is
// from 0x80 on too.
func (f family) leads(c byte) bool {
	if f == shiftJIS {
		return c >= 0x81 && c <= 0x9f || c >= 0xe0 && c <= 0xfc
	}
	return c >= 0x81 && c <= 0xfe
}

// trails are the second octets below 0x80.
func (f family) trails() *trailTable {
	switch f {
	case shiftJIS:
		return shiftJISTrails()
	case big5:
		return big5Trails()
	case eucKR:
		return eucKRTrails()
	case johab:
		return johabTrails()
	}
	return gb18030Trails()
}

// maskedView hides second octets that look like ASCII. It is plain if there are
// none.
func maskedView(text []byte, f family) *View {
	v := &View{cells: text, text: text}
	trails := f.trails()
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c < 0x80 || !f.leads(c) || i+1 == len(text) {
			continue
		}
		switch next := text[i+1]; {
		case next >= 0x80:
			if next != 0x80 && next != 0xff {
				i++
			}
		case trails[c-0x80][next]:
			v.hide(i + 1)
			i++
		case f == gb18030 && fourOctets(text[i:]):
			v.hide(i + 1)
			v.hide(i + 3)
			i += 3
		case f == gb18030 && cutOff(text[i:]):
			v.hide(i + 1)
			i = len(text)
		}
	}
	return v
}

// hide makes a cell one that is not ASCII.
func (v *View) hide(i int) {
	if v.form == plain {
		v.cells, v.form = bytes.Clone(v.text), masked
	}
	v.cells[i] |= 0x80
}

// fourOctets says whether b begins with a character of four octets, or with a
// fault as long (WHATWG Encoding, section 10.2.1).
func fourOctets(b []byte) bool {
	return len(b) >= 4 && b[1] >= '0' && b[1] <= '9' && b[2] >= 0x81 && b[2] <= 0xfe && b[3] >= '0' && b[3] <= '9'
}

// cutOff says whether b, which goes to the end of a text, is the beginning of a
// character of four octets.
func cutOff(b []byte) bool {
	return len(b) <= 3 && b[1] >= '0' && b[1] <= '9' && (len(b) == 2 || b[2] >= 0x81 && b[2] <= 0xfe)
}
