package daemon_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// What cannot be connected is refused with a sentence, and is not connected.
func TestAddAccountRefuses(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.connect(anywhere)
	junk := filepath.Join(t.TempDir(), "junk.pem")
	if err := os.WriteFile(junk, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		ask  api.NewAccount
		code string
		text string
	}{
		"no address":       {api.NewAccount{Address: "anna"}, api.CodeWrong, "is not a mail address"},
		"unknown provider": {api.NewAccount{Address: "a@nowhere.example"}, api.CodeUnknown, "are not known"},
		"there already":    {api.NewAccount{Address: "Anna@Mail.Example", IMAP: h.upstream}, api.CodeConflict, "connected already"},
		"plain elsewhere":  {api.NewAccount{Address: "a@b.example", IMAP: &api.Endpoint{Host: "b.example", TLS: "none"}}, api.CodeWrong, "another machine"},
		"nobody there":     {api.NewAccount{Address: "a@b.example", IMAP: anywhere}, api.CodeUpstream, "nobody answers"},
		"no TLS there":     {api.NewAccount{Address: "a@b.example", IMAP: &api.Endpoint{Host: "127.0.0.1", Port: h.upstream.Port, TLS: "implicit"}}, api.CodeUpstream, "does not speak TLS"},
		"SMTP not there":   {api.NewAccount{Address: "a@b.example", IMAP: h.upstream, SMTP: anywhere}, api.CodeUpstream, "127.0.0.1:9: nobody answers"},
		"no such CA":       {api.NewAccount{Address: "a@b.example", IMAP: &api.Endpoint{Host: "127.0.0.1", CA: "/missing.pem"}}, api.CodeWrong, "/missing.pem"},
		"junk for a CA":    {api.NewAccount{Address: "a@b.example", IMAP: &api.Endpoint{Host: "127.0.0.1", CA: junk}}, api.CodeWrong, "holds none in PEM"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.client.AddAccount(context.Background(), c.ask)
			var e *api.Error
			if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Text, c.text) {
				t.Errorf("error is %#v", err)
			}
		})
	}
	if list, err := h.client.Accounts(context.Background()); err != nil || len(list) != 1 {
		t.Errorf("accounts: %+v, %v", list, err)
	}
}

// Accounts have ports of their own, and one that comes back gets its ports
// again.
func TestPortsAreKept(t *testing.T) {
	h := newHouse(t)
	h.start()
	ctx := context.Background()
	first := h.connect(anywhere)
	second, err := h.client.AddAccount(ctx, api.NewAccount{Address: "b@mail.example", IMAP: h.upstream, Unchecked: true})
	if err != nil {
		t.Fatal(err)
	}
	if first.Local.IMAP == second.Local.IMAP || first.Local.IMAPS == second.Local.IMAPS || second.Local.Problem != "" {
		t.Errorf("ports: %+v and %+v", first.Local, second.Local)
	}
	if _, err := h.client.RemoveAccount(ctx, reader); err != nil {
		t.Fatal(err)
	}
	if h.answers(first) {
		t.Error("the removed account still answers")
	}
	third, err := h.client.AddAccount(ctx, api.NewAccount{Address: "c@mail.example", IMAP: h.upstream, Unchecked: true})
	if err != nil {
		t.Fatal(err)
	}
	if again := h.connect(anywhere); again.Local != first.Local || third.Local.IMAP == first.Local.IMAP {
		t.Errorf("ports: %+v, then %+v; the third has %+v", first.Local, again.Local, third.Local)
	}
}

// A check of a connected account says how its servers are, and what is wrong
// on this side.
func TestCheckAccount(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	h.connect(nil)
	steps, err := h.client.CheckAccount(context.Background(), api.CheckRequest{Address: reader, Login: user, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, s := range steps {
		texts = append(texts, s.Text)
		if !s.OK {
			t.Errorf("not well: %+v", s)
		}
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{"mail can be received", "login as anna was accepted", "senders of 1 of your last 1 mail", "only pixels"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in:\n%s", want, all)
		}
	}
	var e *api.Error
	if _, err := h.client.CheckAccount(context.Background(), api.CheckRequest{Address: "x@y.example"}); !errors.As(err, &e) || e.Code != api.CodeUnknown {
		t.Errorf("unknown account: %v", err)
	}
	if _, err := h.client.RemoveAccount(context.Background(), "x@y.example"); !errors.As(err, &e) || !strings.Contains(e.Hint, reader) {
		t.Errorf("unknown account: %v", err)
	}
}
