package reference

import "bytes"

// maxPending is how much of one unfinished tag, comment or style sheet a
// [Scanner] waits for. A longer tag is read as if the text ended there.
const maxPending = 1 << 20

// maxOthers is how many references of one text, or piece of one, are found
// that are no remote loads. No mail for a person has as many; it bounds the
// memory that a hostile one takes.
const maxOthers = 50_000

// maxText is how much of a text shown or alternative is kept, in octets.
const maxText = 200

// A state is where in a text the scanner stands.
type state uint8

const (
	inMarkup   state = iota
	inComment        // in a conditional comment, whose text is read as markup
	inRaw            // in the text of Scanner.raw
	inStyle          // in a style sheet
	inCalendar       // in a calendar, which is nothing else
)

// A Scanner finds references in a text that comes in pieces. It is for texts
// too long to be held; [Find] sees more of a whole one. A Scanner does not
// collect the texts of links, does not resolve what stands before the base
// element, and reads no text twice: see [Scanner.Unsure].
type Scanner struct {
	sheetOnly bool   // the text is a style sheet
	outer     string // what the base element's own address refers to
	base      string // what all others refer to
	based     bool   // a base element was seen, or is known
	early     bool   // a relative address stands before it
	state     state
	raw       *element // whose text it is in
	nested    int      // depth of the escapes in a script
	sheet     sheet
	ordinal   int

	texts bool // collect the texts of links
	link  int  // the open link in refs, -1 if none
	text  []byte

	refs   []Reference // found in this piece
	expect int         // how many that may become
	attrs  []attr      // of the tag being read
	first  int         // the first of refs that is of the tag being read
	rel    relation    // of the tag being read
	says   saying      // and this

	work     int  // octets looked at, for the tests that all is linear
	loose    bool // the second reading: every "<" begins a tag
	unsure   bool // readers may differ: a second reading is worth it
	foreign  bool // an element was seen in which raw text is markup
	noscript int  // where the open noscript ends, 0 if none is open
	xml      bool // names may have prefixes, and all elements are foreign
	alarm    bool // in an alarm of a calendar

	in      nesting // the texts that the text stands in: srcdoc, data:
	strings bool    // any string in CSS may be an address
	sets    bool    // a function takes strings for addresses
	sheets  []int   // where the texts of style elements begin, in a second reading
	partial bool    // there was too much to be read
}

// NewScanner returns a Scanner for a text of one media type (in lower case).
// Base is what relative addresses refer to; it may be empty.
func NewScanner(mediaType, base string) *Scanner { return newScanner(mediaType, base) }

func newScanner(mediaType, base string) *Scanner {
	s := &Scanner{outer: clean([]byte(base)), link: -1}
	s.base = s.outer
	switch mediaType {
	case "text/css":
		s.sheetOnly, s.state = true, inStyle
		s.sheet.vector = StyleSheetURL
	case "application/xhtml+xml", "image/svg+xml":
		s.xml, s.foreign = true, true
	case textCalendar:
		s.state = inCalendar
	}
	return s
}

// Scan reads a piece of the text: what the last call was not done with, and
// what follows it. More says that the text goes on behind the piece. It
// returns the references in the cells it is done with; their spans count from
// the start of the piece. What is found does not depend on how the text is cut,
// unless a single tag is longer than 1 MiB.
func (s *Scanner) Scan(view []byte, more bool) (refs []Reference, done int) {
	done = s.scan(view, more)
	refs = s.refs
	s.refs, s.first = nil, 0
	for i := range refs {
		refs[i].Ordinal = s.ordinal
		s.ordinal++
	}
	return refs, done
}

// Unsure says whether what was scanned so far would have had to be read again,
// as [Read] does, to find every load.
func (s *Scanner) Unsure() bool {
	return s.unsure || s.partial || s.based && s.early || s.sets && locate(s.base, "").remote
}

// scan reads view and returns how much of it is done with.
func (s *Scanner) scan(view []byte, more bool) int {
	// Newsletters have a reference in about 600 octets.
	s.expect = min(4+len(view)/600, 1000)
	if s.in.depth == 0 {
		left := 1<<20 + 4*len(view)
		s.in.left = &left
	}
	pos := 0
	for pos < len(view) {
		next, was := pos, s.state
		switch was {
		case inStyle:
			next = s.scanStyle(view, pos, more)
		case inRaw:
			next = s.scanRaw(view, pos, more)
		case inComment:
			next = s.scanComment(view, pos, more)
		case inCalendar:
			next = s.scanCalendar(view, pos, more)
		default:
			next = s.scanMarkup(view, pos, more)
		}
		// An empty style element ends where it begins.
		if next == pos && s.state == was {
			break
		}
		pos = next
	}
	if !more {
		s.unsure = s.unsure || s.state != inMarkup && s.state != inCalendar && !s.sheetOnly
		s.endLink()
		return len(view)
	}
	if pos == 0 && len(view) > maxPending {
		return s.giveUp(view)
	}
	return pos
}

// giveUp reads what is pending as if the text ended there.
func (s *Scanner) giveUp(view []byte) int {
	s.scan(view, false)
	return len(view)
}

