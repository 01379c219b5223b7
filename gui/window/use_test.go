package window_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
)

// has says whether something that is shown holds a text.
func (h *hand) has(text string) bool {
	return slices.ContainsFunc(h.said(), func(s string) bool { return strings.Contains(s, text) })
}

// focus goes on with the tab key to a button, as somebody without a mouse does.
func (h *hand) focus(text string) *piece.Button {
	h.t.Helper()
	for range 300 {
		h.win.Canvas().FocusNext()
		if b, ok := h.win.Canvas().Focused().(*piece.Button); ok && b.Text == text {
			return b
		}
	}
	h.t.Fatalf("the tab key does not lead to %q", text)
	return nil
}

// A question is answered by keys alone, and the yes taken back at once.
func TestAnswerByKeys(t *testing.T) {
	h := newHand(t, small(), "light")
	h.focus("Questions").TypedRune(' ')
	h.focus("Let them know").TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.focus("Keep the answers above").TypedRune(' ')
	want := "answer shop0.example yes=[performance] no=[] all= true"
	if got := h.world.notes(); len(got) != 1 || got[0] != want {
		t.Fatalf("noted %q", got)
	}
	h.focus("Undo").TypedRune(' ')
	if got := h.world.notes(); len(got) != 2 || got[1] != "withdrawn shop0.example [performance] false" {
		t.Errorf("noted %q", got)
	}
}

// Every way to answer does what it says.
func TestAnswers(t *testing.T) {
	for button, want := range map[string]string{
		"Let them know all of it":             "answer shop0.example yes=[] no=[] all=yes true",
		"Keep all of it from them":            "answer shop0.example yes=[] no=[] all=no true",
		"Only this once, for the newest mail": "once abab",
		"Decide later":                        "later shop0.example",
	} {
		t.Run(button, func(t *testing.T) {
			h := newHand(t, small(), "light")
			h.show(window.Questions)
			h.press(button)
			if got := h.world.notes(); len(got) != 1 || got[0] != want {
				t.Errorf("noted %q", got)
			}
		})
	}
	h := newHand(t, small(), "light")
	h.show(window.Questions)
	if h.press("Keep the answers above"); len(h.world.notes()) != 0 {
		t.Errorf("nothing was chosen, and %q noted", h.world.notes())
	}
}

// Yes and no have the same size, the same look and the same distance.
func TestYesAndNoAreEqual(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Questions)
	for _, pair := range [][2]string{{"Let them know", "Keep it from them"}, {"Let them know all of it", "Keep all of it from them"}} {
		yes, no := h.button(pair[0]), h.button(pair[1])
		if yes == nil || no == nil || yes.Size() != no.Size() || yes.Kind != no.Kind || yes.Chosen != no.Chosen || yes.Position().Y != no.Position().Y {
			t.Errorf("%q and %q differ", pair[0], pair[1])
		}
	}
}

// Where an answer cannot be written it is said, with what to do; what was chosen is
// still chosen, and trying again writes it.
func TestWhatGoesWrong(t *testing.T) {
	for name, c := range map[string]struct {
		wrong error
		says  []string
	}{
		"locked": {&api.Error{Code: api.CodeFailed, Text: "reading the store: another program holds it", Hint: "end that program"}, []string{"another program holds it", "end that program"}},
		"full":   {errors.New("disk on fire"), []string{"disk on fire"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHand(t, small(), "light")
			h.show(window.Questions)
			h.press("Keep it from them")
			h.world.mu.Lock()
			h.world.wrong = c.wrong
			h.world.mu.Unlock()
			h.press("Keep the answers above")
			for _, says := range append(c.says, "That could not be done") {
				if !h.has(says) {
					t.Errorf("it is not said: %q", says)
				}
			}
			if b := h.button("Keep it from them"); b == nil || !b.Chosen {
				t.Error("what was chosen is lost")
			}
			h.world.mu.Lock()
			h.world.wrong = nil
			h.world.mu.Unlock()
			h.press("Try again")
			if got := h.world.notes(); !slices.Contains(got, "answer shop0.example yes=[] no=[performance] all= true") {
				t.Errorf("noted %q", got)
			}
			if h.has("That could not be done") {
				t.Error("what went wrong is still said")
			}
		})
	}
}

// A sender's page takes back by one press, and a yes leads to the notice.
func TestSenderSwitches(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Senders)
	h.row(2)
	test.Tap(h.switches("Measuring campaigns"))
	if got := h.world.notes(); len(got) != 1 || got[0] != "withdrawn shop2.example [performance] false" {
		t.Fatalf("noted %q", got)
	}
	test.Tap(h.switches("Counting your clicks"))
	if len(h.world.notes()) != 1 || !h.has("May shop2.example know") {
		t.Errorf("a yes was written without its notice: %q", h.world.notes())
	}
	h.show(window.Senders)
	h.show(window.Senders) // the second time leads back to the list
	h.row(2)
	test.Tap(h.switches("Pictures"))
	h.press("Undo")
	if got := h.world.notes(); len(got) != 3 || got[1] != "pictures shop2.example true" || got[2] != "pictures shop2.example false" {
		t.Errorf("noted %q", got)
	}
	h.press("Take everything back")
	if got := h.world.notes(); got[len(got)-1] != "withdrawn shop2.example [] true" {
		t.Errorf("noted %q", got)
	}
}

// Search and filters act at once.
func TestSearch(t *testing.T) {
	h := newHand(t, huge(), "light")
	h.show(window.Senders)
	h.write("SHOP1234.")
	if !h.has("1 of 20,000 senders") {
		t.Errorf("%q", h.said())
	}
	h.write("")
	h.press("Nobody vouches")
	if !h.has("2,857 of 20,000 senders") {
		t.Errorf("%q", h.said())
	}
}

// Settings act, and can be undone; another language makes everything anew.
func TestSet(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Settings)
	h.press("Everything")
	h.press("Undo")
	if got := h.world.notes(); len(got) != 2 {
		t.Errorf("noted %q", got)
	}
	h.press("Français")
	if !h.has("Réglages") || h.has("Look and language") {
		t.Errorf("%q", h.said())
	}
	h.press("Pendant une heure")
	if got := h.world.notes(); got[len(got)-1] != "pause 3600" {
		t.Errorf("noted %q", got)
	}
}

// A chart is a table one key away, and is saved where the reader is told.
func TestStatisticsExport(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Statistics)
	h.press("As a table")
	if !h.has("3 March 2026: held") {
		t.Errorf("%q", h.said())
	}
	for _, kind := range []string{"SVG", "PNG", "CSV"} {
		h.press("Save as " + kind)
		if !h.has("/home/anna/Downloads/unseen-day." + strings.ToLower(kind)) {
			t.Errorf("%s: %q", kind, h.said())
		}
	}
}

// Where the daemon is gone, or of another version, the window says so, keeps what it
// showed, and goes on when it is back.
func TestDaemonGone(t *testing.T) {
	h := newHand(t, small(), "light")
	for name, c := range map[string]struct {
		wrong error
		says  string
	}{
		"gone":          {api.ErrNotRunning, "Unseen is not running"},
		"other version": {&api.VersionError{Theirs: "2"}, "it speaks version 2, the window 1"},
		"foreign":       {api.ErrForeign, "another user's"},
	} {
		t.Run(name, func(t *testing.T) {
			h.w.Lost(c.wrong)
			if !h.has(c.says) || !h.has("12 mails loaded something") {
				t.Errorf("%q", h.said())
			}
			h.w.Found()
			if h.has(c.says) || !h.has("12 mails loaded something") {
				t.Errorf("%q", h.said())
			}
		})
	}
}
