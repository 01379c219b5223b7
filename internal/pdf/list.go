package pdf

import "fmt"

// List writes points.
func (d *Document) List(s Style, points []string) {
	d.items("None", len(points), func(i int) (string, func()) {
		return "\u2013", func() { d.Text(s, points[i]) }
	})
}

// Numbered writes n points with their numbers, each by a function that may write what
// it likes.
func (d *Document) Numbered(n int, write func(i int)) {
	d.items("Decimal", n, func(i int) (string, func()) {
		return fmt.Sprintf("%d.", i+1), func() { write(i) }
	})
}

// items writes a list (ISO 32000-1, section 14.8.4.3.3): each point has a label, and a
// body that stands beside it.
func (d *Document) items(numbering string, n int, item func(i int) (label string, body func())) {
	if n == 0 {
		return
	}
	d.tree.open("L").attributes = "/O /List /ListNumbering /" + numbering
	for i := range n {
		label, body := item(i)
		if numbering == "Decimal" {
			d.Gap(5)
		}
		d.in("LI", func() {
			d.Room(Body.face().size * 2.8)
			y := d.f.GetY()
			d.in("Lbl", func() {
				d.use(Body.face())
				d.marked(func() { d.line(d.left, label, Body.face().size) })
			})
			d.f.SetY(y)
			d.left += d.beside(label)
			d.in("LBody", body)
			d.left -= d.beside(label)
		})
	}
	d.tree.close()
	d.Gap(2)
}

// beside is how far from its label the body of a point begins.
func (d *Document) beside(label string) float64 {
	if label[len(label)-1] == '.' {
		return indent + 8
	}
	return indent
}
