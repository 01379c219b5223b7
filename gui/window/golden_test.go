package window_test

import (
	"fmt"
	"runtime"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/internal/api"
)

// pages are all that can be gone to.
var pages = []string{window.Today, window.Questions, window.Senders, window.Mail, window.Statistics, window.Evidence, window.Accounts, window.Settings}

// Two sizes: a laptop's window, and a small one with larger letters of room to scroll.
var wide, narrow = fyne.NewSize(1060, 720), fyne.NewSize(720, 900)

// Every page looks as it did. Pictures are made without a screen; to take over a
// change, copy what lies in testdata/failed over the picture that it is to replace,
// after having looked at it.
func TestPagesLookAsTheyDid(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("pictures are compared where they were made")
	}
	for _, page := range pages {
		for _, variant := range []string{"light", "dark"} {
			picture(t, small(), page, "en", variant, wide)
		}
		picture(t, small(), page, "en", "light", narrow)
	}
	for i, lang := range []string{"fr", "nl", "de"} {
		picture(t, small(), window.Questions, lang, "light", wide)
		picture(t, small(), []string{window.Today, window.Settings, window.Accounts}[i], lang, "light", wide)
	}
	picture(t, huge(), window.Senders, "en", "dark", narrow)
	picture(t, &world{days: 1, settings: small().settings}, window.Today, "en", "light", wide)
}

// picture compares one page with its picture.
func picture(t *testing.T, w *world, page, lang, variant string, size fyne.Size) {
	kind := fmt.Sprint("w", int(size.Width))
	if w.senders != 5 {
		kind += fmt.Sprint("-", w.senders)
	}
	name := fmt.Sprintf("%s-%s-%s-%s.png", page, lang, variant, kind)
	t.Run(name, func(t *testing.T) {
		win := show(t, w, page, lang, variant).Window()
		settle(win, size)
		test.AssertImageMatches(t, name, win.Canvas().Capture())
	})
}

// Every page says what it did, in four languages, by its markup.
func TestPagesSayWhatTheyDid(t *testing.T) {
	for _, page := range pages {
		for _, lang := range []string{"en", "fr", "nl", "de"} {
			t.Run(page+"-"+lang, func(t *testing.T) {
				win := show(t, small(), page, lang, "light").Window()
				settle(win, wide)
				test.AssertRendersToMarkup(t, "markup/"+page+"-"+lang+".xml", win.Canvas())
			})
		}
	}
}

// What lies above a page looks as it did, too: one sender, one mail, the wizard.
func TestDetailsLookAsTheyDid(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("pictures are compared where they were made")
	}
	for name, open := range map[string]func(h *hand){
		"sender": func(h *hand) { h.show(window.Senders); h.row(2) },
		"letter": func(h *hand) { h.show(window.Mail); h.row(0) },
		"wizard": func(h *hand) {
			connectByWizard(h)
		},
		"wizard-test": func(h *hand) {
			connectByWizard(h)
			h.secret("letmein")
			h.press("Put a test mail into my inbox")
		},
		"gone": func(h *hand) {
			h.world.mu.Lock()
			h.world.wrong = &api.Error{Code: api.CodeFailed, Text: "reading the store: it is locked by another program", Hint: "close the other program"}
			h.world.mu.Unlock()
			h.show(window.Today)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHand(t, small(), "light")
			open(h)
			settle(h.win, wide)
			test.AssertImageMatches(t, name+".png", h.win.Canvas().Capture())
		})
	}
}

// settle lays a window out as the real driver does, which looks once more where the
// first time changed how high something is.
func settle(win fyne.Window, size fyne.Size) {
	win.Resize(size.AddWidthHeight(1, 0))
	win.Resize(size)
}
