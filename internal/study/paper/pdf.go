package paper

import (
	"time"

	"github.com/unseen-mail/unseen/internal/pdf"
	"github.com/unseen-mail/unseen/internal/study/chart"
)

// The colours of drawings.
var (
	grid = pdf.Colour{218, 215, 207}
	told = pdf.Colour{30, 94, 90}
)

// pdf writes the report as a tagged PDF, in the order and with the headings of
// report.html.
func (r *Report) pdf() ([]byte, error) {
	// Equal reports make equal files: no day but that of the dataset stands in it.
	d := pdf.New(pdf.Options{Lang: r.Lang, Title: r.Title, Made: time.Unix(0, 0)})
	d.Heading(1, r.Title)
	d.Text(pdf.Quiet, r.Made)
	d.Text(pdf.Body, r.Summary)
	for i := range r.Sections {
		r.section(d, &r.Sections[i])
	}
	d.Heading(2, r.MethodHead)
	d.List(pdf.Body, r.Method)
	return d.Bytes()
}

// section writes one section.
func (r *Report) section(d *pdf.Document, one *Section) {
	height := chart.Height(len(one.Rows))
	draw := chart.Draw
	if one.Time {
		height, draw = chart.TimeHeight, chart.DrawTime
	}
	if len(one.Rows) > 0 {
		d.Room(height + 90) // the drawing stands with its heading
	}
	d.Heading(2, one.Title)
	d.Text(pdf.Body, one.Says)
	if len(one.Rows) > 0 {
		d.Figure(one.Says, height+8, func(g *pdf.Figure) { draw(canvas{g, d}, one.Rows, r.words.Percent) })
	}
	d.Text(pdf.Quiet, one.Note)
	head := r.head()
	t := pdf.Table{Widths: []float64{222, 55, 55, 50, 98}, Head: []string{head["what"], head["num"], head["den"], head["rate"], head["range"]}}
	for _, l := range one.Table {
		t.Rows = append(t.Rows, []string{l.Label, l.Num, l.Den, l.Rate, l.Range})
	}
	d.Gap(4)
	d.Table(t)
	d.Text(pdf.Quiet, head["part"]+" "+one.Part)
}

// A canvas draws a chart on paper.
type canvas struct {
	*pdf.Figure
	d *pdf.Document
}

// Line implements [chart.Canvas].
func (c canvas) Line(x1, y1, x2, y2 float64, heavy bool) {
	if heavy {
		c.Figure.Line(x1, y1, x2, y2, 1.6, told)
		return
	}
	c.Figure.Line(x1, y1, x2, y2, .5, grid)
}

// Dot implements [chart.Canvas].
func (c canvas) Dot(x, y float64, hollow bool) { c.Figure.Dot(x, y, 3, hollow, told) }

// Text implements [chart.Canvas].
func (c canvas) Text(x, y float64, a chart.Anchor, text string, quiet bool) {
	size := 8.5
	if quiet {
		size = 7.5
	}
	wide := c.d.Wide(pdf.Body, size, text)
	switch a {
	case chart.Middle:
		x -= wide / 2
	case chart.End:
		x -= wide
	}
	c.Figure.Text(x, y, size, pdf.Body, text)
}
