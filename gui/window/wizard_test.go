package window_test

import (
	"slices"
	"testing"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
)

// connectByWizard goes through the wizard's first step.
func connectByWizard(h *hand) {
	h.t.Helper()
	wizard(h, "anna@mail.example")
}

// From an address to an account, and by way of its servers where nobody knows them.
func TestWizard(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Accounts)
	h.press("Connect an account")
	h.write("anna@nowhere.example")
	h.press("Continue")
	if !h.has("Its servers are not in the table") {
		t.Fatalf("%q", h.said())
	}
	h.write("anna@mail.example")
	h.press("Continue")
	if !h.has("anna@mail.example is connected") || !h.has("port 1143 with STARTTLS") || !h.has("http://127.0.0.1:4180") {
		t.Fatalf("%q", h.said())
	}
	h.press("Try the servers")
	if !h.has("mail can be received") || !h.has("Not well: no login") {
		t.Errorf("%q", h.said())
	}
	h.world.mu.Lock()
	h.world.mails++
	h.world.mu.Unlock()
	h.press("Look again")
	if !h.has("It works") {
		t.Errorf("%q", h.said())
	}
	h.press("To today's page")
}

// The test mail is put by a password that is used once, and the page says when it came
// through and when it was opened.
func TestWizardTestMail(t *testing.T) {
	h := newHand(t, small(), "light")
	connectByWizard(h)
	h.secret("letmein")
	h.world.fail(&api.Error{Code: api.CodeUpstream, Text: "logging in at imap.mail.example: it said: no", Hint: "check the password"})
	if h.press("Put a test mail into my inbox"); !h.has("it said: no") || !h.has("check the password") {
		t.Errorf("%q", h.said())
	}
	h.world.fail(nil)
	h.press("Try again")
	if !h.has(`A mail lies in your inbox: "A test mail of Unseen"`) || h.button("Put a test mail into my inbox") != nil {
		t.Fatalf("%q", h.said())
	}
	for _, o := range h.objects() {
		if e, ok := o.(*piece.Entry); ok && e.Text != "" {
			t.Errorf("the password is still there")
		}
	}
	if got := h.world.notes(); !slices.Contains(got, "test anna@mail.example 7 en") {
		t.Errorf("noted %q", got)
	}
	h.world.mu.Lock()
	h.world.mails++
	h.world.mu.Unlock()
	if h.press("Look again"); !h.has("It works") || !h.has("open it") {
		t.Errorf("%q", h.said())
	}
	h.world.mu.Lock()
	h.world.opened = true
	h.world.mu.Unlock()
	if h.press("Look again"); !h.has("Its picture asked to tell that, and was held: nobody was told.") {
		t.Errorf("%q", h.said())
	}
	h.press("To today's page")
}
