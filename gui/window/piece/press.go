// Package piece holds the small parts that the windows are made of: what can be
// pressed or switched, cards, charts, the picture of a mail, and the theme.
//
// Each part can be reached and used by keyboard alone, and shows by a ring where
// the keyboard is. Texts that come from mail go through [Clean] before they come
// here; no part renders markup, and none fetches anything.
package piece

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Kind is how a [Button] looks.
type Kind int

// Kinds of buttons.
const (
	// Plain has an edge. Yes and no are both plain.
	Plain Kind = iota
	// Main is filled; there is one on a page at most.
	Main
	// Quiet has neither.
	Quiet
	// Place is an entry of the navigation.
	Place
)

// A Button can be pressed, with the mouse, the space bar or Return.
type Button struct {
	widget.BaseWidget
	// Text is what it says.
	Text string
	// Kind is how it looks.
	Kind Kind
	// Chosen says that it is the one chosen of several.
	Chosen bool
	// Badge is a number that stands at its end, "" for none.
	Badge string
	// OnTapped is called when it is pressed.
	OnTapped func()

	focused, hovered, off bool
}

// NewButton returns a button with an edge.
func NewButton(text string, tapped func()) *Button { return newButton(text, Plain, tapped) }

// NewMain returns the main button of a page.
func NewMain(text string, tapped func()) *Button { return newButton(text, Main, tapped) }

// NewQuiet returns a button without an edge.
func NewQuiet(text string, tapped func()) *Button { return newButton(text, Quiet, tapped) }

// NewPlace returns an entry of the navigation.
func NewPlace(text string, tapped func()) *Button { return newButton(text, Place, tapped) }

func newButton(text string, kind Kind, tapped func()) *Button {
	b := &Button{Text: text, Kind: kind, OnTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// Enable lets it be pressed or not.
func (b *Button) Enable(on bool) {
	b.off = !on
	b.Refresh()
}

// Tapped presses it.
func (b *Button) Tapped(*fyne.PointEvent) {
	if b.OnTapped != nil && !b.off {
		b.OnTapped()
	}
}

// FocusGained shows the ring.
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
	reveal(b)
}

// FocusLost hides the ring.
func (b *Button) FocusLost() {
	b.focused = false
	b.Refresh()
}

// TypedRune presses it by the space bar.
func (b *Button) TypedRune(r rune) {
	if r == ' ' {
		b.Tapped(nil)
	}
}

// TypedKey presses it by Return.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		b.Tapped(nil)
	}
}

// MouseIn shows that it can be pressed.
func (b *Button) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
}

// MouseMoved does nothing.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends what MouseIn began.
func (b *Button) MouseOut() {
	b.hovered = false
	b.Refresh()
}

// Cursor is that of what can be pressed.
func (b *Button) Cursor() desktop.Cursor { return desktop.PointerCursor }

// AccessibilityLabel is what a screen reader says.
func (b *Button) AccessibilityLabel() string { return b.Text }

// AccessibilityRole is that of a button.
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer draws it.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		b: b, ground: canvas.NewRectangle(color.Transparent), mark: canvas.NewRectangle(color.Transparent),
		label: canvas.NewText("", color.Black), badge: canvas.NewText("", color.Black),
	}
	r.Refresh()
	return r
}

type buttonRenderer struct {
	b            *Button
	ground, mark *canvas.Rectangle
	label, badge *canvas.Text
}

// Destroy does nothing.
func (r *buttonRenderer) Destroy() {}

// Objects are what is drawn.
func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.mark, r.label, r.badge}
}

// MinSize leaves room for a finger.
func (r *buttonRenderer) MinSize() fyne.Size {
	text := r.label.MinSize()
	if r.badge.Text != "" {
		text.Width += r.badge.MinSize().Width + 12
	}
	room := float32(32)
	if r.b.Kind == Quiet {
		room = 16 // what has no edge begins where texts do
	}
	return fyne.NewSize(text.Width+room, max(text.Height+14, 36))
}

// Layout puts the text into the middle, or at the beginning.
func (r *buttonRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.mark.Resize(fyne.NewSize(3, size.Height-16))
	r.mark.Move(fyne.NewPos(3, 8))
	text := r.label.MinSize()
	x := (size.Width - text.Width) / 2
	if r.b.Kind == Place {
		x = 16
	}
	r.label.Resize(text)
	r.label.Move(fyne.NewPos(x, (size.Height-text.Height)/2))
	badge := r.badge.MinSize()
	r.badge.Resize(badge)
	r.badge.Move(fyne.NewPos(size.Width-badge.Width-14, (size.Height-badge.Height)/2))
}

// Refresh takes over what changed.
func (r *buttonRenderer) Refresh() {
	b, of := r.b, coloursOf(r.b)
	r.label.Text, r.label.TextSize = b.Text, theme.SizeForWidget(theme.SizeNameText, b)
	r.badge.Text, r.badge.TextSize = b.Badge, theme.SizeForWidget(theme.SizeNameText, b)
	r.label.TextStyle.Bold = b.Chosen || b.Kind == Main
	r.badge.TextStyle.Bold = true
	r.badge.Color = of(ColorAsked)
	r.label.Color = of(theme.ColorNameForeground)
	r.ground.CornerRadius, r.ground.StrokeWidth = 6, 1
	r.ground.FillColor, r.ground.StrokeColor = of(ColorCard), of(ColorEdge)
	switch b.Kind {
	case Main:
		r.ground.FillColor, r.ground.StrokeColor = of(theme.ColorNamePrimary), of(theme.ColorNamePrimary)
		r.label.Color = of(theme.ColorNameForegroundOnPrimary)
	case Quiet:
		r.ground.FillColor, r.ground.StrokeColor = color.Transparent, color.Transparent
		r.label.Color = of(theme.ColorNamePrimary)
	case Place:
		r.ground.FillColor, r.ground.StrokeColor = color.Transparent, color.Transparent
	}
	if b.Chosen && b.Kind == Plain {
		r.ground.StrokeColor, r.ground.StrokeWidth = of(theme.ColorNamePrimary), 2
		r.label.Color = of(theme.ColorNamePrimary)
	}
	r.mark.FillColor = color.Transparent
	if b.Chosen && b.Kind == Place {
		r.mark.FillColor = of(theme.ColorNamePrimary)
	}
	if b.hovered && b.Kind != Main && !b.off {
		r.ground.FillColor = of(theme.ColorNameHover)
	}
	if b.off {
		r.label.Color = of(ColorMuted)
	}
	if b.focused {
		ring(r.ground, b)
		if b.Kind == Main {
			r.ground.StrokeColor = of(theme.ColorNameForeground)
		}
	}
	r.Layout(b.Size())
	canvas.Refresh(b)
}

// coloursOf returns the colours of a widget's theme.
func coloursOf(w fyne.Widget) func(fyne.ThemeColorName) color.Color {
	return func(name fyne.ThemeColorName) color.Color { return theme.ColorForWidget(name, w) }
}

// ring is how the place of the keyboard is shown: an edge of three points in seal.
func ring(ground *canvas.Rectangle, w fyne.Widget) {
	ground.StrokeColor, ground.StrokeWidth = theme.ColorForWidget(theme.ColorNameFocus, w), 3
}
