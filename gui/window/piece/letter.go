package piece

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Mark is one address of a mail in its picture.
type Mark struct {
	// Number is that of the list beside the picture.
	Number int
	// Width and Height are what the mail declares, -1 for nothing.
	Width, Height int
	// Link says that it is followed and not loaded, Pixel that there is nothing to
	// see in it.
	Link, Pixel bool
	// Tells says that it tells readers apart, Perhaps that it may.
	Tells, Perhaps bool
}

// maxMarks is how many addresses a picture shows.
const maxMarks = 24

// A Letter is a mail drawn from its structure: where loads and links stand in their
// order, and which of them tell. Nothing of the mail is rendered, and nothing is
// fetched.
type Letter struct {
	widget.BaseWidget
	marks []Mark
}

// NewLetter returns a picture of a mail.
func NewLetter(marks []Mark) *Letter {
	l := &Letter{marks: marks[:min(len(marks), maxMarks)]}
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer draws it.
func (l *Letter) CreateRenderer() fyne.WidgetRenderer {
	r := &letterRenderer{l: l}
	r.Refresh()
	return r
}

type letterRenderer struct {
	l       *Letter
	objects []fyne.CanvasObject
	height  float32
}

// The picture is so wide, and stands for a mail of so many points.
const letterWidth, mailWidth = 220, 640

// Destroy does nothing.
func (r *letterRenderer) Destroy() {}

// Objects are what is drawn.
func (r *letterRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Layout draws anew.
func (r *letterRenderer) Layout(fyne.Size) { r.Refresh() }

// MinSize is as high as the mail has addresses.
func (r *letterRenderer) MinSize() fyne.Size { return fyne.NewSize(letterWidth, r.height) }

// Refresh draws all of it.
func (r *letterRenderer) Refresh() {
	of := coloursOf(r.l)
	sheet := canvas.NewRectangle(of(theme.ColorNameBackground))
	sheet.StrokeColor, sheet.StrokeWidth, sheet.CornerRadius = of(ColorEdge), 1, 4
	r.objects = []fyne.CanvasObject{sheet}
	y := float32(16)
	for _, m := range r.l.marks {
		y += r.mark(m, y) + 8
	}
	r.height = y + 8
	sheet.Resize(fyne.NewSize(letterWidth, r.height))
}

// mark draws one address and returns how high it is. What tells is filled, what may
// tell has a thick edge, and all else a thin one: it can be seen without colour.
func (r *letterRenderer) mark(m Mark, y float32) float32 {
	of := coloursOf(r.l)
	size := fyne.NewSize(letterWidth-72, 14)
	switch {
	case m.Pixel:
		size = fyne.NewSize(16, 16)
	case !m.Link && m.Width > 0 && m.Height > 0:
		wide := min(float32(m.Width)/mailWidth*(letterWidth-56), letterWidth-56)
		size = fyne.NewSize(max(wide, 24), min(max(wide*float32(m.Height)/float32(m.Width), 16), 64))
	case !m.Link:
		size = fyne.NewSize(letterWidth-72, 32)
	}
	box := canvas.NewRectangle(color.Transparent)
	box.StrokeColor, box.StrokeWidth, box.CornerRadius = of(ColorEdge), 1, 2
	if m.Link {
		box.CornerRadius = 7
	}
	ink := of(theme.ColorNameForeground)
	switch {
	case m.Tells:
		box.FillColor, box.StrokeColor = of(ColorHeld), of(ColorHeld)
	case m.Perhaps:
		box.StrokeColor, box.StrokeWidth = of(ColorAsked), 3
	}
	box.Resize(size)
	box.Move(fyne.NewPos(40, y))
	number := canvas.NewText(strconv.Itoa(m.Number), ink)
	number.TextSize = theme.SizeForWidget(theme.SizeNameCaptionText, r.l)
	number.TextStyle.Bold = m.Tells
	wide := number.MinSize()
	number.Resize(wide)
	number.Move(fyne.NewPos(32-wide.Width, y+(min(size.Height, 20)-wide.Height)/2))
	r.objects = append(r.objects, box, number)
	return size.Height
}
