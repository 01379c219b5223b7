// Package pdf writes reports as tagged PDF on A4: documents that a screen reader reads
// in their order, with headings, lists, tables and figures as what they are.
//
// # What holds
//
// All that is written stands in one tree (ISO 32000-1, section 14.7), in the order in
// which it was written; page numbers and repeated heads of tables are marked as
// artifacts (section 14.8.2.2). A document says its language and shows its title. It
// holds its own fonts, Go's, and loads nothing. Equal documents make equal files.
//
// # What it does not say
//
// No conformance to PDF/UA is claimed: that takes a validator, and none was run.
//
// Letters beyond the Basic Multilingual Plane, which the fonts do not have, are written
// as U+FFFD: left out without a sign, a text would say something else.
package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
)

// Lengths on paper, in points.
const (
	margin = 57.0
	// Width is how wide a line of text is, from margin to margin.
	Width = 595.28 - 2*margin
	// bottom is where a page ends, indent how far the points of a list are moved.
	bottom = 841.89 - margin
	indent = 14.0
)

// Options say what a document is.
type Options struct {
	// Lang is its language, as in BCP 47.
	Lang string
	// Title is shown as the title of the window that it is read in.
	Title string
	// Made is when it was made, which stands in the file.
	Made time.Time
}

// A Style is how a text looks.
type Style int

// The styles.
const (
	// Body is text that is read.
	Body Style = iota
	// Strong is what a finding is called.
	Strong
	// Quiet is what is said aside.
	Quiet
	// Code is an address or a name of a file, letter by letter.
	Code
)

// A face is a font with a size and a colour.
type face struct {
	family, style string
	size          float64
	grey          bool
}

// face is what a style is written in.
func (s Style) face() face {
	switch s {
	case Strong:
		return face{"go", "B", 10.5, false}
	case Quiet:
		return face{"go", "", 8.5, true}
	case Code:
		return face{"mono", "", 8.5, false}
	}
	return face{"go", "", 10.5, false}
}

// A Document is a PDF that is being written. Its methods are called in the order in
// which it is read; Bytes ends it.
type Document struct {
	f    *fpdf.Fpdf
	tree tree
	// left is where text begins, opt what the document is.
	left float64
	opt  Options
}

// New begins a document.
func New(o Options) *Document {
	f := fpdf.New("P", "pt", "A4", "")
	d := &Document{f: f, left: margin, opt: o}
	// fpdf writes into the fonts that it is given: each document has its own.
	for style, font := range map[string][]byte{"": goregular.TTF, "B": gobold.TTF} {
		f.AddUTF8FontFromBytes("go", style, bytes.Clone(font))
	}
	f.AddUTF8FontFromBytes("mono", "", bytes.Clone(gomono.TTF))
	// Equal documents make equal files.
	f.SetCatalogSort(true)
	f.SetCreationDate(o.Made.UTC())
	f.SetModificationDate(o.Made.UTC())
	f.SetLang(o.Lang)
	f.SetTitle(printable(o.Title), true)
	f.SetMargins(margin, margin, margin)
	f.SetCellMargin(0)
	// Pages are broken here, where it is known which element is being written.
	f.SetAutoPageBreak(false, 0)
	f.SetFooterFunc(d.number)
	d.tree.open("Document")
	f.AddPage()
	return d
}

// number writes the number of a page at its foot, which is no part of what is read.
func (d *Document) number() {
	d.artifact("/Type /Pagination /Subtype /Footer", func() {
		d.use(face{"go", "", 8.5, true})
		text := fmt.Sprint(d.f.PageNo())
		d.f.Text((595.28-d.f.GetStringWidth(text))/2, 841.89-34, text)
	})
}

// artifact writes what is no part of the tree.
func (d *Document) artifact(properties string, write func()) {
	d.f.RawWriteStr("/Artifact <<" + properties + ">> BDC")
	write()
	d.f.RawWriteStr("EMC")
}

