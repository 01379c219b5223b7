package message

import "bytes"

// A statefulWalk reads ISO-2022 or HZ octet by octet, and notes a cell for each
// octet that is a character or half of one.
type statefulWalk struct {
	text  []byte
	cells []byte
	at    []place
	// strict knows the escapes of ISO-2022-JP alone, as browsers do (WHATWG
	// Encoding, section 12.2); a line end does not end a state then.
	strict bool
	hz     bool

	state  charState
	shift  bool // between SO and SI
	single bool // behind a single shift
	lone   bool // in the character that belongs to one
}

// A place is where an octet stands, doubled, and one more in ASCII state.
type place uint32

func (p place) octet() int  { return int(p >> 1) }
func (p place) ascii() bool { return p&1 != 0 }

// A charState is what octets below 0x80 are.
type charState uint8

const (
	inASCII    charState = 0
	inRoman    charState = 1 // ASCII, but for two: "\" is a yen, "~" a line above
	inKatakana charState = 2 // one octet a character
	inPairs    charState = 3 // two octets a character
)

// notASCII is the cell of what is not ASCII.
const notASCII = 0xff

// statefulView reads a text by its escapes. It is plain if there are none.
func statefulView(text []byte, f family, strict bool) *View {
	signs := "\x1b\x0e\x0f"
	if f == hz {
		signs = "~"
	}
	if bytes.IndexAny(text, signs) < 0 || len(text) > 1<<31-1 {
		return &View{cells: text, text: text}
	}
	w := statefulWalk{text: text, strict: strict, hz: f == hz, cells: make([]byte, 0, len(text)), at: make([]place, 0, len(text))}
	for i := 0; i < len(text); {
		i += w.step(i)
	}
	return &View{cells: w.cells, at: w.at, text: text, form: stateful}
}

// cell notes a cell for an octet.
func (w *statefulWalk) cell(i int, value byte) {
	at := place(i) << 1
	if w.state <= inRoman && !w.shift && !w.lone {
		at |= 1
	}
	w.cells = append(w.cells, value)
	w.at = append(w.at, at)
}

// step reads what begins at i and says how many octets that is.
func (w *statefulWalk) step(i int) int {
	c := w.text[i]
	if w.hz {
		return w.stepHZ(i)
	}
	switch {
	case c == 0x1b:
		w.lone = false
		if n := w.escape(w.text[i:]); n > 0 {
			return n
		}
		w.cell(i, notASCII)
		return 1
	case (c == 0x0e || c == 0x0f) && !w.strict:
		w.shift = c == 0x0e
		return 1
	case c == '\n' && !w.strict:
		// RFC 1468 and RFC 1922: a line ends in ASCII.
		w.state, w.shift = inASCII, false
	}
	return w.char(i)
}

// char reads the character at i by the state.
func (w *statefulWalk) char(i int) int {
	c := w.text[i]
	state := w.state
	if w.shift {
		state = inPairs
	}
	if w.lone = w.single; w.lone {
		state, w.single = inKatakana, false
	}
	switch {
	case (c == '\r' || c == '\n') && (!w.strict || state <= inRoman):
		// No charset has them in a character; to browsers they are a fault.
		w.cell(i, c)
	case c >= 0x80, c == 0x0e, c == 0x0f:
		w.cell(i, notASCII)
	case state == inRoman && (c == '\\' || c == '~'):
		w.cell(i, notASCII)
	case state <= inRoman:
		w.cell(i, c)
	case c <= ' ' || c == 0x7f:
		w.pairControl(i)
	case state == inPairs:
		return w.pair(i)
	default:
		w.cell(i, notASCII)
	}
	return 1
}

// pairControl notes a control or blank where a character should be: an error to
// browsers, itself to others.
func (w *statefulWalk) pairControl(i int) {
	if w.strict {
		w.cell(i, notASCII)
		return
	}
	w.cell(i, w.text[i])
}

