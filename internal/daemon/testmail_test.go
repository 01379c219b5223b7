package daemon_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"github.com/unseen-mail/unseen/internal/api"
)

// A test mail that the reader asks for lies in the inbox, comes through like any other,
// and its picture is held when it is opened. It makes no question, for nobody stands
// behind it.
func TestPutTestMail(t *testing.T) {
	h := newHouse(t)
	h.start()
	a := h.connect(nil)
	made, err := h.client.PutTestMail(t.Context(), api.TestMailRequest{Address: reader, Login: user, Password: password, Language: "fr"})
	if err != nil || made.Subject != "Un mail d'essai d'Unseen" {
		t.Fatalf("%+v, %v", made, err)
	}
	mails := h.fetch(a, "INBOX")
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	if asked := h.open(mails[0]); len(asked) != 0 {
		t.Errorf("somebody was asked: %q", asked)
	}
	page, err := h.client.Messages(t.Context(), api.MessageQuery{Search: made.Subject, Limit: 10})
	if err != nil || len(page.Messages) != 1 || page.Messages[0].Trackers+page.Messages[0].Suspected != 1 {
		t.Errorf("%+v, %v", page, err)
	}
	events, err := h.client.Events(t.Context(), -1, 100)
	if err != nil || !slices.ContainsFunc(events, func(e api.Event) bool {
		return e.Kind == "load" && e.Outcome == "held" && e.Host == made.Host
	}) {
		t.Errorf("%+v, %v", events, err)
	}
	if waiting, err := h.client.Questions(t.Context(), true); err != nil || len(waiting) != 0 {
		t.Errorf("%+v, %v", waiting, err)
	}
}

// What stands in the way of a test mail is said with what to do.
func TestPutTestMailRefused(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.connect(nil)
	for name, c := range map[string]struct {
		q    api.TestMailRequest
		code string
		says string
	}{
		"no such account": {api.TestMailRequest{Address: "x@y.example"}, api.CodeUnknown, "x@y.example"},
		"no password":     {api.TestMailRequest{Address: reader}, api.CodeUpstream, "without a password"},
		"wrong password":  {api.TestMailRequest{Address: reader, Login: user, Password: "x"}, api.CodeUpstream, "logging in"},
	} {
		t.Run(name, func(t *testing.T) {
			var e *api.Error
			if _, err := h.client.PutTestMail(t.Context(), c.q); !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Text, c.says) || e.Hint == "" {
				t.Errorf("%+v", err)
			}
		})
	}
	if mails := h.direct("INBOX", &imap.FetchItemBodySection{Peek: true}); len(mails) != 0 {
		t.Errorf("%q", mails)
	}
}
