package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// TestConfirmVouching checks that a name is offered once it stood on every mail,
// that nothing is believed before the reader says so, and that they can take it
// back.
func TestConfirmVouching(t *testing.T) {
	ctx := context.Background()
	var mails []string
	for i := range 49 {
		mails = append(mails, numbered(i))
	}
	h := newHouse(t, mails...)
	h.lab.Providers = nil // what the server writes is not known
	h.start()
	a := h.connect(anywhere)
	h.fetch(a, "INBOX")
	refused := func(r api.VouchRequest, text string) {
		t.Helper()
		var e *api.Error
		if _, err := h.client.ConfirmVouching(ctx, r); !errors.As(err, &e) || !strings.Contains(e.Text, text) || e.Hint == "" {
			t.Fatalf("%v", err)
		}
	}
	stands := func() api.Vouch {
		t.Helper()
		v, err := h.client.Vouching(ctx, reader)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := stands(); v.By != "mx.mail.example" || v.Mails != 49 || v.Domains != 20 || v.Ready || v.Vouching != "unknown" {
		t.Fatalf("%+v", v)
	}
	refused(api.VouchRequest{Address: reader, By: "mx.mail.example"}, "49 of the 50")
	refused(api.VouchRequest{Address: reader, Undo: true}, "nothing was confirmed")
	refused(api.VouchRequest{Address: "x@y.example"}, "x@y.example")

	h.deliver(numbered(49))
	h.fetch(a, "INBOX")
	if v := stands(); !v.Ready || v.Confirmed != "" || v.Vouching != "unknown" {
		t.Fatalf("%+v", v)
	}
	refused(api.VouchRequest{Address: reader, By: "mx.evil.example"}, "cannot be confirmed")
	if known := h.vouchedFor(); known > 0 {
		t.Fatalf("%d senders are believed before the reader said so", known)
	}
	v, err := h.client.ConfirmVouching(ctx, api.VouchRequest{Address: reader, By: "mx.mail.example"})
	if err != nil || v.Confirmed != "mx.mail.example" || v.Vouching != "yes" || v.Ready {
		t.Fatalf("%+v, %v", v, err)
	}
	refused(api.VouchRequest{Address: reader, By: "mx.mail.example"}, "nothing to confirm")
	if known := h.vouchedFor(); known != 20 {
		t.Errorf("%d senders are believed, of mail that was read before", known)
	}
	h.restart()
	if v := stands(); v.Confirmed != "mx.mail.example" || v.Vouching != "yes" {
		t.Errorf("after a start %+v", v)
	}
	h.decide("granted", "shop3.example")
	if v, err = h.client.ConfirmVouching(ctx, api.VouchRequest{Address: reader, Undo: true}); err != nil || v.Confirmed != "" || v.Vouching != "unknown" {
		t.Errorf("%+v, %v", v, err)
	}
}

// numbered is a mail of one of twenty senders, unlike all others.
func numbered(i int) string {
	return strings.Replace(mailFrom(fmt.Sprintf("shop%d.example", i%20), pixel), "Message-ID: <1@", fmt.Sprintf("Message-ID: <%d@", i), 1)
}

// vouchedFor counts the senders that are believed.
func (h *house) vouchedFor() int {
	h.t.Helper()
	all, err := h.client.Senders(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	n := 0
	for _, s := range all {
		if s.Authenticated {
			n++
		}
	}
	return n
}

// TestVouchingBroken checks that one mail without the name keeps the question back,
// and that the check of the account says how far it is.
func TestVouchingBroken(t *testing.T) {
	var mails []string
	for i := range 60 {
		mails = append(mails, numbered(i))
	}
	mails[40] = numbered(40)
	mails[40] = mails[40][strings.Index(mails[40], "From:"):]
	h := newHouse(t, mails...)
	h.lab.Providers = nil
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	v, err := h.client.Vouching(context.Background(), reader)
	if err != nil || v.Ready || v.Mails != 19 {
		t.Fatalf("%+v, %v", v, err)
	}
	steps, err := h.client.CheckAccount(context.Background(), api.CheckRequest{Address: reader, Login: user, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		if strings.Contains(s.Text, "mx.mail.example") && strings.Contains(s.Text, "19") && strings.Contains(s.Text, "50 mails of 20 domains") {
			return
		}
	}
	t.Errorf("%+v", steps)
}