// scanMarkup reads markup from pos until the state changes or the text ends.
func (s *Scanner) scanMarkup(view []byte, pos int, more bool) int {
	for pos < len(view) && s.state == inMarkup {
		i := bytes.IndexByte(view[pos:], '<')
		if i < 0 {
			s.addText(view[pos:])
			return len(view)
		}
		if i > 0 {
			s.addText(view[pos : pos+i])
		}
		pos += i
		next := s.construct(view, pos, more)
		if next < 0 {
			return pos
		}
		pos = next
	}
	return pos
}

// construct reads what the "<" at pos begins (WHATWG HTML, section 13.2.5.6).
// It returns where that ends, -1 if only more text can tell.
func (s *Scanner) construct(view []byte, pos int, more bool) int {
	if more && len(view)-pos < len("<!--[if") {
		return -1
	}
	if pos+1 == len(view) {
		return len(view)
	}
	switch c := view[pos+1]; {
	case isAlpha(c):
		return s.tag(view, pos, pos+1, more)
	case c == '/':
		if pos+2 < len(view) && isAlpha(view[pos+2]) {
			return s.tag(view, pos, pos+2, more)
		}
		return s.bogus(view, pos+2, more)
	case c == '!':
		return s.declaration(view, pos, more)
	case c == '?' && s.xml && bytes.HasPrefix(view[pos+2:], []byte("xml-stylesheet")):
		return s.tag(view, pos, pos+2, more)
	case c == '?':
		return s.bogus(view, pos+2, more)
	}
	return pos + 1
}

// bogus passes a bogus comment, which ends at the next ">".
func (s *Scanner) bogus(view []byte, pos int, more bool) int {
	i := bytes.IndexByte(view[pos:], '>')
	switch {
	case i >= 0:
		s.work += i
		return pos + i + 1
	case more:
		return -1
	}
	s.unsure = true
	return len(view)
}

// declaration passes "<!": a comment, or what is read as a bogus one.
func (s *Scanner) declaration(view []byte, pos int, more bool) int {
	if !bytes.HasPrefix(view[pos:], []byte("<!--")) {
		if s.foreign && bytes.HasPrefix(view[pos:], []byte("<![CDATA[")) {
			s.unsure = true
		}
		if s.xml && s.loose {
			// What an entity holds is markup (XML 1.0, section 4.3.2).
			return pos + 2
		}
		end := s.bogus(view, pos+2, more)
		if end > 0 && isDoctype(view[pos+2:end]) {
			s.unsure = s.unsure || s.xml && bytes.IndexByte(view[pos:end], '[') >= 0
			s.addDoctype(view, pos, end)
		}
		return end
	}
	if s.loose {
		return pos + 4
	}
	if isConditional(view[pos+4:]) {
		s.state = inComment
		return pos + 4
	}
	end, ok := commentEnd(view, pos+4)
	s.work += end - pos
	switch {
	case ok:
		s.unsure = s.unsure || endsEarly(view[pos+4:end])
		s.crosses(pos, end)
		return end
	case more:
		return -1
	}
	s.unsure = true
	return len(view)
}

// endsEarly says whether a comment holds what ended one before HTML 5: blanks
// between its dashes and the ">" (ISO 8879, production 91).
func endsEarly(text []byte) bool {
	for {
		i := bytes.Index(text, []byte("--"))
		if i < 0 {
			return false
		}
		text = text[i+2:]
		if k := skipSpace(text, 0); k > 0 && k < len(text) && text[k] == '>' {
			return true
		}
	}
}

// isConditional says whether a comment begins as "[if" does, which Word-based
// renderers look into.
func isConditional(b []byte) bool {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	return len(b) > 2 && b[0] == '[' && foldEqual(b[1:3], "if")
}

// commentEnd returns where the comment ends whose text begins at pos (WHATWG
// HTML, sections 13.2.5.43 to 13.2.5.51).
func commentEnd(view []byte, pos int) (int, bool) {
	if bytes.HasPrefix(view[pos:], []byte(">")) {
		return pos + 1, true
	}
	if bytes.HasPrefix(view[pos:], []byte("->")) {
		return pos + 2, true
	}
	for i := pos; ; i++ {
		n := bytes.IndexByte(view[i:], '>')
		if n < 0 {
			return len(view), false
		}
		i += n
		before := view[pos:i]
		if bytes.HasSuffix(before, []byte("--")) || bytes.HasSuffix(before, []byte("--!")) {
			return i + 1, true
		}
	}
}

// scanComment reads the text of a conditional comment as markup, up to the
// end of the comment.
func (s *Scanner) scanComment(view []byte, pos int, more bool) int {
	end, ok := commentEnd(view, pos)
	s.work += end - pos
	if !ok && more {
		if len(view)-pos < maxPending {
			return pos
		}
		end = len(view)
	}
	s.state = inMarkup
	text := view[:end:end]
	for pos < end {
		i := bytes.IndexByte(text[pos:], '<')
		if i < 0 {
			break
		}
		pos += i
		switch {
		case pos+1 < end && isAlpha(text[pos+1]):
			if pos = s.tag(text, pos, pos+1, false); s.state == inStyle {
				pos = s.scanStyle(text, pos, false)
			}
			// A raw text element does not outlive the comment.
			s.state = inMarkup
		default:
			pos++
		}
	}
	s.unsure = s.unsure || !ok
	return end
}

// crosses notes a token that reaches across the end of an open noscript: where
// scripts run, the element ends there, inside the token.
func (s *Scanner) crosses(start, end int) {
	if s.noscript > start && s.noscript < end {
		s.unsure = true
	}
}
