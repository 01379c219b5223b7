package pdf

import "strings"

// A Table has a head and rows, whose first cells say what the row is about.
type Table struct {
	// Widths are those of the columns, in points.
	Widths []float64
	// Head and Rows are texts; each row has a cell for each column.
	Head []string
	// Rows are the rows below the head.
	Rows [][]string
}

// cellSize is how large the letters of a table are, and cellHigh a line of them.
const (
	cellSize = 8.0
	cellHigh = 11.5
)

// Table writes a table (ISO 32000-1, section 14.8.4.3.4). A row stays on one page; a
// page that begins within the table begins with its head again, as an artifact.
func (d *Document) Table(t Table) {
	d.tree.open("Table")
	d.row(t, t.Head, true)
	for _, row := range t.Rows {
		if d.f.GetY()+d.high(t, row, false) > bottom {
			d.f.AddPage()
			d.artifact("/Type /Pagination /Subtype /Header", func() { d.draw(t, t.Head, true, nil) })
		}
		d.row(t, row, false)
	}
	d.tree.close()
	d.Gap(4)
}

// row writes a row as part of the tree.
func (d *Document) row(t Table, cells []string, head bool) {
	d.Room(d.high(t, cells, head))
	d.in("TR", func() {
		d.draw(t, cells, head, func(column int, write func()) {
			role, attributes := "TD", ""
			switch {
			case head:
				role, attributes = "TH", "/O /Table /Scope /Column"
			case column == 0:
				role, attributes = "TH", "/O /Table /Scope /Row"
			}
			d.tree.open(role).attributes = attributes
			d.marked(write)
			d.tree.close()
		})
	})
}

// draw writes the cells of a row, each through a function that says what it is; nil
// writes it as it is. A line is drawn below the row.
func (d *Document) draw(t Table, cells []string, head bool, as func(column int, write func())) {
	tell := as
	if tell == nil {
		tell = func(_ int, write func()) { write() }
	}
	top, x := d.f.GetY(), d.left
	high := d.high(t, cells, head)
	for column, lines := range d.cells(t, cells, head) {
		tell(column, func() {
			d.f.SetY(top)
			for _, line := range lines {
				at := x
				if column > 0 {
					at += t.Widths[column] - d.f.GetStringWidth(strings.TrimRight(line, " "))
				}
				d.line(at, line, cellSize)
				d.Gap(cellHigh)
			}
		})
		x += t.Widths[column]
	}
	d.f.SetY(top + high)
	rule := func() {
		d.f.SetDrawColor(218, 215, 207)
		d.f.SetLineWidth(.5)
		d.f.Line(d.left, top+high-1.5, x, top+high-1.5)
	}
	if as == nil {
		rule() // all of the row is an artifact
		return
	}
	d.artifact("/Type /Layout", rule)
}

// cells breaks the cells of a row into lines.
func (d *Document) cells(t Table, cells []string, head bool) [][]string {
	style := ""
	if head {
		style = "B"
	}
	d.use(face{"go", style, cellSize, false})
	var list [][]string
	for column, cell := range cells {
		list = append(list, d.lines(printable(cell), t.Widths[column]-6))
	}
	return list
}

// high is how high a row is.
func (d *Document) high(t Table, cells []string, head bool) float64 {
	most := 1
	for _, lines := range d.cells(t, cells, head) {
		most = max(most, len(lines))
	}
	return float64(most)*cellHigh + 3
}
