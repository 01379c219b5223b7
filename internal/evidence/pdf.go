package evidence

import (
	"bytes"
	"fmt"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
)

// Lengths of the report on paper, in millimetres and points.
const (
	margin   = 20.0
	textSize = 10.5
	small    = 8.5
	lineHigh = 5.2
)

// A sheet writes the report on A4.
type sheet struct{ *fpdf.Fpdf }

// pdf writes the report as a PDF with text that can be searched, its headings as
// bookmarks, and its language. It holds its own fonts and loads nothing.
func (c *Case) pdf(p *page) ([]byte, error) {
	f := fpdf.New("P", "mm", "A4", "")
	for style, font := range map[string][]byte{"": goregular.TTF, "B": gobold.TTF} {
		f.AddUTF8FontFromBytes("go", style, font)
	}
	f.AddUTF8FontFromBytes("mono", "", gomono.TTF)
	// Equal reports make equal files.
	f.SetCatalogSort(true)
	f.SetCreationDate(c.opt.Now().UTC())
	f.SetModificationDate(c.opt.Now().UTC())
	f.SetLang(p.Lang)
	f.SetTitle(p.Title, true)
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, margin)
	f.SetFooterFunc(func() {
		f.SetY(-15)
		f.SetFont("go", "", small)
		f.CellFormat(0, 10, fmt.Sprint(f.PageNo()), "", 0, "C", false, 0, "")
	})
	f.AddPage()
	sheet{f}.report(p)
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return nil, fmt.Errorf("writing the report as PDF: %w", err)
	}
	return b.Bytes(), nil
}

// report writes all of it, in the order of report.html.
func (s sheet) report(p *page) {
	s.heading(p.Title, 0)
	s.quiet(p.Made)
	s.heading(p.What, 1)
	s.lines(p.Summary)
	for _, one := range p.Senders {
		if len(one.Lines) > 0 {
			s.heading(one.Name, 2)
			s.list(one.Lines)
		}
	}
	for _, one := range p.Sides {
		s.heading(one.Head, 1)
		s.lines([]string{one.Says})
		s.list(one.Lines)
	}
	if len(p.Mailings) > 0 {
		s.heading(p.ComparedHead, 1)
		s.lines([]string{p.ComparedWhy})
		s.list(p.Mailings)
	}
	if len(p.Mails) > 0 {
		s.heading(p.MailsHead, 1)
		for i := range p.Mails {
			s.mail(&p.Mails[i])
		}
		s.lines([]string{p.More})
	}
	s.heading(p.LawHead, 1)
	s.lines(p.Law)
	s.heading(p.UnknownHead, 1)
	s.list(p.Unknown)
	s.heading(p.SealHead, 1)
	s.lines([]string{p.Seal})
}

// mail writes one mail with its findings.
func (s sheet) mail(m *seenMail) {
	s.heading(m.Head, 2)
	s.quiet(m.To)
	s.lines([]string{m.Gaps})
	for i, f := range m.Findings {
		s.SetFont("go", "B", textSize)
		s.write(fmt.Sprintf("%d. %s", i+1, f.Head))
		s.lines([]string{f.Verdict})
		s.list(f.Reasons)
		s.SetFont("mono", "", small)
		s.write(f.URL)
		s.quiet(f.Place)
	}
	s.lines([]string{m.Further})
}

// heading writes a heading, and its bookmark.
func (s sheet) heading(text string, level int) {
	s.Ln(float64(6 - 2*level))
	s.SetFont("go", "B", float64(17-3*level))
	s.Bookmark(printable(text), level, -1)
	s.MultiCell(0, float64(8-level), printable(text), "", "L", false)
	s.Ln(1)
}

// lines writes paragraphs.
func (s sheet) lines(all []string) {
	s.SetFont("go", "", textSize)
	for _, text := range all {
		if text != "" {
			s.write(text)
			s.Ln(1)
		}
	}
}

// list writes points.
func (s sheet) list(all []string) {
	s.SetFont("go", "", textSize)
	for _, text := range all {
		s.write("\u2013 " + text)
	}
	s.Ln(1)
}

// quiet writes what is said aside.
func (s sheet) quiet(text string) {
	s.SetFont("go", "", small)
	s.SetTextColor(90, 97, 112)
	s.write(text)
	s.SetTextColor(0, 0, 0)
	s.Ln(1)
}

// write writes text over as many lines as it takes.
func (s sheet) write(text string) { s.MultiCell(0, lineHigh, printable(text), "", "L", false) }

// printable leaves of a text what the fonts have: letters outside the Basic
// Multilingual Plane would be left out without a sign.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '\ufffd'
		}
		return r
	}, text)
}
