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
	for r.pos < len(view) {
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
	// text is that of the open link; around is what was read since the last
	// link, of which after is a part.
	text, around piece
	after        piece
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
	i := bytes.IndexByte(r.view[r.pos:stop], '<')
	if i < 0 {
		r.addText(r.view[r.pos:stop])
		r.pos = stop
		return
	}
	r.addText(r.view[r.pos : r.pos+i])
	r.pos += i
	r.markup(stop)
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
	r.words[at].Before = r.around.tail(maxBefore)
	r.around.reset()
	r.open, r.name = at, elementName(tag)
	r.addAttribute(tag, "alt")
	r.addAttribute(tag, "value")
	r.pos = ref.Tag.End
	r.next++
	r.nextLink()
	if !shows(r.name) {
		r.closeLink()
	}
}

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
	if r.open >= 0 {
		r.text.add(text)
		return
	}
	r.around.add(text)
	if r.last >= 0 {
		r.after.add(text)
	}
}

// addAttribute adds what an attribute of a tag shows.
func (r *reader) addAttribute(tag []byte, name string) {
	if value, ok := attribute(tag, name); ok {
		r.addText([]byte{' '})
		r.addText(value)
		r.addText([]byte{' '})
	}
}

// addBreak adds the edge of a paragraph, a cell or the like.
func (r *reader) addBreak() {
	if r.open >= 0 {
		r.text.add([]byte{' '})
		return
	}
	r.around.newline()
	r.after.newline()
}

// A piece is text with its blanks made one. It keeps a bounded part of its
// beginning and of its end.
type piece struct{ b []byte }

// maxPieceKept is when the middle of a piece is dropped.
const maxPieceKept = 4 * maxText

func (p *piece) reset() { p.b = p.b[:0] }

// add adds text. Of long text only the ends count, so that it is not copied.
func (p *piece) add(text []byte) {
	if len(text) > 2*maxPieceKept {
		p.add(text[:maxPieceKept])
		text = text[len(text)-maxPieceKept:]
	}
	for _, c := range text {
		if isBlank(c) {
			if n := len(p.b); n == 0 || p.b[n-1] == ' ' || p.b[n-1] == '\n' {
				continue
			}
			c = ' '
		}
		p.b = append(p.b, c)
	}
	if len(p.b) > 2*maxPieceKept {
		p.b = append(p.b[:maxText], p.b[len(p.b)-maxText:]...)
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
