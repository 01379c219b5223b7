package piece

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/model"
)

// A Chart draws bars from zero. The arrow keys go from bar to bar, and what the
// chosen one says stands beneath.
type Chart struct {
	widget.BaseWidget
	// Says is what is said of one bar.
	Says func(model.Bar) string

	chart   model.Chart
	at      int // the chosen bar, -1 for none
	focused bool
}

// NewChart returns a chart.
func NewChart(c model.Chart, says func(model.Bar) string) *Chart {
	w := &Chart{Says: says, chart: c, at: -1}
	w.ExtendBaseWidget(w)
	return w
}

// Set shows other bars.
func (c *Chart) Set(to model.Chart) {
	c.chart = to
	c.at = min(c.at, len(to.Bars)-1)
	c.Refresh()
}

// Model is what is shown.
func (c *Chart) Model() *model.Chart { return &c.chart }

// FocusGained chooses the last bar, if none is.
func (c *Chart) FocusGained() {
	if c.focused = true; c.at < 0 {
		c.at = len(c.chart.Bars) - 1
	}
	c.Refresh()
	reveal(c)
}

// FocusLost hides the ring.
func (c *Chart) FocusLost() {
	c.focused = false
	c.Refresh()
}

// TypedRune does nothing.
func (c *Chart) TypedRune(rune) {}

// TypedKey goes from bar to bar.
func (c *Chart) TypedKey(e *fyne.KeyEvent) {
	last := len(c.chart.Bars) - 1
	switch e.Name {
	case fyne.KeyLeft:
		c.at = max(c.at-1, min(0, last))
	case fyne.KeyRight:
		c.at = min(c.at+1, last)
	case fyne.KeyHome:
		c.at = min(0, last)
	case fyne.KeyEnd:
		c.at = last
	}
	c.Refresh()
}

// Tapped chooses the bar below the pointer.
func (c *Chart) Tapped(e *fyne.PointEvent) { c.point(e.Position) }

// MouseIn chooses the bar below the pointer.
func (c *Chart) MouseIn(e *desktop.MouseEvent) { c.point(e.Position) }

// MouseMoved chooses the bar below the pointer.
func (c *Chart) MouseMoved(e *desktop.MouseEvent) { c.point(e.Position) }

// MouseOut leaves the bar chosen.
func (c *Chart) MouseOut() {}

func (c *Chart) point(at fyne.Position) {
	n := len(c.chart.Bars)
	i := int((at.X - chartLeft) / (c.Size().Width - chartLeft) * float32(n))
	if at.X >= chartLeft && i < n && i != c.at {
		c.at = i
		c.Refresh()
	}
}

// AccessibilityLabel is the sentence of the chart and what the chosen bar says.
func (c *Chart) AccessibilityLabel() string { return c.chart.Says + " " + c.said() }

// AccessibilityRole is that of a text.
func (c *Chart) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

func (c *Chart) said() string {
	if c.at < 0 || c.at >= len(c.chart.Bars) || c.Says == nil {
		return ""
	}
	return c.Says(c.chart.Bars[c.at])
}

// PNG is the chart as a picture of twice its size.
func (c *Chart) PNG() ([]byte, error) {
	out := software.NewCanvas()
	out.SetPadded(true)
	copied := NewChart(c.chart, c.Says)
	out.SetContent(copied)
	out.SetScale(2)
	out.Resize(fyne.NewSize(880, 320))
	var b bytes.Buffer
	if err := png.Encode(&b, out.Capture()); err != nil {
		return nil, fmt.Errorf("drawing the chart: %w", err)
	}
	return b.Bytes(), nil
}

// CreateRenderer draws it.
func (c *Chart) CreateRenderer() fyne.WidgetRenderer {
	r := &chartRenderer{c: c}
	r.Refresh()
	return r
}

type chartRenderer struct {
	c       *Chart
	objects []fyne.CanvasObject
}

// Room around the bars.
const chartLeft, chartTop, chartBelow = 48, 12, 56

// Destroy does nothing.
func (r *chartRenderer) Destroy() {}

// Objects are what is drawn.
func (r *chartRenderer) Objects() []fyne.CanvasObject { return r.objects }

// MinSize is that at which bars can be told apart.
func (r *chartRenderer) MinSize() fyne.Size { return fyne.NewSize(280, 220) }

// Layout draws anew.
func (r *chartRenderer) Layout(fyne.Size) { r.Refresh() }

// Refresh draws all of it.
func (r *chartRenderer) Refresh() {
	c, of := r.c, coloursOf(r.c)
	size := c.Size()
	ground := canvas.NewRectangle(color.Transparent)
	ground.CornerRadius = 6
	ground.Resize(size)
	if c.focused {
		ring(ground, c)
	}
	r.objects = []fyne.CanvasObject{ground}
	width, height := size.Width-chartLeft-8, size.Height-chartTop-chartBelow
	if width <= 0 || height <= 0 {
		return
	}
	top := model.Round(c.chart.Top())
	for _, at := range []int{0, top} {
		y := chartTop + height - float32(at)/float32(top)*height
		line := canvas.NewLine(of(ColorLine))
		line.Position1, line.Position2 = fyne.NewPos(chartLeft, y), fyne.NewPos(chartLeft+width, y)
		r.objects = append(r.objects, line)
		r.text(fmt.Sprint(at), of(ColorMuted), func(s fyne.Size) fyne.Position { return fyne.NewPos(chartLeft-8-s.Width, y-s.Height/2) })
	}
	r.bars(width, height, top)
	if said := c.said(); said != "" {
		r.text(said, of(theme.ColorNameForeground), func(s fyne.Size) fyne.Position { return fyne.NewPos(chartLeft, size.Height-s.Height-6) })
	}
	canvas.Refresh(c)
}

// bars draws the bars and the names below them.
func (r *chartRenderer) bars(width, height float32, top int) {
	c, of := r.c, coloursOf(r.c)
	n := len(c.chart.Bars)
	step := width / float32(max(n, 1))
	every := max(1, (n+7)/8)
	for i, bar := range c.chart.Bars {
		x, y := chartLeft+step*float32(i)+step*0.15, float32(chartTop)+height
		for _, part := range []struct {
			n    int
			name fyne.ThemeColorName
		}{{bar.Held, theme.ColorNamePrimary}, {bar.Told, ColorHeld}} {
			if part.n == 0 {
				continue
			}
			tall := float32(part.n) / float32(top) * height
			y -= tall
			rect := canvas.NewRectangle(of(part.name))
			rect.Resize(fyne.NewSize(step*0.7, tall))
			rect.Move(fyne.NewPos(x, y))
			if i == c.at {
				rect.StrokeColor, rect.StrokeWidth = of(theme.ColorNameForeground), 2
			}
			r.objects = append(r.objects, rect)
		}
		if i == c.at {
			tick := canvas.NewRectangle(of(theme.ColorNameForeground))
			tick.Resize(fyne.NewSize(step*0.7, 2))
			tick.Move(fyne.NewPos(x, chartTop+height+2))
			r.objects = append(r.objects, tick)
		}
		if i%every == 0 {
			r.text(bar.Label, of(ColorMuted), func(fyne.Size) fyne.Position { return fyne.NewPos(x, chartTop+height+6) })
		}
	}
}

// text adds a text where its size says.
func (r *chartRenderer) text(text string, in color.Color, at func(fyne.Size) fyne.Position) {
	t := canvas.NewText(text, in)
	t.TextSize = theme.SizeForWidget(theme.SizeNameCaptionText, r.c)
	size := t.MinSize()
	t.Resize(size)
	t.Move(at(size))
	r.objects = append(r.objects, t)
}
