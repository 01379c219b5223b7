package piece

import (
	"image/color"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// MaxName is how many letters of a name, a host or a subject are shown.
const MaxName = 80

// Clean returns a text that a stranger wrote as one line of letters that only show
// themselves: what controls, turns the direction of writing, joins, or has no form
// of its own is left out, blanks are one, and it is cut.
func Clean(text string, most int) string {
	var out strings.Builder
	letters, blank := 0, false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r), r == '\u2028', r == '\u2029', unicode.Is(unicode.Zs, r):
			blank = letters > 0
			continue
		case !unicode.IsPrint(r), r == unicode.ReplacementChar, unicode.Is(unicode.Mn, r) && letters == 0:
			continue
		}
		if blank {
			out.WriteByte(' ')
			letters++
		}
		blank = false
		if letters >= most {
			out.WriteString("…")
			break
		}
		out.WriteRune(r)
		letters++
	}
	return out.String()
}

// Title is the name of a page.
func Title(text string) *widget.Label {
	l := widget.NewLabelWithStyle(text, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	l.SizeName, l.Wrapping = theme.SizeNameHeadingText, fyne.TextWrapWord
	return l
}

// Heading stands above a part of a page.
func Heading(text string) *widget.Label {
	l := widget.NewLabelWithStyle(text, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	l.SizeName, l.Wrapping = theme.SizeNameSubHeadingText, fyne.TextWrapWord
	return l
}

// Body is a paragraph.
func Body(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// Small is a paragraph of small print.
func Small(text string) *widget.Label {
	l := Body(text)
	l.SizeName, l.Importance = theme.SizeNameCaptionText, widget.LowImportance
	return l
}

// Line is one line that is cut where the room ends.
func Line(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.Truncation = fyne.TextTruncateEllipsis
	return l
}

// Value is an address, a number or a path, which breaks anywhere.
func Value(text string) *widget.Label {
	l := Body(text)
	l.Wrapping = fyne.TextWrapBreak
	return l
}

// Card puts one thought on a ground of its own.
func Card(objects ...fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(newGround(), container.New(pad(12), container.NewVBox(objects...)))
}

// ground is the surface of a card.
type ground struct{ widget.BaseWidget }

func newGround() *ground {
	g := new(ground)
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer draws it.
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	r := &groundRenderer{g: g, rect: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type groundRenderer struct {
	g    *ground
	rect *canvas.Rectangle
}

// Destroy does nothing.
func (r *groundRenderer) Destroy() {}

// Layout fills all of it.
func (r *groundRenderer) Layout(size fyne.Size) { r.rect.Resize(size) }

// MinSize is nothing.
func (r *groundRenderer) MinSize() fyne.Size { return fyne.Size{} }

// Objects are what is drawn.
func (r *groundRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }

// Refresh takes over the colours.
func (r *groundRenderer) Refresh() {
	of := coloursOf(r.g)
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth, r.rect.CornerRadius = of(ColorCard), of(ColorLine), 1, 12
	canvas.Refresh(r.rect)
}

// pad is a layout with room on all sides.
type pad float32

// MinSize is that of what lies in it, and the room.
func (p pad) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size.AddWidthHeight(2*float32(p), 2*float32(p))
}

// Layout puts all of them into the room that is left.
func (p pad) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size.SubtractWidthHeight(2*float32(p), 2*float32(p)))
		o.Move(fyne.NewPos(float32(p), float32(p)))
	}
}

// Padded leaves room on all sides.
func Padded(points float32, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(pad(points), o)
}

// measure is a layout that is never wider than a text should be.
type measure float32

// MinSize is that of what lies in it.
func (m measure) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size
}

// Layout gives no more width than the measure.
func (m measure) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(fyne.NewSize(min(size.Width, float32(m)), size.Height))
	}
}

// Measured keeps lines at a length that can be read.
func Measured(o fyne.CanvasObject) fyne.CanvasObject { return container.New(measure(760), o) }

// Column stacks what is read from above.
func Column(objects ...fyne.CanvasObject) *fyne.Container { return container.NewVBox(objects...) }

// Cards stacks cards, with room between them.
func Cards(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(12), objects...)
}

// Pair gives two the same width: yes and no are equal.
func Pair(a, b fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, flowGap, flowGap), container.NewGridWithColumns(2, a, b))
}

// Row puts objects side by side at their own size, and goes on in a new line where
// there is no room.
func Row(objects ...fyne.CanvasObject) fyne.CanvasObject { return container.New(flow{}, objects...) }

// flow is the layout of [Row].
type flow struct{}

const flowGap = 8

// place walks through the objects and returns the height.
func (flow) place(objects []fyne.CanvasObject, width float32, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	x, y, line, begun := float32(0), float32(0), float32(0), false
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		size := o.MinSize()
		if begun && x+size.Width > width {
			y, line, begun = y+line+flowGap, 0, false
		}
		if !begun {
			x, begun = edge(o), true
		}
		put(o, fyne.NewPos(x, y), size)
		x, line = x+size.Width+flowGap, max(line, size.Height)
	}
	return y + line
}

// edge is where a line begins: texts stand a little off, and what is pressed stands
// below them; what has no edge of its own has that room within itself.
func edge(o fyne.CanvasObject) float32 {
	if b, ok := o.(*Button); ok && b.Kind == Quiet {
		return 0
	}
	return flowGap
}

// MinSize is that of the widest, and of as many lines as the width of before took.
func (f flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var width, right, below float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		width = max(width, o.MinSize().Width+flowGap)
		right = max(right, o.Position().X+o.Size().Width)
		below = max(below, o.Position().Y+o.MinSize().Height)
	}
	if right == 0 {
		below = f.place(objects, 1e6, func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
	}
	return fyne.NewSize(width, below)
}

// Layout puts them.
func (f flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.place(objects, size.Width, func(o fyne.CanvasObject, at fyne.Position, size fyne.Size) {
		o.Resize(size)
		o.Move(at)
	})
}

// Number is a large number with its words beneath.
func Number(n, says string) fyne.CanvasObject {
	l := widget.NewLabelWithStyle(n, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	l.SizeName = theme.SizeNameHeadingText
	return container.New(layout.NewCustomPaddedVBoxLayout(-12), l, Small(says))
}
