package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/unseen-mail/unseen/internal/study/chart"
)

// Lengths on paper, in points.
const (
	margin = 57.0
)

// A sheet writes the report on A4.
type sheet struct {
	*fpdf.Fpdf
	// x and y are where the drawing begins that is being made.
	x, y float64
}

// pdf writes the report on paper, with text that can be searched, headings as bookmarks
// and its language.
func (r *Report) pdf() ([]byte, error) {
	f := fpdf.New("P", "pt", "A4", "")
	f.AddUTF8FontFromBytes("go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	// Equal reports make equal files: no day but that of the dataset stands in it.
	f.SetCatalogSort(true)
	f.SetCreationDate(time.Unix(0, 0).UTC())
	f.SetModificationDate(time.Unix(0, 0).UTC())
	f.SetLang(r.Lang)
	f.SetTitle(r.Title, true)
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, margin)
	f.SetFooterFunc(func() {
		f.SetY(-40)
		f.SetFont("go", "", 8.5)
		f.CellFormat(0, 12, fmt.Sprint(f.PageNo()), "", 0, "C", false, 0, "")
	})
	f.AddPage()
	s := &sheet{Fpdf: f}
	s.text("B", 18, r.Title)
	s.text("", 8.5, r.Made)
	s.Ln(6)
	s.text("", 11.5, r.Summary)
	for i := range r.Sections {
		s.section(r, &r.Sections[i])
	}
	s.heading(r.MethodHead)
	for _, m := range r.Method {
		s.text("", 9.5, "\u2013 "+m)
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// section writes one section.
func (s *sheet) section(r *Report, one *Section) {
	height := chart.Height(len(one.Rows))
	if one.Time {
		height = chart.TimeHeight
	}
	_, page := s.GetPageSize()
	if s.GetY()+height+90 > page-margin {
		s.AddPage()
	}
	s.heading(one.Title)
	s.text("", 10.5, one.Says)
	if len(one.Rows) > 0 {
		s.x, s.y = margin, s.GetY()+6
		if one.Time {
			chart.DrawTime(s, one.Rows, r.words.Percent)
		} else {
			chart.Draw(s, one.Rows, r.words.Percent)
		}
		s.SetXY(margin, s.y+height+8)
	}
	if one.Note != "" {
		s.text("", 8.5, one.Note)
	}
	s.table(r, one)
}

// table writes the figures of a section.
func (s *sheet) table(r *Report, one *Section) {
	head := r.head()
	width := []float64{222, 55, 55, 50, 98}
	s.Ln(4)
	line := func(style string, cells ...string) {
		s.SetFont("go", style, 8)
		for i, c := range cells {
			align := "R"
			if i == 0 {
				align = "L"
				for s.GetStringWidth(c) > width[0]-4 {
					letters := []rune(c)
					c = string(letters[:len(letters)-2]) + "…"
				}
			}
			s.CellFormat(width[i], 12, printable(c), "B", 0, align, false, 0, "")
		}
		s.Ln(12)
	}
	s.SetDrawColor(218, 215, 207)
	line("B", head["what"], head["num"], head["den"], head["rate"], head["range"])
	for _, l := range one.Table {
		line("", l.Label, l.Num, l.Den, l.Rate, l.Range)
	}
	s.text("", 8, head["part"]+" "+one.Part)
}

// heading writes a heading, and its bookmark.
func (s *sheet) heading(text string) {
	s.Ln(14)
	s.Bookmark(printable(text), 0, -1)
	s.text("B", 13, text)
	s.Ln(2)
}

// text writes a paragraph.
func (s *sheet) text(style string, size float64, text string) {
	s.SetFont("go", style, size)
	s.MultiCell(0, size*1.4, printable(text), "", "L", false)
}

// Line implements [chart.Canvas].
func (s *sheet) Line(x1, y1, x2, y2 float64, heavy bool) {
	s.SetDrawColor(218, 215, 207)
	s.SetLineWidth(.5)
	if heavy {
		s.SetDrawColor(30, 94, 90)
		s.SetLineWidth(1.6)
	}
	s.Fpdf.Line(s.x+x1, s.y+y1, s.x+x2, s.y+y2)
}

// Dot implements [chart.Canvas].
func (s *sheet) Dot(x, y float64, hollow bool) {
	s.SetDrawColor(30, 94, 90)
	s.SetFillColor(30, 94, 90)
	if hollow {
		s.SetFillColor(255, 255, 255)
	}
	s.SetLineWidth(1.2)
	s.Circle(s.x+x, s.y+y, 3, "FD")
}

// Text implements [chart.Canvas].
func (s *sheet) Text(x, y float64, a chart.Anchor, text string, quiet bool) {
	size := 8.5
	if quiet {
		size = 7.5
	}
	s.SetFont("go", "", size)
	text = printable(text)
	at := s.x + x
	switch a {
	case chart.Middle:
		at -= s.GetStringWidth(text) / 2
	case chart.End:
		at -= s.GetStringWidth(text)
	}
	s.Fpdf.Text(at, s.y+y, text)
}

// printable leaves of a text what the fonts have: a narrow blank is one like others, and
// letters beyond the Basic Multilingual Plane would be left out without a sign.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u202f':
			return '\u00a0'
		case r > 0xffff:
			return '\ufffd'
		}
		return r
	}, text)
}
