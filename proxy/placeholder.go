package proxy

import (
	"bytes"
	"fmt"
	"image/png"
	"math"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// Measures of a placeholder in CSS pixels, on a grid of four.
const (
	defaultWidth = 360
	smallestSide = 16 // below, there is nothing to be seen
	largestArea  = 480_000
	largestSide  = 1600
	sharpArea    = 260_000 // up to here, two points are drawn for each pixel
	padding      = 16
	tightPadding = 8
	markSize     = 32
	markGap      = 16
	titleSize    = 15
	titleHeight  = 22
	textSize     = 13
	textHeight   = 19
	textWidth    = 420 // about 72 letters
)

const (
	maxCards    = 128     // in the cache
	maxCardSize = 4 << 20 // octets of all of them
	maxPainting = 2       // at the same time
)

// A note is what a placeholder says. A plain one is no finding: a picture that
// could not be had.
type note struct {
	title, text string
	plain       bool
}

// A card is a placeholder's content and size; equal cards are drawn once.
type card struct {
	note
	width, height int // CSS pixels, 0 where the words decide
	scale         int // points per pixel
}

// A painter draws placeholders and remembers some of them.
type painter struct {
	fonts    func() (*fonts, error)
	painting chan struct{}

	mu sync.Mutex // guards what follows
	// drawn are PNGs by card; order is oldest first and size their sum.
	drawn map[card][]byte
	order []card
	size  int
}

// fonts are Go's own, which have Latin, Greek and Cyrillic letters.
type fonts struct{ regular, medium *opentype.Font }

func newPainter() *painter {
	return &painter{
		fonts:    sync.OnceValues(parseFonts),
		painting: make(chan struct{}, maxPainting),
		drawn:    make(map[card][]byte),
	}
}

// parseFonts is left to the first placeholder, so that a start does not wait.
func parseFonts() (*fonts, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("reading font: %w", err)
	}
	medium, err := opentype.Parse(gomedium.TTF)
	if err != nil {
		return nil, fmt.Errorf("reading font: %w", err)
	}
	return &fonts{regular: regular, medium: medium}, nil
}

// placeholder returns the picture that stands in for a load, or nothing where it
// would be too small to be seen.
func (g *Gateway) placeholder(l Load, n note) answer {
	c, ok := fitCard(l.Width, l.Height, n)
	if !ok {
		return nothing()
	}
	b, err := g.painter.card(c)
	if err != nil {
		g.cfg.Log.Warn("drawing a placeholder", "err", err)
		return nothing()
	}
	return answer{"image/png", b}
}

// fitCard makes a card of the declared size, -1 where none is declared. A large
// one is drawn smaller in the same proportions: the client stretches it.
func fitCard(width, height int, n note) (card, bool) {
	c := card{note: n, scale: 1}
	c.text = cleanText(c.text, maxText)
	if width >= 0 && width < smallestSide || height >= 0 && height < smallestSide {
		return card{}, false
	}
	if width > 0 || height > 0 {
		c.width, c.height, c.scale = max(width, 0), max(height, 0), 2
	}
	if c.width == 0 {
		c.width = defaultWidth
	}
	// Where the words decide on the height it is not known yet, but not much.
	area := float64(c.width) * float64(max(c.height, 160))
	shrink := min(1, math.Sqrt(largestArea/area), largestSide/float64(max(c.width, c.height)))
	c.width = int(float64(c.width) * shrink)
	c.height = int(float64(c.height) * shrink)
	if c.width < smallestSide || height > 0 && c.height < smallestSide {
		return card{}, false // a line of thousands by some
	}
	if area > sharpArea {
		c.scale = 1
	}
	return c, true
}

// card returns a card as PNG.
func (p *painter) card(c card) ([]byte, error) {
	p.mu.Lock()
	b, ok := p.drawn[c]
	p.mu.Unlock()
	if ok {
		return b, nil
	}
	p.painting <- struct{}{}
	defer func() { <-p.painting }()
	fs, err := p.fonts()
	if err != nil {
		return nil, err
	}
	b, err = drawCard(c, fs)
	if err != nil {
		return nil, err
	}
	p.keep(c, b)
	return b, nil
}

// keep remembers a card and forgets the oldest over the limits.
func (p *painter) keep(c card, b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.drawn[c]; ok {
		return
	}
	p.drawn[c] = b
	p.order = append(p.order, c)
	p.size += len(b)
	for len(p.order) > maxCards || p.size > maxCardSize {
		old := p.order[0]
		p.order = p.order[1:]
		p.size -= len(p.drawn[old])
		delete(p.drawn, old)
	}
}

