package daemon_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/api"
)

// stores puts a mail into a mailbox through Unseen, and returns what is there then.
func (h *house) stores(c *imapclient.Client, mailbox, mail string) string {
	h.t.Helper()
	cmd := c.Append(mailbox, int64(len(mail)), nil)
	if _, err := io.Copy(cmd, bytes.NewReader([]byte(mail))); err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Close(); err != nil {
		h.t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		h.t.Fatal(err)
	}
	got := h.direct(mailbox, &imap.FetchItemBodySection{Peek: true})
	return got[len(got)-1]
}

// A picture that the reader has looked at goes along with the mail that quotes it, and
// with the copy of that, if the reader wants so; nobody is asked for it then. One that
// they have not looked at keeps its address.
func TestSentPictures(t *testing.T) {
	const portrait = "http://img.shop.example/2026/winter/a-portrait-of-a-hat.jpg"
	const portraitTag = `<img src="` + portrait + `" width="600" height="300" alt="Hat">`
	for _, wish := range []string{"enclose", "address"} {
		t.Run(wish, func(t *testing.T) {
			box, smtp := outgoing(t)
			h := newHouse(t, mailFrom("shop.example", coatsTag+portraitTag+pixel))
			h.settings.Sent = wish
			h.start()
			a := h.connect(smtp)
			served := h.fetch(a, "INBOX")[0]
			mail := composed(quoted(served))
			h.show("shop.example")
			// The reader looks at the first of the two.
			if asks := h.open(served[:strings.Index(served, `alt="Coats"`)]); len(asks) != 1 || asks[0] != coats {
				t.Fatalf("the server was asked %v", asks)
			}
			if code, text := h.send(a, mail, false); code != 250 {
				t.Fatalf("%d %s", code, text)
			}
			sent := box.take()
			if len(sent) != 1 {
				t.Fatalf("sent %q", sent)
			}
			for what, one := range map[string]string{"sent": sent[0], "stored": h.stores(h.login(a), "Drafts", mail)} {
				encloses := strings.Contains(one, "Content-Type: multipart/related") && strings.Contains(one, `src="cid:`) &&
					strings.Contains(one, base64.StdEncoding.EncodeToString([]byte(trackerGIF))) && !strings.Contains(one, coats)
				if encloses != (wish == "enclose") || strings.Count(one, "Content-ID:") > 1 {
					t.Errorf("%s: encloses %v\n%s", what, encloses, one)
				}
				if strings.Contains(one, "127.0.0.1") || strings.Contains(one, "tracker.example") || !strings.Contains(one, portrait) {
					t.Errorf("%s: %s", what, one)
				}
			}
			if asks := h.tracker.take(); asks != nil {
				t.Errorf("the server was asked %v", asks)
			}
			// What is not to be shown any more does not go along, either.
			if _, err := h.client.ShowPictures(t.Context(), api.Picture{Sender: "shop.example"}); err != nil {
				t.Fatal(err)
			}
			if code, _ := h.send(a, mail, true); code != 250 {
				t.Fatal(code)
			}
			if sent := box.take(); len(sent) != 1 || strings.Contains(sent[0], "127.0.0.1") || strings.Contains(sent[0], "cid:") {
				t.Errorf("sent %q", sent)
			}
		})
	}
}

// A picture that was seen in another mail keeps its address where somebody's mail names
// it: what is answered does not tell them that the reader has seen it.
func TestSentPicturesOfAnotherMail(t *testing.T) {
	box, smtp := outgoing(t)
	h := newHouse(t, mailFrom("shop.example", coatsTag), mailFrom("curious.example", `<p>Well?</p>`+coatsTag))
	h.settings.Sent = "enclose"
	h.start()
	a := h.connect(smtp)
	served := h.fetch(a, "INBOX")
	if len(served) != 2 || !strings.Contains(served[0], "shop.example") {
		t.Fatalf("served %q", served)
	}
	h.show("shop.example")
	h.show("curious.example")
	if asks := h.open(served[0]); len(asks) != 1 || asks[0] != coats {
		t.Fatalf("the server was asked %v", asks)
	}
	encloses := func(mail string) bool {
		t.Helper()
		if code, text := h.send(a, mail, false); code != 250 {
			t.Fatalf("%d %s", code, text)
		}
		sent := box.take()
		if len(sent) != 1 || strings.Contains(sent[0], "127.0.0.1") {
			t.Fatalf("sent %q", sent)
		}
		return strings.Contains(sent[0], "cid:")
	}
	if encloses(composed(quoted(served[1]))) {
		t.Error("the answer shows that the reader has seen a picture of another mail")
	}
	if !encloses(composed(quoted(served[0]))) {
		t.Error("what was looked at does not go along")
	}
	// Looked at in this mail, too, it tells no more than the mail itself.
	h.open(served[1])
	if !encloses(composed(quoted(served[1]))) {
		t.Error("what was looked at in two mails does not go along with the second")
	}
}
