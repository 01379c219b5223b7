package evidence

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"github.com/unseen-mail/unseen/detect"
)

// A Block is a piece of a drawn mail: words of it, or a reference that was found.
type Block struct {
	// Words are text of the mail, cut.
	Words string
	// Number is that of the finding, from 1; 0 for words.
	Number int
	// Wide and High are what is declared of a picture, in pixels, at most 320;
	// 0 if nothing is.
	Wide, High int
}

// Limits of a drawing: how many blocks of a mail are looked at, how many letters a block
// of words has, how many blocks of words stand at the beginning, and how many marks one
// reference has.
const (
	maxBlocks = 20000
	maxWords  = 160
	maxFirst  = 6
	maxMarks  = 3
)

// leftOut stands for words between two marks.
const leftOut = "[…]"

// draw draws the HTML of a mail from its structure: its words in order, and boxes
// where the findings stand. Nothing is rendered and nothing loaded. Findings are
// told by their addresses, so that one found elsewhere is not drawn. However long a mail
// is, its references are drawn: of its words those at the beginning and around marks.
func draw(texts []string, findings []detect.Finding) []Block {
	d := drawer{numbers: make(map[string]int), marks: make(map[int]int)}
	for i, f := range findings {
		if d.numbers[f.URL] == 0 {
			d.numbers[f.URL] = i + 1
		}
	}
	for _, text := range texts {
		d.text(text)
	}
	return condensed(d.blocks)
}

// condensed leaves out words that are far from marks.
func condensed(all []Block) []Block {
	marked := func(i int) bool { return i >= 0 && i < len(all) && all[i].Number > 0 }
	var list []Block
	for i, b := range all {
		switch {
		case b.Number > 0 || i < maxFirst || marked(i-1) || marked(i+1):
			list = append(list, b)
		case len(list) == 0 || list[len(list)-1].Words != leftOut:
			list = append(list, Block{Words: leftOut})
		}
	}
	return list
}

// A drawer is one drawing.
type drawer struct {
	numbers map[string]int
	// marks counts those of each number.
	marks  map[int]int
	blocks []Block
	words  strings.Builder
}

// text draws one part.
func (d *drawer) text(text string) {
	z := html.NewTokenizer(strings.NewReader(text))
	skip := 0
	for len(d.blocks) < maxBlocks {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			d.flush()
			return
		case html.TextToken:
			if skip == 0 {
				d.say(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			token := z.Token()
			if silent[token.Data] && kind != html.SelfClosingTagToken {
				skip = max(0, skip+map[bool]int{true: -1, false: 1}[kind == html.EndTagToken])
			}
			if breaks[token.Data] {
				d.flush()
			}
			if kind != html.EndTagToken {
				d.element(token)
			}
		}
	}
}

// silent are elements whose text nobody reads, breaks those that begin a line.
var (
	silent = map[string]bool{"style": true, "script": true, "title": true}
	breaks = map[string]bool{"p": true, "div": true, "tr": true, "td": true, "br": true, "h1": true, "h2": true, "h3": true, "li": true, "table": true}
)

// element draws what of an element was found.
func (d *drawer) element(token html.Token) {
	b := Block{}
	for _, a := range token.Attr {
		switch a.Key {
		case "width":
			b.Wide = pixels(a.Val)
		case "height":
			b.High = pixels(a.Val)
		}
		if n := d.numbers[strings.TrimSpace(a.Val)]; n > 0 {
			b.Number = n
		}
	}
	if b.Number > 0 && d.marks[b.Number] < maxMarks {
		d.marks[b.Number]++
		d.flush()
		d.blocks = append(d.blocks, b)
	}
}

// pixels reads a declared length, at most 320.
func pixels(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.IsDigit(r) || r > '9' {
			break
		}
		if n = n*10 + int(r-'0'); n > 320 {
			return 320
		}
	}
	return n
}

// say adds words.
func (d *drawer) say(text string) {
	for _, word := range strings.Fields(text) {
		if d.words.Len() < maxWords {
			d.words.WriteString(word + " ")
		}
	}
}

// flush ends a line of words.
func (d *drawer) flush() {
	if d.words.Len() > 0 {
		d.blocks = append(d.blocks, Block{Words: strings.TrimSpace(d.words.String())})
		d.words.Reset()
	}
}
