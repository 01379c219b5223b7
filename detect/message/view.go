package message

import (
	"bytes"
	"slices"
)

// A View shows decoded text as cells, so that a reader of HTML never takes part
// of a character for a "<", a quote or a backslash.
//
// A cell below 0x80 is that ASCII character. Each other character is one or more
// cells from 0x80 on: its octets in UTF-8 and single-byte charsets, something that
// only says where it stands in others. No text has more cells than octets.
type View struct {
	cells []byte
	text  []byte // decoded octets
	form  form
	big   bool // the octets of a wide character begin with the highest
	// at is where each cell's octet stands, and whether that is in ASCII state;
	// for stateful text only, in which a character of two octets is two cells.
	at []place
}

// A form is how cells stand for octets.
type form uint8

const (
	plain    form = 0 // cells are octets
	masked   form = 1 // as many, but second halves of characters are hidden
	stateful form = 2 // escapes have no cells
	double   form = 3 // a cell is two octets
	quad     form = 4 // a cell is four octets
	frozen   form = 5 // plain, in a text that has states to others
)

// NewView looks at decoded text through its charset, as mail programs show it. It
// says false for a charset that cannot be seen through: UTF-7, EBCDIC and a few
// that nobody writes, and for a text without a label that says to be one of them.
func NewView(charset string, decoded []byte) (*View, bool) {
	views, whole := Views(charset, decoded)
	if !whole {
		return nil, false
	}
	return views[0], true
}

// same says whether two views show the same in the same place.
func (v *View) same(as *View) bool {
	switch {
	case v.form == stateful && as.form == stateful:
		return bytes.Equal(v.cells, as.cells) && slices.Equal(v.at, as.at)
	case v.Even() && as.Even():
		return bytes.Equal(v.cells, as.cells)
	}
	return v.form == as.form && v.big == as.big
}

// Cells returns the cells. They must not be changed.
func (v *View) Cells() []byte { return v.cells }

// Even says that cells and octets are as many, and that each cell stands where
// its octet does.
func (v *View) Even() bool { return v.form == plain || v.form == masked || v.form == frozen }

// Octets returns the decoded octets that cells [start,end) stand for.
func (v *View) Octets(start, end int) (int, int) {
	switch v.form {
	case stateful:
		return v.statefulOctets(start, end)
	case double, quad:
		return min(start*v.width(), len(v.text)), min(end*v.width(), len(v.text))
	}
	return start, end
}

// width is how many octets a cell of wide text is.
func (v *View) width() int {
	if v.form == quad {
		return 4
	}
	return 2
}

// Room returns how many characters of ASCII can be written over cells
// [start,end): all but the line ends, which stay.
func (v *View) Room(start, end int) int {
	b := v.cells[start:end]
	if v.form == stateful {
		start, end = v.Octets(start, end)
		b = v.text[start:end]
	}
	return len(b) - bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte{'\n'})
}

// Replace returns the edit that writes ASCII over cells [start,end) of the text
// that the view is of, as [Text.Replace] does for octets: with is [View.Room] long,
// the line ends between stay. It says false if that cannot be written, if a
// character would be torn, or if the text there is not in ASCII state.
func (v *View) Replace(t *Text, start, end int, with []byte) (Edit, bool) {
	if start < 0 || end <= start || end > len(v.cells) || v.splits(start) || v.splits(end) {
		return Edit{}, false
	}
	first, last := v.Octets(start, end)
	if v.joins(start, first) {
		return Edit{}, false
	}
	switch v.form {
	case double, quad:
		return v.replaceWide(t, first, v.cells[start:end], with)
	case frozen:
		if shifts(v.text[first:last]) {
			return Edit{}, false
		}
	}
	return t.Replace(first, last, with)
}

// splits says whether a character other than ASCII may stand across the place in
// front of a cell, or whether it is not in ASCII state. Between two cells that are
// not ASCII that is not looked into: no address begins or ends there.
func (v *View) splits(at int) bool {
	if at == 0 || at == len(v.cells) {
		return false
	}
	switch v.form {
	case stateful:
		return !v.at[at-1].ascii() && !v.at[at].ascii()
	case masked:
		return v.cells[at-1] >= 0x80 && v.cells[at] >= 0x80
	}
	return false
}

// joins says whether what is written from a cell on, at an octet, may become part
// of what stands in front: half a character may stand there, or half an escape.
func (v *View) joins(at, octet int) bool {
	switch v.form {
	case masked:
		return at > 0 && v.cells[at-1] >= 0x80
	case stateful, frozen:
		return bytes.IndexByte(v.text[max(0, octet-3):octet], 0x1b) >= 0
	}
	return false
}