// use chooses a face.
func (d *Document) use(f face) {
	d.f.SetFont(f.family, f.style, f.size)
	if f.grey {
		d.f.SetTextColor(90, 97, 112)
		return
	}
	d.f.SetTextColor(0, 0, 0)
}

// Room begins a new page if less than a height is left on this one.
func (d *Document) Room(height float64) {
	if d.f.GetY()+height > bottom {
		d.f.AddPage()
	}
}

// Gap leaves a height free.
func (d *Document) Gap(height float64) { d.f.SetY(d.f.GetY() + height) }

// Heading writes a heading of a level from 1 to 3, which is a bookmark too. It is never
// the last line of a page.
func (d *Document) Heading(level int, text string) {
	size := 20 - 3*float64(level)
	d.Room(size*1.4 + 40)
	if d.f.GetY() > margin {
		d.Gap(18 - 4*float64(level))
	}
	d.f.Bookmark(printable(text), level-1, -1)
	d.in(fmt.Sprintf("H%d", level), func() { d.write(text, face{"go", "B", size, false}, margin+Width-d.left) })
	d.Gap(3)
}

// Text writes a paragraph; "" writes nothing.
func (d *Document) Text(s Style, text string) {
	if text == "" {
		return
	}
	d.in("P", func() { d.write(text, s.face(), margin+Width-d.left) })
	d.Gap(2.5)
}

// in writes what belongs to one element.
func (d *Document) in(role string, write func()) {
	d.tree.open(role)
	write()
	d.tree.close()
}

// write writes text over as many lines and pages as it takes.
func (d *Document) write(text string, f face, width float64) {
	d.use(f)
	high := f.size * 1.4
	lines := d.lines(printable(text), width)
	for i := 0; i < len(lines); {
		d.Room(high)
		d.use(f) // a new page has written its number
		d.marked(func() {
			for ; i < len(lines) && d.f.GetY()+high <= bottom; i++ {
				d.line(d.left, lines[i], f.size)
				d.Gap(high)
			}
		})
	}
}

// line writes one line, whose top is where the document is.
func (d *Document) line(x float64, text string, size float64) {
	if text != "" {
		d.f.Text(x, d.f.GetY()+size*1.05, text)
	}
}

// marked writes content of the element that is open (ISO 32000-1, section 14.6); none
// of it may break the page.
func (d *Document) marked(write func()) {
	role, id := d.tree.content(d.f.PageNo())
	d.f.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", role, id))
	write()
	d.f.RawWriteStr("EMC")
}

// lines breaks text into lines that are not wider than a width in the font that is in
// use: at blanks where there are some, else between letters. A line that ends at a blank
// keeps it, so that words stay apart for whoever has it read aloud.
func (d *Document) lines(text string, width float64) []string {
	var list []string
	for _, piece := range strings.Split(text, "\n") {
		var line strings.Builder
		wide := 0.0
		for _, word := range strings.SplitAfter(piece, " ") {
			bare := d.f.GetStringWidth(strings.TrimRight(word, " "))
			if wide > 0 && wide+bare > width {
				list = append(list, line.String())
				line.Reset()
				wide = 0
			}
			for _, letter := range word {
				one := d.f.GetStringWidth(string(letter))
				if bare > width && wide+one > width {
					list = append(list, line.String())
					line.Reset()
					wide = 0
				}
				line.WriteRune(letter)
				wide += one
			}
		}
		list = append(list, strings.TrimRight(line.String(), " "))
	}
	return list
}

// Bytes ends the document.
func (d *Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := d.f.Output(&b); err != nil {
		return nil, fmt.Errorf("writing a PDF: %w", err)
	}
	d.tree.close()
	return tag(b.Bytes(), &d.tree, d.opt)
}

// printable leaves of a text what the fonts have: a narrow blank becomes one like
// others, and letters beyond the Basic Multilingual Plane a sign that one is missing.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u202f':
			return '\u00a0'
		case r > 0xffff:
			return '\ufffd'
		case r < ' ' && r != '\n':
			return ' '
		}
		return r
	}, text)
}