// pair reads a character of two octets.
func (w *statefulWalk) pair(i int) int {
	w.cell(i, notASCII)
	if i+1 == len(w.text) {
		return 1
	}
	switch c := w.text[i+1]; {
	case c == 0x1b || c == '\r' || c == '\n':
		return 1 // half a character
	case c <= ' ' && !w.strict:
		return 1
	}
	w.cell(i+1, notASCII)
	return 2
}

// escape takes in the escape sequence that b begins with and returns its length,
// 0 if it is none.
func (w *statefulWalk) escape(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	switch b[1] {
	case '(':
		return w.designate(b[2])
	case '$':
		return w.designatePairs(b)
	}
	if w.strict {
		return 0
	}
	switch b[1] {
	case 'N', 'O': // single shifts; of two octets in ISO-2022-CN, of one elsewhere
		w.single = true
		return 2
	case ')', '*', '+', '-', '.', '/':
		return 3
	}
	return 0
}

// designate takes in an escape for a charset of single octets.
func (w *statefulWalk) designate(final byte) int {
	switch {
	case final == 'B':
		w.state = inASCII
	case final == 'J':
		w.state = inRoman
	case final == 'I':
		w.state = inKatakana
	case w.strict:
		return 0
	default: // of another country, or mistaken for one: "ESC ( H" is Roman
		w.state = inRoman
	}
	return 3
}

// designatePairs takes in an escape for a charset of two octets a character.
func (w *statefulWalk) designatePairs(b []byte) int {
	switch {
	case b[2] == '@' || b[2] == 'B', b[2] == 'A' && !w.strict:
		w.state = inPairs
		return 3
	case len(b) < 4:
		return 0
	case b[2] == '(' && (b[3] == 'D' || !w.strict):
		w.state = inPairs
		return 4
	case !w.strict && (b[2] == ')' || b[2] == '*' || b[2] == '+'):
		return 4 // for SO and single shifts
	}
	return 0
}

// stepHZ reads HZ (RFC 1843): "~{" and "~}" around characters of two octets,
// "~~" for "~", and "~" before a line end for nothing.
func (w *statefulWalk) stepHZ(i int) int {
	if w.text[i] == '~' && i+1 < len(w.text) {
		switch w.text[i+1] {
		case '{':
			w.state = inPairs
			return 2
		case '}':
			w.state = inASCII
			return 2
		case '~':
			if w.state == inASCII {
				w.cell(i+1, '~')
				return 2
			}
		case '\n':
			w.state = inASCII
			return 2
		}
	}
	if w.text[i] == '\n' {
		w.state = inASCII
	}
	return w.char(i)
}

// statefulOctets is Octets for stateful text. What leads into the state of the
// first cell belongs to it; what leads out of that of the last does not, so that
// what follows is in its state whatever is written here.
func (v *View) statefulOctets(start, end int) (int, int) {
	first := len(v.text)
	switch {
	case start == 0 && start < end && !v.at[0].ascii():
		first = 0
	case start > 0 && v.at[start-1].ascii():
		first = v.at[start-1].octet() + 1
	case start < len(v.at):
		first = v.at[start].octet()
		if first > 0 && v.at[start].ascii() && v.text[first] == '~' && v.text[first-1] == '~' {
			first-- // "~~" of HZ, which is one character
		}
	}
	if start == end {
		return first, first
	}
	return first, v.at[end-1].octet() + 1
}

// shifts says whether octets of a text may change the state of what follows: by
// an escape, a shift, or as in HZ.
func shifts(b []byte) bool {
	for _, sign := range []byte{0x1b, 0x0e, 0x0f} {
		if bytes.IndexByte(b, sign) >= 0 {
			return true
		}
	}
	for i := 0; ; i++ {
		n := bytes.IndexByte(b[i:], '~')
		if n < 0 {
			return false
		}
		if i += n; i+1 < len(b) && (b[i+1] == '{' || b[i+1] == '}') {
			return true
		}
	}
}
