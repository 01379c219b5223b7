package piece

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Meter is a bar that lies: what was held, and what somebody was told.
type Meter struct {
	widget.BaseWidget
	held, told, most int
}

// NewMeter returns a bar that is as long as its numbers of the most.
func NewMeter(held, told, most int) *Meter {
	m := &Meter{held: held, told: told, most: max(most, 1)}
	m.ExtendBaseWidget(m)
	return m
}

// CreateRenderer draws it.
func (m *Meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{m: m, held: canvas.NewRectangle(color.Transparent), told: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type meterRenderer struct {
	m          *Meter
	held, told *canvas.Rectangle
}

// Destroy does nothing.
func (r *meterRenderer) Destroy() {}

// Objects are what is drawn.
func (r *meterRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.held, r.told} }

// MinSize is that of a line of text.
func (r *meterRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 24) }

// Layout gives each part its length.
func (r *meterRenderer) Layout(size fyne.Size) {
	unit := size.Width / float32(r.m.most)
	y := size.Height/2 - 5
	r.held.Resize(fyne.NewSize(unit*float32(r.m.held), 10))
	r.held.Move(fyne.NewPos(0, y))
	r.told.Resize(fyne.NewSize(unit*float32(r.m.told), 10))
	r.told.Move(fyne.NewPos(unit*float32(r.m.held), y))
}

// Refresh takes over the colours.
func (r *meterRenderer) Refresh() {
	of := coloursOf(r.m)
	r.held.FillColor, r.told.FillColor = of(theme.ColorNamePrimary), of(ColorHeld)
	r.Layout(r.m.Size())
	canvas.Refresh(r.m)
}
