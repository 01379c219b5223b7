package piece

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Switch is on or off. Its knob and its words say which, so that colour alone
// does not.
type Switch struct {
	widget.BaseWidget
	// Text says what is switched; On and Off are what it says at each side.
	Text    string
	On, Off string
	// OnChanged is called when the reader switches.
	OnChanged func(on bool)

	on, focused, off bool
}

// NewSwitch returns a switch.
func NewSwitch(text, on, off string, is bool, changed func(bool)) *Switch {
	s := &Switch{Text: text, On: on, Off: off, on: is, OnChanged: changed}
	s.ExtendBaseWidget(s)
	return s
}

// Is says whether it is on.
func (s *Switch) Is() bool { return s.on }

// Set shows it on or off, without calling anybody.
func (s *Switch) Set(on bool) {
	s.on = on
	s.Refresh()
}

// Enable lets it be switched or not.
func (s *Switch) Enable(on bool) {
	s.off = !on
	s.Refresh()
}

// Tapped switches.
func (s *Switch) Tapped(*fyne.PointEvent) {
	if s.off {
		return
	}
	s.Set(!s.on)
	if s.OnChanged != nil {
		s.OnChanged(s.on)
	}
}

// FocusGained shows the ring.
func (s *Switch) FocusGained() {
	s.focused = true
	s.Refresh()
	reveal(s)
}

// FocusLost hides the ring.
func (s *Switch) FocusLost() {
	s.focused = false
	s.Refresh()
}

// TypedRune switches by the space bar.
func (s *Switch) TypedRune(r rune) {
	if r == ' ' {
		s.Tapped(nil)
	}
}

// TypedKey switches by Return.
func (s *Switch) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		s.Tapped(nil)
	}
}

// Cursor is that of what can be pressed.
func (s *Switch) Cursor() desktop.Cursor { return desktop.PointerCursor }

// AccessibilityLabel is what a screen reader says.
func (s *Switch) AccessibilityLabel() string { return s.Text + ": " + s.state() }

// AccessibilityRole is that of a button.
func (s *Switch) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (s *Switch) state() string {
	if s.on {
		return s.On
	}
	return s.Off
}

// CreateRenderer draws it.
func (s *Switch) CreateRenderer() fyne.WidgetRenderer {
	r := &switchRenderer{
		s: s, ring: canvas.NewRectangle(color.Transparent), track: canvas.NewRectangle(color.Transparent),
		knob: canvas.NewCircle(color.White), label: canvas.NewText("", color.Black), state: canvas.NewText("", color.Black),
	}
	r.Refresh()
	return r
}

type switchRenderer struct {
	s            *Switch
	ring, track  *canvas.Rectangle
	knob         *canvas.Circle
	label, state *canvas.Text
}

// The size of the track.
const trackWidth, trackHeight = 40, 22

// Destroy does nothing.
func (r *switchRenderer) Destroy() {}

// Objects are what is drawn.
func (r *switchRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ring, r.track, r.knob, r.label, r.state}
}

// MinSize leaves room for a finger.
func (r *switchRenderer) MinSize() fyne.Size {
	label, state := r.label.MinSize(), r.state.MinSize()
	return fyne.NewSize(trackWidth+label.Width+state.Width+52, 40)
}

// Layout puts the track first, then what is switched; how it stands is at the end.
func (r *switchRenderer) Layout(size fyne.Size) {
	middle := func(h float32) float32 { return (size.Height - h) / 2 }
	r.ring.Resize(size)
	r.track.Resize(fyne.NewSize(trackWidth, trackHeight))
	r.track.Move(fyne.NewPos(8, middle(trackHeight)))
	r.knob.Resize(fyne.NewSize(trackHeight-8, trackHeight-8))
	x := float32(12)
	if r.s.on {
		x = 8 + trackWidth - trackHeight + 4
	}
	r.knob.Move(fyne.NewPos(x, middle(trackHeight-8)))
	label, state := r.label.MinSize(), r.state.MinSize()
	r.label.Resize(label)
	r.label.Move(fyne.NewPos(trackWidth+20, middle(label.Height)))
	r.state.Resize(state)
	r.state.Move(fyne.NewPos(max(size.Width-state.Width-12, trackWidth+label.Width+36), middle(state.Height)))
}

// Refresh takes over what changed.
func (r *switchRenderer) Refresh() {
	s, of := r.s, coloursOf(r.s)
	size := theme.SizeForWidget(theme.SizeNameText, s)
	r.label.Text, r.label.TextSize, r.label.Color = s.Text, size, of(theme.ColorNameForeground)
	r.state.Text, r.state.TextSize, r.state.Color = s.state(), size, of(ColorMuted)
	r.track.CornerRadius, r.track.StrokeWidth = trackHeight/2, 2
	r.track.FillColor, r.track.StrokeColor, r.knob.FillColor = of(ColorCard), of(ColorEdge), of(ColorEdge)
	if s.on {
		r.track.FillColor, r.track.StrokeColor, r.knob.FillColor = of(theme.ColorNamePrimary), of(theme.ColorNamePrimary), of(theme.ColorNameForegroundOnPrimary)
		r.state.Color = of(theme.ColorNamePrimary)
	}
	if s.off {
		r.label.Color = of(ColorMuted)
	}
	r.ring.CornerRadius, r.ring.StrokeColor, r.ring.StrokeWidth = 6, color.Transparent, 0
	if s.focused {
		ring(r.ring, s)
	}
	r.Layout(s.Size())
	canvas.Refresh(s)
}
