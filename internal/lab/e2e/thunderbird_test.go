package e2e_test

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// quiet is how long nothing must happen before it counts as nothing. Loads came
// within a tenth of a second in every run of the control.
const quiet = 1500 * time.Millisecond

// The main job. A reader opens a newsletter in Thunderbird, and nobody learns of
// it. After a grant the sender learns of one opening, and of no more than that.
// After the withdrawal nobody learns anything, also of the copy on disk, with
// the mail server gone. What the reader answers, or stores to go on with later,
// names nothing of this machine.
func TestThunderbird(t *testing.T) {
	h := openHouse(t, [][]byte{
		newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		newsletter("news@pineandwool.example", "New jumpers", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"),
		// Of one mail the sender is told of one opening a day, however often it is
		// granted on that day.
		newsletter("news@harbourbooks.example", "Six essays", "5f1e22b7a04c4e6d8b9a3c7d10e2f465"),
	})
	tb := lab.StartThunderbird(t, lab.Reader{
		IMAP:      lab.Login{Addr: h.imap(), User: login},
		SMTP:      lab.Login{Addr: h.smtp(), User: login},
		Address:   reader,
		Permit:    []string{h.daemon.Origin()},
		Elsewhere: h.tracker,
	})
	tb.Sync(t, 3)
	tb.Store(t)
	nothing(t, h, "fetching")

	shown := tb.Open(t, "Five novels")
	if len(shown.Images) != 1 || !strings.HasPrefix(shown.Images[0].Src, h.daemon.Origin()+"/p/") {
		t.Fatalf("the picture is not the gateway's: %+v", shown.Images)
	}
	if shown.Images[0].Width != 1 {
		t.Errorf("the held pixel does not show as a transparent picture: %+v", shown.Images)
	}
	nothing(t, h, "opening without consent")

	h.decide(t, "granted", "harbourbooks.example")
	tb.Open(t, "Five novels")
	oneOpening(t, h, "clicks.harbourbooks.example")
	tb.Open(t, "New jumpers")
	nothing(t, h, "opening another sender's mail")

	h.decide(t, "withdrawn", "harbourbooks.example")
	tb.Open(t, "Five novels")
	nothing(t, h, "opening after the withdrawal")

	answers(t, h, tb)
	drafts(t, h, tb)

	// With the mail server gone, whatever shows comes from Thunderbird's disk.
	h.dovecot.Stop(t)
	tb.Open(t, "New jumpers")
	h.decide(t, "granted", "harbourbooks.example")
	tb.Open(t, "Six essays")
	oneOpening(t, h, "clicks.harbourbooks.example")
	h.decide(t, "withdrawn", "harbourbooks.example")
	tb.Open(t, "New jumpers")
	tb.Open(t, "Six essays")
	nothing(t, h, "opening the copy on disk after the withdrawal")
}

// nothing wants the tracker to have learned nothing.
func nothing(t *testing.T, h *house, when string) {
	t.Helper()
	time.Sleep(quiet)
	for _, hit := range learned(h) {
		t.Errorf("%s told %s %v", when, hit.URL, hit.Header)
	}
}

// learned empties the tracker's log. What Thunderbird asks its makers, for its
// own settings, has nothing to do with mail, and went nowhere.
func learned(h *house) []lab.Hit {
	return slices.DeleteFunc(h.tracker.Forget(), func(hit lab.Hit) bool {
		return hit.Method == http.MethodConnect &&
			(strings.Contains(hit.URL, ".thunderbird.net:") || strings.Contains(hit.URL, ".mozilla."))
	})
}

// oneOpening wants exactly one load, which tells nothing but that.
func oneOpening(t *testing.T, h *house, host string) {
	t.Helper()
	if !h.tracker.Wait(host, 10*time.Second) {
		t.Errorf("%s was not told of an opening that was granted", host)
	}
	time.Sleep(quiet)
	hits := learned(h)
	if len(hits) != 1 {
		t.Errorf("%d loads, want one: %+v", len(hits), hits)
	}
	for _, hit := range hits {
		if hit.Proxied {
			t.Errorf("Thunderbird itself asked for %s", hit.URL)
		}
		if len(hit.Cookies) > 0 || hit.Header.Get("Referer") != "" || strings.Contains(hit.Header.Get("User-Agent"), "Thunderbird") {
			t.Errorf("the load told more than the opening: %v", hit.Header)
		}
	}
}

// answers replies to the newsletter: what arrives names neither this machine
// nor the tracker.
func answers(t *testing.T, h *house, tb *lab.Thunderbird) {
	t.Helper()
	composed := tb.Reply(t, "Five novels", "Which one made you miss your stop?")
	if !strings.Contains(composed, h.daemon.Origin()) {
		t.Errorf("the quoted mail does not show the gateway's address, so this test shows nothing:\n%s", composed)
	}
	if !lab.Until(20*time.Second, func() bool { return len(h.sink.Mail()) == 1 }) {
		t.Fatal("the reply did not arrive")
	}
	sent := h.sink.Mail()[0]
	text := readable(t, sent.Data)
	if sent.User != login || !strings.Contains(text, "Which one made you miss your stop?") || !strings.Contains(text, "train ride") {
		t.Errorf("the reply arrived as %s from %q", text, sent.User)
	}
	for _, word := range []string{"127.0.0.1", "localhost:", h.daemon.Origin(), "open.php"} {
		if strings.Contains(text, word) {
			t.Errorf("the reply names %s:\n%s", word, text)
		}
	}
	if !strings.Contains(text, "https://www.harbourbooks.example/march") {
		t.Errorf("the link is gone:\n%s", text)
	}
	nothing(t, h, "answering")
}

// drafts stores an answer among the drafts on the server: what lies there names
// neither this machine nor the tracker.
func drafts(t *testing.T, h *house, tb *lab.Thunderbird) {
	t.Helper()
	composed := tb.Draft(t, "Five novels", "The third, and then")
	if !strings.Contains(composed, h.daemon.Origin()) {
		t.Errorf("the quoted mail does not show the gateway's address, so this test shows nothing:\n%s", composed)
	}
	var stored [][]byte
	if !lab.Until(20*time.Second, func() bool { stored = h.dovecot.Stored(t, login, "Drafts"); return len(stored) > 0 }) {
		t.Fatal("the draft did not arrive")
	}
	for _, raw := range stored {
		text := readable(t, raw)
		for _, word := range []string{"127.0.0.1", "localhost:", h.daemon.Origin(), "open.php"} {
			if strings.Contains(text, word) {
				t.Errorf("the draft names %s:\n%s", word, text)
			}
		}
		if !strings.Contains(text, "The third, and then") || !strings.Contains(text, "https://www.harbourbooks.example/march") {
			t.Errorf("the draft lacks the text or the link:\n%s", text)
		}
	}
	nothing(t, h, "storing a draft")
}

// readable is a message as it stands, and once more as quoted-printable text:
// what is sought is plain in one of the two.
func readable(t *testing.T, raw []byte) string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Logf("the reply is not quoted-printable throughout: %v", err)
	}
	return string(raw) + "\n" + string(decoded)
}
