package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// On a full disk mail flows, the status says what it can, and a decision that
// cannot be kept is refused with a sentence.
func TestFullDisk(t *testing.T) {
	ctx := context.Background()
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.lab.MaxPages = 80
	h.start()
	a := h.connect(anywhere)
	h.fetch(a, "INBOX")
	for n := range 400 {
		h.deliver(strings.Replace(mailFrom(fmt.Sprint("shop", n, ".example"), pixel), "<1@", fmt.Sprint("<", n, "@"), 1))
	}
	mails := h.fetch(a, "INBOX")
	if len(mails) != 401 {
		t.Fatalf("%d mails", len(mails))
	}
	// What waits for the disk is served all the same, and reports nothing.
	if asked := h.open(mails[400]); len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
	st, err := h.client.Status(ctx)
	if err != nil || !st.Uncounted || len(st.Problems) != 1 || len(st.Accounts) != 1 {
		t.Fatalf("%+v, %v", st, err)
	}
	if want := "the disk of " + h.paths.Data + " is full: decisions cannot be kept; mail flows"; st.Problems[0] != want {
		t.Errorf("said %q", st.Problems[0])
	}
	var e *api.Error
	_, err = say(ctx, h.client, api.Decision{Decision: "granted", Sender: "shop.example", All: true})
	if !errors.As(err, &e) || !strings.Contains(e.Text, "is full, so nothing was decided") || e.Hint == "" {
		t.Errorf("deciding: %v", err)
	}
	if _, err := h.client.ShowPictures(ctx, api.Picture{Sender: "shop.example", Show: true}); !errors.As(err, &e) || !strings.Contains(e.Text, "is full") {
		t.Errorf("choosing pictures: %v", err)
	}
	if list, err := h.client.Standings(ctx); err != nil || len(list) != 0 {
		t.Errorf("standings %v, %v", list, err)
	}
}

// What came through is counted once, and why something in it is not held.
func TestCounts(t *testing.T) {
	signed := strings.Replace(mailFrom("signed.example", ""), "Content-Type: text/html; charset=utf-8\n\n<html><body></body></html>\n",
		"Content-Type: multipart/signed; boundary=x; protocol=\"application/pgp-signature\"\n\n--x\nContent-Type: text/html\n\n"+
			pixel+"\n--x\nContent-Type: application/pgp-signature\n\nmade up\n--x--\n", 1)
	odd := strings.Replace(mailFrom("odd.example", pixel), "charset=utf-8", "charset=utf-7", 1)
	h := read(t, mailFrom("shop.example", pixel), signed, odd, quiet("calm.example"))
	check := func() {
		t.Helper()
		st, err := h.client.Status(context.Background())
		if err != nil || st.Mail.Messages != 4 || st.Mail.Ungated != 2 || st.Mail.Reasons["signed"] != 1 || st.Mail.Reasons["charset"] != 1 {
			t.Errorf("%+v, %v", st.Mail, err)
		}
	}
	check()
	accounts, err := h.client.Accounts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	h.fetch(accounts[0], "INBOX")
	h.restart()
	check()
}

// A no needs nobody to vouch for the sender, and lets nobody through.
func TestNoToAnybody(t *testing.T) {
	ctx := context.Background()
	forged := strings.ReplaceAll(mailFrom("forged.example", pixel), "=pass", "=fail")
	h := read(t, mailFrom("shop.example", pixel), quiet("calm.example"), forged)
	for _, c := range []struct {
		sender   string
		purposes []string
		want     int
	}{
		{"forged.example", nil, 8},
		{"news@forged.example", []string{"click"}, 1},
		{"calm.example", nil, 8},
		{"shop.example", []string{"fraud"}, 1},
	} {
		list, err := say(ctx, h.client, api.Decision{Decision: "refused", Sender: c.sender, Purposes: c.purposes, All: c.purposes == nil})
		if err != nil || len(list) != c.want {
			t.Errorf("%s: %d, %v", c.sender, len(list), err)
			continue
		}
		for _, s := range list {
			if s.Decision != "refused" || s.Address != reader || s.Sender == "" {
				t.Errorf("%s: %+v", c.sender, s)
			}
		}
	}
	if p, err := h.client.ShowPictures(ctx, api.Picture{Sender: "forged.example"}); err != nil || p.Sender != "forged.example" {
		t.Errorf("pictures off: %+v, %v", p, err)
	}
	var e *api.Error
	if _, err := h.client.ShowPictures(ctx, api.Picture{Sender: "forged.example", Show: true}); !errors.As(err, &e) || !strings.Contains(e.Text, "does not vouch") {
		t.Errorf("pictures on: %v", err)
	}
	if _, err := say(ctx, h.client, api.Decision{Decision: "refused", Sender: "nobody.example", All: true}); !errors.As(err, &e) || !strings.Contains(e.Hint, "forged.example") {
		t.Errorf("nobody: %v", err)
	}
	for _, mail := range h.fetch(h.account(), "INBOX") {
		if strings.Contains(mail, h.daemon.Origin()) {
			if asked := h.open(mail); len(asked) > 0 {
				t.Errorf("asked %v", asked)
			}
		}
	}
}
