package daemon_test

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// receiptFor is a notice that the mail of a domain was read, as Thunderbird makes it.
func receiptFor(domain, mode string) string {
	return strings.ReplaceAll("From: "+reader+"\nTo: news@"+domain+"\nSubject: Return receipt\nIn-Reply-To: <1@"+domain+">\n"+
		"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"+
		"--b\nContent-Type: text/plain\n\nIt was displayed.\n\n--b\nContent-Type: message/disposition-notification\n\n"+
		"Original-Message-ID: <1@"+domain+">\nDisposition: "+mode+"; displayed\n\n--b--\n", "\n", "\r\n")
}

const (
	byHand   = "manual-action/MDN-sent-manually"
	byItself = "automatic-action/MDN-sent-automatically"
)

// asking is a mail that asks for a notice.
func asking(domain string) string {
	return "Disposition-Notification-To: News <news@" + domain + ">\n" + mailFrom(domain, pixel)
}

var named = regexp.MustCompile(`unseen receipt send ([0-9a-f]+)`)

// A receipt, made by hand or not, by DATA or in chunks, is never sent unasked and
// never dropped without a word: the mail program is told what to do. One click lets
// one go; all else passes as ever.
func TestReceiptIsAskedAbout(t *testing.T) {
	for name, chunked := range map[string]bool{"by DATA": false, "in chunks": true} {
		t.Run(name, func(t *testing.T) {
			box, smtp := outgoing(t)
			h := newHouse(t, asking("shop.example"))
			h.start()
			a := h.connect(smtp)
			h.fetch(a, "INBOX")
			ctx := context.Background()
			id := ""
			for range 2 {
				code, text := h.send(a, receiptFor("shop.example", byItself), chunked)
				m := named.FindStringSubmatch(text)
				if code != 450 || m == nil || id != "" && m[1] != id {
					t.Fatalf("%d %s", code, text)
				}
				id = m[1]
			}
			list, err := h.client.Receipts(ctx)
			if err != nil || len(list) != 1 || list[0].ID != id || list[0].Sender != "shop.example" || !list[0].Automatic ||
				list[0].Subject != "Hello" || list[0].State != "waiting" || list[0].Account != reader || list[0].Says != "displayed" {
				t.Fatalf("%+v, %v", list, err)
			}
			if st, err := h.client.Status(ctx); err != nil || st.Receipts != 1 {
				t.Errorf("%d wait, %v", st.Receipts, err)
			}
			if _, err := h.client.AnswerReceipt(ctx, api.ReceiptAnswer{ID: id, Send: true}); err != nil {
				t.Fatal(err)
			}
			if sent := box.take(); sent != nil {
				t.Fatalf("sent before: %q", sent)
			}
			if code, text := h.send(a, receiptFor("shop.example", byItself), chunked); code != 250 {
				t.Fatalf("%d %s", code, text)
			}
			if sent := box.take(); len(sent) != 1 || sent[0] != receiptFor("shop.example", byItself) {
				t.Errorf("sent %q", sent)
			}
			if code, _ := h.send(a, receiptFor("shop.example", byItself), chunked); code != 450 {
				t.Errorf("a second one: %d", code)
			}
			if _, err := h.client.AnswerReceipt(ctx, api.ReceiptAnswer{ID: id}); err != nil {
				t.Fatal(err)
			}
			if code, text := h.send(a, receiptFor("shop.example", byItself), chunked); code != 550 || !strings.Contains(text, "you said no") {
				t.Errorf("refused: %d %s", code, text)
			}
			if code, text := h.send(a, strings.ReplaceAll(mailFrom("mail.example", "Hello"), "\n", "\r\n"), chunked); code != 250 {
				t.Errorf("a letter: %d %s", code, text)
			}
			if sent := box.take(); len(sent) != 1 {
				t.Errorf("sent %q", sent)
			}
		})
	}
}

// A grant for receipts, given where the question names it, lets those of its sender
// go that a person sends, to the address that its notice named, and no other;
// suspending protection lets none go.
func TestReceiptByGrant(t *testing.T) {
	box, smtp := outgoing(t)
	h := newHouse(t, asking("shop.example"), asking("other.example"), strings.Replace(asking("third.example"), "dmarc=pass", "dmarc=fail", 1))
	h.start()
	a := h.connect(smtp)
	h.fetch(a, "INBOX")
	ctx := context.Background()
	q := h.asks("shop.example")
	at := slices.IndexFunc(q.Notice.Purposes, func(p notice.Purpose) bool { return p.ID == purpose.Receipt })
	if at < 0 || !slices.Equal(q.Notice.Purposes[at].Vendors, []string{"host:shop.example"}) || len(q.Notice.Purposes[at].Needs) > 0 {
		t.Fatalf("the question is about %+v", q.Notice.Purposes)
	}
	for _, one := range []api.Answer{
		{Sender: "shop.example", Address: reader, Notice: q.Notice.SHA256, Yes: []string{"receipt"}},
		{Sender: "other.example", Address: reader, No: []string{"receipt"}},
	} {
		if _, err := h.client.Answer(ctx, one); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.client.Suspend(ctx, api.SuspendRequest{}); err != nil {
		t.Fatal(err)
	}
	elsewhere := strings.Replace(receiptFor("shop.example", byHand), "To: news@", "To: counter@", 1)
	for name, c := range map[string]struct {
		mail string
		want int
	}{
		"granted":                {receiptFor("shop.example", byHand), 250},
		"by a program":           {receiptFor("shop.example", byItself), 450},
		"refused":                {receiptFor("other.example", byHand), 550},
		"nobody vouches":         {receiptFor("third.example", byHand), 450},
		"never wrote":            {receiptFor("stranger.example", byHand), 450},
		"to whom it did not ask": {elsewhere, 450},
		"to another, too":        {strings.Replace(receiptFor("shop.example", byHand), "To: ", "Cc: x@y.example\r\nTo: ", 1), 450},
		"about another mail":     {strings.ReplaceAll(receiptFor("shop.example", byHand), "<1@", "<2@"), 450},
	} {
		if code, text := h.send(a, c.mail, false); code != c.want {
			t.Errorf("%s: %d %s", name, code, text)
		}
	}
	if sent := box.take(); len(sent) != 1 {
		t.Errorf("sent %d", len(sent))
	}
	if left := h.receiptsLeft("shop.example"); left != 1 {
		t.Errorf("%d events of one that left", left)
	}
	var refusal *api.Error
	if _, err := h.client.AnswerReceipt(ctx, api.ReceiptAnswer{ID: "0000000000", Send: true}); !errors.As(err, &refusal) || refusal.Code != api.CodeUnknown {
		t.Errorf("one that is not there: %v", err)
	}
}

// receiptsLeft is how many events say that a notice to a sender left.
func (h *house) receiptsLeft(sender string) int {
	h.t.Helper()
	events, err := h.client.Events(context.Background(), -1, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	left := 0
	for _, e := range events {
		if e.Kind == "receipt" && e.Outcome == "released" && e.Sender == sender {
			left++
		}
	}
	return left
}
