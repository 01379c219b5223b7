package exempt

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/detect/reference"
)

// How much of what stands at a link is kept, in octets.
const (
	maxText   = 200
	maxBefore = 160
	maxAfter  = 60
)

// Texts returns what stands at each link of a text of HTML: the cells of its view
// (see [message.View]) and the references found there, in order. The slice is as
// long as that of the references; what is no link, or stands in a style sheet,
// has no words.
func Texts(view []byte, refs []reference.Reference) []Words {
	r := reader{view: view, refs: refs, words: make([]Words, len(refs)), open: -1, last: -1}
	r.nextLink()
	for !r.done() {
		r.step()
	}
	r.closeLink()
	r.closeAfter()
	r.share()
	return r.words
}

// share gives the other links of a tag the words of its first: "href" may stand
// there twice.
func (r *reader) share() {
	for i := 1; i < len(r.refs); i++ {
		a, b := &r.refs[i-1], &r.refs[i]
		if a.Kind == reference.Link && b.Kind == reference.Link && a.Tag == b.Tag {
			r.words[i] = r.words[i-1]
		}
	}
}

// A reader goes through the text once.
type reader struct {
	view  []byte
	refs  []reference.Reference
	words []Words
	pos   int
	// next is the next link by its place, at its tag; len(refs) if there is none.
	next int
	// open is the link whose text is read, -1 if none is, and name its element.
	open int
	name string
	// last is the link before, whose surroundings are read.
	last int
	// text is that of the open link, after what stands after the last one.
	text, after piece
	// around is what was read since the last link, piece by piece; nil parts
	// paragraphs.
	around [][]byte
}

// step reads what stands at pos: text up to the next tag, the tag of the next
// link, or another tag.
func (r *reader) step() {
	stop := len(r.view)
	if r.next < len(r.refs) {
		stop = r.refs[r.next].Tag.Start
		if r.pos >= stop {
			r.link()
			return
		}
	}
	end := r.pos
	for {
		i := bytes.IndexByte(r.view[end:stop], '<')
		if i < 0 {
			r.addText(r.view[r.pos:stop])
			r.pos = stop
			return
		}
		if end += i; end+1 < stop && begins(r.view[end+1]) {
			break
		}
		// A sign in the text.
		end++
	}
	r.addText(r.view[r.pos:end])
	r.pos = end
	r.markup(stop)
}

// begins says whether a "<" before this octet begins markup (WHATWG HTML, section
// 13.2.5.6).
func begins(c byte) bool { return c == '/' || c == '!' || c == '?' || isLetter(c) }

// done says whether what is left stands at no link.
func (r *reader) done() bool {
	return r.pos >= len(r.view) || r.next >= len(r.refs) && r.open < 0 && (r.last < 0 || len(r.after.b) > maxAfter)
}

// nextLink goes on to the next link that stands later than the one before.
func (r *reader) nextLink() {
	for ; r.next < len(r.refs); r.next++ {
		ref := &r.refs[r.next]
		if ref.Kind == reference.Link && ref.Tag.Start >= r.pos && ref.Tag.End <= len(r.view) && ref.Tag.Start < ref.Tag.End {
			return
		}
	}
}

// link begins a link at its tag.
func (r *reader) link() {
	at, ref := r.next, &r.refs[r.next]
	r.closeLink()
	r.closeAfter()
	tag := r.view[ref.Tag.Start:ref.Tag.End]
	r.words[at].Before = r.before()
	r.around = r.around[:0]
	r.open, r.name = at, elementName(tag)
	switch r.name {
	case "area":
		r.addAttribute(tag, "alt")
	case "input":
		r.addAttribute(tag, "value")
	}
	r.pos = ref.Tag.End
	r.next++
	r.nextLink()
	if !shows(r.name) {
		r.closeLink()
	}
}

// before is the end of what was read since the last link.
func (r *reader) before() string {
	first, size := len(r.around), 0
	for first > 0 && size < maxRead {
		first--
		size += len(r.around[first])
	}
	var p piece
	for _, text := range r.around[first:] {
		if text == nil {
			p.newline()
			continue
		}
		p.add(text[max(0, len(text)-maxRead):])
	}
	return p.tail(maxBefore)
}

