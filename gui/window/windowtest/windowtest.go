// Package windowtest says where things are in a window of Unseen, for tests that use a
// real one on a screen.
//
// A [Twin] is made of the same parts as the window, speaks with the same daemon, and is
// drawn without a screen: whoever presses keys and buttons of the real one learns from
// it where they are, and what should be seen. A twin looks; it changes nothing unless it
// is told to press what does. Only tests may import this package.
package windowtest

import (
	"context"
	"image"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// A Twin is a window without a screen.
type Twin struct {
	t   testing.TB
	win *window.Window
}

// Wake tells the toolkit what time it is. It forgets what was drawn a minute ago, by a
// clock that it reads only when something is drawn: what is made after a long while without
// a picture would be forgotten before it is drawn. A test that makes a window calls this
// first; packaging/test.sh has the toolkit forget nothing (FYNE_CACHE).
func Wake() { software.NewCanvas().Capture() }

// New makes a window that speaks with a daemon, in English and in light colours, and has
// files put into a folder. It ends with the test.
func New(t *testing.T, client *api.Client, folder string) *Twin {
	t.Helper()
	Wake()
	a := test.NewTempApp(t)
	test.ApplyTheme(t, piece.NewTheme("light", 100))
	win := window.New(t.Context(), a, window.Config{
		Client: client, Words: words.English(), Inline: true, Start: func(context.Context) error { return nil },
		Place:  func(name string) (string, error) { return filepath.Join(folder, name), nil },
		Folder: func(string) bool { return true },
		Save:   func(string, []byte) (string, error) { return "", nil }, Login: func() bool { return true }, SetLogin: func(bool) error { return nil },
	})
	t.Cleanup(win.Close)
	win.Run(window.Today)
	return &Twin{t, win}
}

// Resize makes it as large as the real one.
func (w *Twin) Resize(width, height int) {
	size := fyne.NewSize(float32(width), float32(height))
	w.win.Window().Resize(size.AddWidthHeight(1, 0)) // as the real driver does, which looks twice
	w.win.Window().Resize(size)
}

// Show goes to a page.
func (w *Twin) Show(page string) { w.win.Show(page) }

// Again asks the daemon anew for what is shown.
func (w *Twin) Again() {
	w.win.Window().Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF5})
}

// Note shows what the real window says below the page, which the twin did not do.
func (w *Twin) Note(text string, undo bool) { w.win.Note(text, undo) }

// Has says whether a text stands on the page, in sight or where one scrolls to: whole, or
// within a longer one.
func (w *Twin) Has(text string) bool {
	for _, o := range test.LaidOutObjects(w.win.Window().Content()) {
		says := ""
		switch o := o.(type) {
		case *widget.Label:
			says = o.Text
		case *piece.Button:
			says = o.Text
		case *piece.Switch:
			says = o.AccessibilityLabel()
		case *piece.Entry:
			says = o.PlaceHolder
		}
		if strings.Contains(says, text) {
			return true
		}
	}
	return false
}

// Picture is what should be seen.
func (w *Twin) Picture() image.Image { return w.win.Window().Canvas().Capture() }

// Thing is where something is: a button or a switch by its text, "entry 1" for the first
// place to write in, "row 1" for the first line of a list. The test ends if it is not
// there, or not in sight.
func (w *Twin) Thing(name string) image.Point {
	w.t.Helper()
	o := w.thing(name)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	x, y := at.X+o.Size().Width/2, at.Y+o.Size().Height/2
	if n, ok := nth(name, "row"); ok {
		y = at.Y + rowHeight*(float32(n)-0.5)
	}
	if y < 0 || y >= w.win.Window().Canvas().Size().Height {
		w.t.Fatalf("%q is not in sight", name)
	}
	return image.Pt(int(x), int(y))
}

// Sight says whether something is in sight: otherwise the tab key leads to it.
func (w *Twin) Sight(name string) bool {
	w.t.Helper()
	o := w.thing(name)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	return at.Y >= 0 && at.Y+o.Size().Height < w.win.Window().Canvas().Size().Height
}

// rowHeight is about how high a line of a list is.
const rowHeight = 57

// nth reads "row 3".
func nth(name, kind string) (int, bool) {
	number, ok := strings.CutPrefix(name, kind+" ")
	n, err := strconv.Atoi(number)
	return n, ok && err == nil
}

// thing finds something that is laid out.
func (w *Twin) thing(name string) fyne.CanvasObject {
	w.t.Helper()
	entry, isEntry := nth(name, "entry")
	_, isRow := nth(name, "row")
	for _, o := range test.LaidOutObjects(w.win.Window().Content()) {
		found := false
		switch o := o.(type) {
		case *piece.Button:
			found = o.Text == name
		case *piece.Switch:
			found = o.Text == name
		case *piece.Entry:
			entry--
			found = isEntry && entry == 0
		case *widget.List:
			found = isRow
		}
		if found {
			return o
		}
	}
	w.t.Fatalf("the window has no %q", name)
	return nil
}

// Unfocus takes the keyboard from everything, as a click on what takes no text does.
func (w *Twin) Unfocus() { w.win.Window().Canvas().Unfocus() }

// Press presses a button or chooses a line of a list.
func (w *Twin) Press(name string) {
	w.t.Helper()
	switch o := w.thing(name).(type) {
	case *widget.List:
		n, _ := nth(name, "row")
		o.Select(n - 1)
	case fyne.Tappable:
		test.Tap(o)
	}
}

// Write writes into a place to write in, which then has the keyboard.
func (w *Twin) Write(name, text string) {
	w.t.Helper()
	e, ok := w.thing(name).(*piece.Entry)
	if !ok {
		w.t.Fatalf("%q takes no text", name)
	}
	e.SetText(text)
	w.win.Window().Canvas().Focus(e)
}

// maxTabs is how often the tab key is pressed at most to get somewhere.
const maxTabs = 200

// Tab goes to something with the tab key, from where the keyboard is, and says how often
// it has to be pressed.
func (w *Twin) Tab(name string) int {
	w.t.Helper()
	want, canvas := w.thing(name), w.win.Window().Canvas()
	for n := 1; n < maxTabs; n++ {
		canvas.FocusNext()
		if o, ok := canvas.Focused().(fyne.CanvasObject); ok && o == want {
			return n
		}
	}
	w.t.Fatalf("the tab key does not lead to %q", name)
	return 0
}
