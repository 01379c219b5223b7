package window_test

import (
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/internal/api"
)

// A view is something that can be seen in the window: how it comes to be seen, in which
// world.
type view struct {
	world *world
	open  func(h *hand)
}

// views are all pages, and all that lies above them, below them or in their place.
func views() map[string]view {
	all := map[string]view{
		"one question": {small(), func(h *hand) { h.show(window.Today); h.press("See the question") }},
		"more of a question": {small(), func(h *hand) {
			h.show(window.Questions)
			h.press("More about this")
		}},
		"one sender": {small(), func(h *hand) { h.show(window.Senders); h.row(2) }},
		"a notice shown": {small(), func(h *hand) {
			h.show(window.Senders)
			h.row(2)
			h.press("What you were shown")
		}},
		"its mail":   {small(), func(h *hand) { h.show(window.Senders); h.row(2); h.press("Its mail") }},
		"one mail":   {small(), func(h *hand) { h.show(window.Mail); h.row(0) }},
		"many mails": {huge(), func(h *hand) { h.show(window.Mail) }},
		"a table":    {small(), func(h *hand) { h.show(window.Statistics); h.press("As a table") }},
		"a bag":      {small(), func(h *hand) { h.show(window.Evidence); h.press("Export a bag") }},
		"wizard":     {small(), func(h *hand) { h.show(window.Accounts); h.press("Connect an account") }},
		"servers": {small(), func(h *hand) {
			h.show(window.Accounts)
			h.press("Connect an account")
			h.write("a@b.example")
			h.press("Continue")
		}},
		"by hand":     {small(), connectByWizard},
		"a program":   {settable(), func(h *hand) { connectByWizard(h); h.press("What would be changed") }},
		"a test mail": {small(), func(h *hand) { connectByWizard(h); h.press("Put a test mail into my inbox") }},
		"checked":     {small(), func(h *hand) { h.show(window.Accounts); h.press("Try the servers") }},
		"ways":        {sick("en"), func(h *hand) { h.show(window.Accounts) }},
		"trouble":     {small(), func(h *hand) { h.world.fail(&api.Error{Text: "no", Hint: "yes"}); h.show(window.Today) }},
		"undo":        {small(), func(h *hand) { h.show(window.Settings); h.press("Everything") }},
		"gone":        {small(), func(h *hand) { h.show(window.Today); h.w.Lost(api.ErrNotRunning) }},
		"nothing":     {&world{days: 1, settings: small().settings}, func(h *hand) { h.show(window.Today) }},
	}
	for _, page := range pages {
		all[page] = view{small(), func(h *hand) { h.show(page) }}
	}
	return all
}

// settable is a world with a mail program that can be set up.
func settable() *world {
	w := small()
	w.programs = (&thunderbird{world: w}).programs()
	return w
}

// controls walks through what is shown and returns what takes the keyboard. What can be
// pressed with the mouse alone is a fault, but for what belongs to a control that takes
// the keyboard, and for the bars of what scrolls by itself to where the keyboard is.
func controls(t *testing.T, o fyne.CanvasObject, found map[fyne.Focusable]bool) {
	t.Helper()
	if !o.Visible() {
		return
	}
	if f, ok := o.(fyne.Focusable); ok {
		if d, ok := o.(fyne.Disableable); !ok || !d.Disabled() {
			found[f] = true
		}
		return
	}
	if _, ok := o.(fyne.Tappable); ok {
		t.Errorf("%T %+v can be pressed by the mouse alone", o, o)
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			controls(t, child, found)
		}
	case *container.Scroll:
		controls(t, o.Content, found)
	case *widget.Label, *widget.ProgressBarInfinite:
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			controls(t, child, found)
		}
	}
}

// seen wants the place of the keyboard to be in sight: the page scrolls to it.
func seen(t *testing.T, f fyne.Focusable) {
	t.Helper()
	o := f.(fyne.CanvasObject)
	if _, list := o.(*widget.List); list {
		return // it scrolls by itself
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	if at.Y < 0 || at.Y+o.Size().Height > wide.Height {
		t.Errorf("%T %+v at %v is not seen", o, o, at)
	}
}

// Everything that can be pressed, in every view, is reached by the tab key, comes into
// sight, and looks otherwise while the keyboard is on it.
func TestEverythingIsReached(t *testing.T) {
	for name, v := range views() {
		t.Run(name, func(t *testing.T) {
			h := newHand(t, v.world, "light")
			v.open(h)
			wanted := make(map[fyne.Focusable]bool)
			controls(t, h.win.Content(), wanted)
			if len(wanted) < 8 {
				t.Fatalf("only %d can be used", len(wanted))
			}
			h.win.Canvas().Unfocus()
			before := make(map[fyne.Focusable]string)
			for f := range wanted {
				before[f] = test.RenderObjectToMarkup(f.(fyne.CanvasObject))
			}
			for range len(wanted) + 1 {
				h.win.Canvas().FocusNext()
				f := h.win.Canvas().Focused()
				seen(t, f)
				if was, ok := before[f]; ok && wanted[f] && was == test.RenderObjectToMarkup(f.(fyne.CanvasObject)) {
					t.Errorf("%T %+v looks the same with the keyboard on it", f, f)
				}
				delete(wanted, f)
			}
			for f := range wanted {
				t.Errorf("the tab key does not reach %T %+v", f, f)
			}
		})
	}
}

// hostile is how somebody may call itself: it turns the writing around, breaks lines, is
// a command, markup, a picture, a format, and has no end.
const hostile = "\u202eelpmaxe.knab\u2066\n\n$(reboot) `id` <b>&amp;</b> ![x](https://t.example/p.gif) %s\x00\x1b[31m\u200b\u2028"

// A sender that calls itself what would do harm, in its name, its domain, its subjects,
// its hosts and wherever else it can write something, is shown without it in every view.
func TestHostileName(t *testing.T) {
	for name, v := range views() {
		t.Run(name, func(t *testing.T) {
			w := v.world
			w.strange = hostile + strings.Repeat("W", 10_000)
			w.name = w.strange
			for i := range w.waiting {
				w.waiting[i].Sender = w.strange
			}
			for i := range w.accounts {
				w.accounts[i].Name = w.strange
			}
			for i := range w.marks {
				w.marks[i].Sender, w.marks[i].Authority = w.strange, w.strange
			}
			h := newHand(t, w, "light")
			v.open(h)
			for _, text := range h.said() {
				if long := strings.Contains(text, strings.Repeat("W", 601)); long || strings.ContainsFunc(text, harmful) {
					t.Errorf("shows %.80q", text)
				}
			}
			for _, o := range h.objects() {
				if _, ok := o.(*widget.RichText); ok && len(o.(*widget.RichText).Segments) > 1 {
					t.Errorf("%.80q is more than plain text", o.(*widget.RichText).String())
				}
			}
			if title := h.win.Title(); title != "Unseen" {
				t.Errorf("the window is called %q", title)
			}
		})
	}
}

// harmful says that a letter does something instead of showing itself. Lines are broken
// by Unseen alone, where it shows what is to be pasted.
func harmful(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
}