// A block is the words of a card, broken into lines that fit.
type block struct {
	title string
	lines []string
	// mark is the side of the mark, left of the words; 0 for none.
	mark int
	// width and height are of words and mark together.
	width, height int
}

// drawCard lays a card out and draws it.
func drawCard(c card, fs *fonts) ([]byte, error) {
	title, err := newFace(fs.medium, titleSize, c.scale)
	if err != nil {
		return nil, err
	}
	text, err := newFace(fs.regular, textSize, c.scale)
	if err != nil {
		return nil, err
	}
	b := layOut(c, title, text)
	if c.height == 0 {
		c.height = b.height + 2*padding
	}
	pic := newLayers(c)
	x, y := float64(c.width-b.width)/2, float64(c.height-b.height)/2
	if b.mark > 0 {
		pic.mark(x, y+float64(b.height-b.mark)/2, float64(b.mark))
		x += float64(b.mark + markGap)
	}
	if b.title != "" {
		pic.text(inkTitle, title, b.title, x, y+titleSize)
	}
	for i, line := range b.lines {
		pic.text(inkText, text, line, x, y+float64(titleHeight+i*textHeight)+textSize+1)
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&out, pic.flatten()); err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	return out.Bytes(), nil
}

// A face measures and draws one font at one size, in CSS pixels.
type face struct {
	font.Face
	scale float64
	has   func(rune) bool
}

func newFace(f *opentype.Font, size float64, scale int) (*face, error) {
	ff, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size * float64(scale), DPI: 72})
	if err != nil {
		return nil, fmt.Errorf("scaling font: %w", err)
	}
	var buf sfnt.Buffer
	has := func(r rune) bool {
		i, err := f.GlyphIndex(&buf, r)
		return err == nil && i != 0
	}
	return &face{Face: ff, scale: float64(scale), has: has}, nil
}

// width measures a line.
func (f *face) width(s string) float64 {
	return float64(font.MeasureString(f, s)) / 64 / f.scale
}

// legible leaves out letters that the font does not have.
func (f *face) legible(s string) string {
	s = strings.Map(func(r rune) rune {
		if !f.has(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// layOut chooses what fits: mark, title and text; or mark and title; or the mark.
func layOut(c card, title, text *face) block {
	pad := padding
	if c.height > 0 && c.height < 80 || c.width < 240 {
		pad = tightPadding
	}
	room, tall := c.width-2*pad, c.height-2*pad
	if c.height == 0 {
		tall = largestArea
	}
	b := block{title: title.legible(c.title)}
	words := room
	if words >= 240 {
		b.mark = min(markSize, tall)
		words -= b.mark + markGap
	}
	words = min(words, textWidth)
	if tall < titleSize || int(math.Ceil(title.width(b.title))) > words {
		side := max(min(room, tall, markSize), smallestSide-4)
		return block{mark: side, width: side, height: side}
	}
	b.height = titleHeight
	if n := (tall - titleHeight) / textHeight; n > 0 {
		b.lines = text.wrap(text.legible(c.text), words, n)
		b.height += len(b.lines) * textHeight
	} else {
		b.mark = min(b.mark, 20, tall)
		b.height = titleSize + 4
	}
	widest := title.width(b.title)
	for _, line := range b.lines {
		widest = max(widest, text.width(line))
	}
	b.width = int(math.Ceil(widest))
	if b.mark > 0 {
		b.width += b.mark + markGap
		b.height = max(b.height, b.mark)
	}
	return b
}

// wrap breaks a sentence into at most n lines; what does not fit is cut with an
// ellipsis.
func (f *face) wrap(s string, width, n int) []string {
	var lines []string
	for s != "" && len(lines) < n {
		line, rest := f.breakLine(s, width)
		if len(lines) == n-1 && rest != "" {
			line, rest = f.cut(line, width), ""
		}
		lines = append(lines, line)
		s = rest
	}
	return lines
}

// breakLine takes as many words as fit, or as many letters of a long word.
func (f *face) breakLine(s string, width int) (line, rest string) {
	end := 0
	for i, r := range s + " " {
		if f.width(s[:min(i, len(s))]) > float64(width) {
			if end == 0 {
				end = i - 1
				for end > 0 && s[end]&0xC0 == 0x80 { // inside a letter
					end--
				}
			}
			break
		}
		if r == ' ' {
			end = i
		}
	}
	end = max(end, 1)
	return s[:end], strings.TrimLeft(s[end:], " ")
}

// cut shortens a line until an ellipsis fits.
func (f *face) cut(line string, width int) string {
	letters := []rune(line)
	for len(letters) > 0 && f.width(string(letters)+"…") > float64(width) {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimRight(string(letters), " ,.") + "…"
}
