package window_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
)

// A hand uses a window as a person does: it finds what can be seen and presses it.
type hand struct {
	t     *testing.T
	world *world
	w     *window.Window
	win   fyne.Window
}

func newHand(t *testing.T, w *world, variant string) *hand {
	t.Helper()
	win := show(t, w, window.Today, "en", variant)
	win.Window().Resize(wide)
	return &hand{t, w, win, win.Window()}
}

func (h *hand) show(page string) { h.w.Show(page) }

// objects are all that is laid out.
func (h *hand) objects() []fyne.CanvasObject { return test.LaidOutObjects(h.win.Content()) }

// button finds a button by its text.
func (h *hand) button(text string) *piece.Button {
	for _, o := range h.objects() {
		if b, ok := o.(*piece.Button); ok && b.Text == text {
			return b
		}
	}
	return nil
}

// press presses a button.
func (h *hand) press(text string) {
	h.t.Helper()
	b := h.button(text)
	if b == nil {
		h.t.Fatalf("there is no button %q", text)
	}
	test.Tap(b)
}

// switches finds a switch by its text.
func (h *hand) switches(text string) *piece.Switch {
	h.t.Helper()
	for _, o := range h.objects() {
		if s, ok := o.(*piece.Switch); ok && s.Text == text {
			return s
		}
	}
	h.t.Fatalf("there is no switch %q", text)
	return nil
}

// row chooses a row of the list that is shown.
func (h *hand) row(i int) {
	h.t.Helper()
	for _, o := range h.objects() {
		if l, ok := o.(*widget.List); ok {
			l.Select(i)
			return
		}
	}
	h.t.Fatal("there is no list")
}

// write types into the first entry.
func (h *hand) write(text string) {
	h.t.Helper()
	for _, o := range h.objects() {
		if e, ok := o.(*piece.Entry); ok {
			e.SetText(text)
			return
		}
	}
	h.t.Fatal("there is no entry")
}

// secret types into the place for a password.
func (h *hand) secret(text string) {
	h.t.Helper()
	for _, o := range h.objects() {
		if e, ok := o.(*piece.Entry); ok && e.Password {
			e.SetText(text)
			return
		}
	}
	h.t.Fatal("there is no place for a password")
}

// said is all text that is laid out.
func (h *hand) said() (list []string) {
	for _, o := range h.objects() {
		switch o := o.(type) {
		case *widget.Label:
			list = append(list, o.Text)
		case *piece.Button:
			list = append(list, o.Text)
		case *piece.Switch:
			list = append(list, o.AccessibilityLabel())
		}
	}
	return list
}