const (
	// maxRead is how much is read for what stands before a link, blanks
	// between tags included.
	maxRead = 1000
	// maxPieces is how many pieces of text are kept for that.
	maxPieces = 8 * maxRead
)

// shows says whether what an element holds is what its link shows.
func shows(name string) bool {
	return name == "a" || name == "button" || strings.HasPrefix(name, "v:")
}

// closeLink ends the open link. If it shows nothing, its title speaks.
func (r *reader) closeLink() {
	if r.open < 0 {
		return
	}
	r.words[r.open].Text = r.text.head(maxText)
	if r.words[r.open].Text == "" {
		ref := &r.refs[r.open]
		if title, ok := attribute(r.view[ref.Tag.Start:ref.Tag.End], "title"); ok {
			r.text.add(title)
			r.words[r.open].Text = r.text.head(maxText)
		}
	}
	r.text.reset()
	r.after.reset()
	r.last, r.open = r.open, -1
}

// closeAfter ends what stands after a link.
func (r *reader) closeAfter() {
	if r.last >= 0 {
		r.words[r.last].After = r.after.head(maxAfter)
	}
	r.last = -1
}

// addText adds text that is shown.
func (r *reader) addText(text []byte) {
	switch {
	case len(text) == 0:
	case r.open >= 0:
		r.text.add(text)
	default:
		r.around = append(r.around, text)
		if len(r.around) > maxPieces {
			r.around = append(r.around[:0], r.around[len(r.around)-maxRead:]...)
		}
		if r.last >= 0 && len(r.after.b) <= maxAfter {
			r.after.add(text)
		}
	}
}

// addAttribute adds what an attribute of a tag shows.
func (r *reader) addAttribute(tag []byte, name string) {
	if value, ok := attribute(tag, name); ok {
		r.addText(oneBlank())
		r.addText(value)
		r.addText(oneBlank())
	}
}

// oneBlank parts a picture's text from what stands beside it.
func oneBlank() []byte { return []byte{' '} }

// addBreak adds the edge of a paragraph, a cell or the like.
func (r *reader) addBreak() {
	if r.open >= 0 {
		r.text.blank()
		return
	}
	if n := len(r.around); n > 0 && r.around[n-1] != nil {
		r.around = append(r.around, nil)
	}
	r.after.newline()
}

// A piece is text with its blanks made one. It keeps a bounded part of its
// beginning, or of all that is given to it at once the end.
type piece struct{ b []byte }

func (p *piece) reset() { p.b = p.b[:0] }

// add adds text, while there is room.
func (p *piece) add(text []byte) {
	for len(text) > 0 && len(p.b) <= maxRead+maxText {
		if isBlank(text[0]) {
			p.blank()
			text = text[1:]
			for len(text) > 0 && isBlank(text[0]) {
				text = text[1:]
			}
			continue
		}
		n := 1
		for n < len(text) && n <= maxRead && !isBlank(text[n]) {
			n++
		}
		p.b = append(p.b, text[:n]...)
		text = text[n:]
	}
}

// blank adds a blank where one parts words.
func (p *piece) blank() {
	if n := len(p.b); n > 0 && p.b[n-1] != ' ' && p.b[n-1] != '\n' {
		p.b = append(p.b, ' ')
	}
}

// newline parts what stands before from what follows.
func (p *piece) newline() {
	switch n := len(p.b); {
	case n == 0 || p.b[n-1] == '\n':
	case p.b[n-1] == ' ':
		p.b[n-1] = '\n'
	default:
		p.b = append(p.b, '\n')
	}
}

// head is the beginning of a piece, tail its end, without a cut character.
func (p *piece) head(n int) string {
	s := strings.TrimLeft(string(p.b[:min(len(p.b), n)]), " \n")
	if len(p.b) > n {
		s = strings.TrimRightFunc(s, func(r rune) bool { return r == utf8.RuneError })
	}
	return strings.TrimRight(s, " ")
}

func (p *piece) tail(n int) string {
	b := p.b
	if len(b) > n {
		b = b[len(b)-n:]
		for i := 0; i < 3 && len(b) > 0 && !utf8.RuneStart(b[0]); i++ {
			b = b[1:]
		}
	}
	return strings.TrimLeft(string(b), " \n")
}

// isBlank says whether an octet is white space of HTML.
func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
