package pdf

import "fmt"

// A Figure is what a drawing is drawn on. Lengths are in points, from its left and top.
type Figure struct {
	d    *Document
	x, y float64
}

// A Colour is red, green and blue, each up to 255.
type Colour [3]int

// Figure leaves room for a drawing of a height and has it drawn. alt says in words what
// it shows, to whoever does not see it (ISO 32000-1, section 14.9.3).
func (d *Document) Figure(alt string, height float64, draw func(*Figure)) {
	d.Room(height)
	top := d.f.GetY()
	e := d.tree.open("Figure")
	e.alt, e.attributes = printable(alt), d.box(top, height)
	d.marked(func() { draw(&Figure{d, d.left, top}) })
	d.tree.close()
	d.f.SetY(top + height)
	d.Gap(4)
}

// box says where on its page a drawing is, as viewers want it of a figure (ISO 32000-1,
// section 14.8.5.4.3).
func (d *Document) box(top, height float64) string {
	return fmt.Sprintf("/O /Layout /Placement /Block /BBox [%.2f %.2f %.2f %.2f]", d.left, 841.89-top-height, margin+Width, 841.89-top)
}

// Line draws a line.
func (g *Figure) Line(x1, y1, x2, y2, width float64, c Colour) {
	g.d.f.SetDrawColor(c[0], c[1], c[2])
	g.d.f.SetLineWidth(width)
	g.d.f.Line(g.x+x1, g.y+y1, g.x+x2, g.y+y2)
}

// Dot draws a disc, or a ring if it is hollow.
func (g *Figure) Dot(x, y, radius float64, hollow bool, c Colour) {
	g.d.f.SetDrawColor(c[0], c[1], c[2])
	g.d.f.SetFillColor(c[0], c[1], c[2])
	if hollow {
		g.d.f.SetFillColor(255, 255, 255)
	}
	g.d.f.SetLineWidth(1.2)
	g.d.f.Circle(g.x+x, g.y+y, radius, "FD")
}

// Box draws the outline of a box.
func (g *Figure) Box(x, y, wide, high, width float64, c Colour) {
	g.d.f.SetDrawColor(c[0], c[1], c[2])
	g.d.f.SetLineWidth(width)
	g.d.f.Rect(g.x+x, g.y+y, wide, high, "D")
}

// Text writes text whose base line begins at a point; strong text is bold, quiet text
// grey.
func (g *Figure) Text(x, y, size float64, s Style, text string) {
	f := s.face()
	f.size = size
	g.d.use(f)
	g.d.f.Text(g.x+x, g.y+y, printable(text))
}

// Wide is how wide a text is.
func (d *Document) Wide(s Style, size float64, text string) float64 {
	f := s.face()
	f.size = size
	d.use(f)
	return d.f.GetStringWidth(printable(text))
}

// Lines breaks a text into lines of a width.
func (d *Document) Lines(s Style, size, width float64, text string) []string {
	f := s.face()
	f.size = size
	d.use(f)
	return d.lines(printable(text), width)
}
