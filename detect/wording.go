package detect

import (
	"bytes"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
)

const (
	// largeArea is how many points a picture has that may hold sentences: 400 by 200.
	largeArea = 80_000
	// fewWords is how little a mail says outside of its pictures that says it in them.
	fewWords = 8
	// maxWeighed is how many pictures and links are weighed.
	maxWeighed = 500
	// enoughText is how many words of text are counted: no picture outweighs them.
	enoughText = 5000
)

// A Wording weighs where the words of a mail stand: in its pictures or beside them.
// The zero value is a mail that says nothing.
type Wording struct {
	// Pictures is how many remote pictures there are to be seen.
	Pictures int

	large bool
	// alts are alternative texts, and links the words of links.
	alts, links []string
	// text is how many words stand in the text, links too, if it is at hand.
	text   int
	texted bool
}

// Add takes another reference.
func (w *Wording) Add(ref *reference.Reference) {
	switch {
	case ref.Kind == reference.Image && ref.Remote && !ref.Vector.InSet():
		w.Pictures++
		s := ref.Shape
		w.large = w.large || s.Width > 0 && s.Height > 0 && s.Width*s.Height >= largeArea
		if len(w.alts) < maxWeighed {
			w.alts = append(w.alts, squeezed(s.Alt))
		}
	case ref.Kind == reference.Link && len(w.links) < maxWeighed:
		if text := squeezed(ref.Text); text != "" {
			w.links = append(w.links, text)
		}
	}
}

// AddText takes a text of HTML, as far as it is at hand.
func (w *Wording) AddText(cells []byte) {
	w.texted = true
	w.text += textWords(cells, enoughText-w.text)
}

// Repeats says whether the words of a link are those of a picture.
func (w *Wording) Repeats(link string) bool {
	return slices.ContainsFunc(w.alts, func(alt string) bool { return alt != "" && strings.Contains(alt, link) })
}

// InPictures says whether most of what the mail says is likely to stand in its
// pictures: they say more than what is beside them does, or are large where nothing
// else speaks. Where the text is not at hand, its links speak for it.
func (w *Wording) InPictures() bool {
	inside, outside := 0, w.text
	for _, alt := range w.alts {
		inside += len(strings.Fields(alt))
	}
	if !w.texted {
		for _, link := range w.links {
			if !w.Repeats(link) {
				outside += len(strings.Fields(link))
			}
		}
	}
	return w.Pictures > 0 && (inside >= fewWords && outside*2 <= inside || w.large && inside+outside < fewWords)
}

// squeezed is a text with single blanks.
func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

// textWords counts what a person reads as words in HTML: what stands between tags,
// but for style sheets and scripts. It counts to a limit.
func textWords(cells []byte, limit int) int {
	n, in := 0, false
	for i := 0; i < len(cells) && n < limit; i++ {
		c := cells[i]
		switch {
		case c == '<':
			in = false
			i = textBehind(cells, i)
		case c <= ' ' || c == '&' || c == ';':
			in = false
		case !in && (c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80):
			in = true
			n++
		}
	}
	return n
}

// textBehind returns the last cell of a tag, or of an element whose content nobody
// reads.
func textBehind(cells []byte, i int) int {
	rest := cells[i:]
	for _, name := range []string{"style", "script", "title"} {
		if len(rest) > len(name)+1 && strings.EqualFold(string(rest[1:len(name)+1]), name) {
			if end := bytes.Index(rest[1:], []byte("</")); end >= 0 {
				return i + end
			}
			return len(cells)
		}
	}
	end := bytes.IndexByte(rest, '>')
	if bytes.HasPrefix(rest, []byte("<!--")) {
		if end = bytes.Index(rest, []byte("-->")); end >= 0 {
			end += 2
		}
	}
	if end < 0 {
		return len(cells)
	}
	return i + end
}
