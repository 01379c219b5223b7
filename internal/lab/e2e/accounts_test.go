package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// second adds another account of the same mail server, whose mail goes out by
// the server at smtp.
func (h *house) second(t *testing.T, address, smtp string) api.Account {
	t.Helper()
	account, err := h.client.AddAccount(context.Background(), api.NewAccount{
		Address: address,
		IMAP:    endpoint(t, h.dovecot.TLSAddr, "implicit"),
		SMTP:    endpoint(t, smtp, "starttls"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// A mail program carries mail between two accounts and back, through Unseen
// all the time: each account has a key of its own and serves the same mail
// differently, and still the original arrives, octet by octet.
func TestBetweenAccounts(t *testing.T) {
	for _, both := range []bool{true, false} {
		t.Run(fmt.Sprintf("both have it %v", both), func(t *testing.T) { carry(t, both) })
	}
}

// carry brings mail from anna to bert and back. If both have it, each has read
// it before, so that two plans of one header are known.
func carry(t *testing.T, both bool) {
	lab.Need(t, "dovecot")
	mails := sample(madeUp(t), 30)
	h := openHouse(t, mails)
	if both {
		for _, raw := range mails {
			h.dovecot.Deliver(t, "bert", "", raw)
		}
	}
	other := h.second(t, "bert@example.org", h.sink.Addr)
	anna, bert := dial(t, h.imap(), login), dial(t, fmt.Sprintf("127.0.0.1:%d", other.Local.IMAP), "bert")
	anna.must(t, "CREATE Copies")
	bert.must(t, "CREATE Copies")
	differ := 0
	for i := range mails {
		served := fetch(t, anna, i+1)
		if both && !bytes.Equal(served, fetch(t, bert, i+1)) {
			differ++
		}
		bert.mustAppend(t, served)
	}
	if both && differ < len(mails)/4 {
		t.Errorf("only %d of %d messages are served differently, so this test shows nothing", differ, len(mails))
	}
	original(t, h, "bert", mails)
	bert.must(t, "SELECT Copies")
	for i := range mails {
		anna.mustAppend(t, fetch(t, bert, i+1))
	}
	original(t, h, login, mails)
}

// fetch returns a whole message as it is served.
func fetch(t *testing.T, k *talk, uid int) []byte {
	t.Helper()
	return literalOf(t, k.must(t, fmt.Sprintf("UID FETCH %d (BODY.PEEK[])", uid)).untagged)
}

// mustAppend stores a message in Copies.
func (k *talk) mustAppend(t *testing.T, raw []byte) {
	t.Helper()
	if a := k.appendLiteral(t, "APPEND Copies", raw); a.status != "OK" {
		t.Fatalf("APPEND: %s %s", a.status, a.text)
	}
}

// original wants the server to hold in Copies what the senders wrote.
func original(t *testing.T, h *house, user string, mails [][]byte) {
	t.Helper()
	direct := dial(t, h.dovecot.Addr, user)
	direct.must(t, "SELECT Copies")
	for i, raw := range mails {
		if !bytes.Equal(fetch(t, direct, i+1), raw) {
			t.Errorf("message %d of %s is not the original", i+1, user)
		}
	}
}
