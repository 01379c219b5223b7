package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// askingBack is a newsletter whose sender asks to be told that it was read.
func askingBack(subject, id string) []byte {
	raw := string(newsletter("news@harbourbooks.example", subject, id))
	return []byte(strings.Replace(raw, "Subject:", "Disposition-Notification-To: The bookshop <news@harbourbooks.example>\r\nSubject:", 1))
}

// A receipts is a Thunderbird whose mail asks for read receipts.
type receipts struct {
	*house
	tb *lab.Thunderbird
	k  *talk
}

// pressed opens a mail, presses "send" in Thunderbird's line, and wants to be told
// that the receipt did not leave.
func (r *receipts) pressed(t *testing.T, subject string) {
	t.Helper()
	r.asked(t, subject)
	r.tb.SendReceipt(t)
	if said := r.tb.Alert(t); !strings.Contains(said, "failed") {
		t.Errorf("%s: Thunderbird says %q", subject, said)
	}
	// It has done with a receipt that did not leave.
	if got := r.tb.Receipt(t, subject, false); !got.Sent || got.Bar != "" {
		t.Errorf("%s: %+v", subject, got)
	}
}

// asked opens a mail and wants Thunderbird to ask the reader about its receipt.
func (r *receipts) asked(t *testing.T, subject string) {
	t.Helper()
	r.tb.Open(t, subject)
	if got := r.tb.Receipt(t, subject, true); got.Sent || !strings.Contains(got.Bar, "asked to be notified") {
		t.Fatalf("%s: %+v", subject, got)
	}
}

// again takes Thunderbird's mark off a mail on the server, by which it would never
// ask about it again.
func (r *receipts) again(t *testing.T, uid, subject string) {
	t.Helper()
	marked := func() bool {
		return strings.Contains(fmt.Sprintf("%s", r.k.must(t, "UID FETCH "+uid+" (FLAGS)").untagged), "$MDNSent")
	}
	if !lab.Until(20*time.Second, marked) {
		t.Fatalf("%s: Thunderbird does not mark the mail", subject)
	}
	r.k.must(t, "UID STORE "+uid+" -FLAGS ($MDNSent)")
	gone := lab.Until(20*time.Second, func() bool {
		r.tb.Update(t)
		return !r.tb.Receipt(t, subject, false).Sent
	})
	if !gone {
		t.Fatalf("%s: Thunderbird keeps its mark", subject)
	}
}

// stands wants the newest receipt to stand in one way, and returns its name.
func (r *receipts) stands(t *testing.T, subject, state string) string {
	t.Helper()
	list, err := r.client.Receipts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if one.Subject != subject {
			continue
		}
		if one.State != state || one.Automatic || one.Sender != "harbourbooks.example" || one.To != "news@harbourbooks.example" {
			t.Errorf("%+v, not %s", one, state)
		}
		return one.ID
	}
	t.Fatalf("no receipt for %s is %s: %+v", subject, state, list)
	return ""
}

// A mail asks for a read receipt, and the reader presses "send" in Thunderbird: Unseen
// asks about it first. After a yes Thunderbird's second try leaves, which it only
// makes once its mark is off the mail; after a no nothing ever does.
func TestThunderbirdReceipts(t *testing.T) {
	const yes, no = "Five novels", "Six essays"
	h := openHouse(t, [][]byte{askingBack(yes, "b39d93bee08f7841fefeb18b54beaec9"), askingBack(no, "5f1e22b7a04c4e6d8b9a3c7d10e2f465")})
	r := &receipts{house: h, k: dial(t, h.imap(), login)}
	r.tb = lab.StartThunderbird(t, lab.Reader{
		IMAP: lab.Login{Addr: h.imap(), User: login}, SMTP: lab.Login{Addr: h.smtp(), User: login},
		Address: reader, Permit: []string{h.daemon.Origin()}, Elsewhere: h.tracker,
	})
	r.tb.Sync(t, 2)
	r.k.must(t, "SELECT INBOX")

	r.pressed(t, yes)
	answer := api.ReceiptAnswer{ID: r.stands(t, yes, "waiting"), Send: true}
	if _, err := h.client.AnswerReceipt(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	r.pressed(t, no)
	answer = api.ReceiptAnswer{ID: r.stands(t, no, "waiting")}
	if _, err := h.client.AnswerReceipt(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	if n := len(h.sink.Mail()); n != 0 {
		t.Fatalf("%d mails left before Thunderbird tried again", n)
	}

	r.again(t, "1", yes)
	r.asked(t, yes)
	r.tb.SendReceipt(t)
	if !lab.Until(20*time.Second, func() bool { return len(h.sink.Mail()) == 1 }) {
		t.Fatal("the receipt that was let go did not arrive")
	}
	if got := string(h.sink.Mail()[0].Data); !strings.Contains(got, "Disposition: manual-action/MDN-sent-manually; displayed") ||
		!strings.Contains(got, "Original-Message-ID: <b39d93bee08f7841fefeb18b54beaec9@harbourbooks.example>") {
		t.Errorf("what arrived is\n%s", got)
	}
	r.stands(t, yes, "sent")

	r.again(t, "2", no)
	r.pressed(t, no)
	r.stands(t, no, "refused")
	if n := len(h.sink.Mail()); n != 1 {
		t.Errorf("%d mails left, not the one that was let go", n)
	}
}
