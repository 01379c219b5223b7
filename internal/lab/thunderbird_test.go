package lab_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// The control: Thunderbird, straight at Dovecot, with the tracker's origin
// permitted, tells the tracker that it opened the mail. If this did not
// happen, every "the tracker saw nothing" elsewhere would mean nothing.
func TestThunderbirdTells(t *testing.T) {
	tr := lab.StartTracker(t)
	d := lab.StartDovecot(t, map[string][][]byte{"anna": {
		letter(1, tr.URL+"/first/anna.pixel"),
		letter(2, "http://img.shop.example/second/anna.png"),
	}})
	sink := lab.StartSink(t, d.Authority, nil)
	tb := lab.StartThunderbird(t, lab.Reader{
		IMAP:      lab.Login{Addr: d.Addr, User: "anna"},
		SMTP:      lab.Login{Addr: sink.Addr, User: "anna"},
		Address:   "anna@example.org",
		Permit:    []string{tr.URL},
		Elsewhere: tr,
	})
	tb.Sync(t, 2)
	tb.Store(t)
	if hits := tr.Forget(); len(hits) != 0 {
		t.Errorf("fetching alone told %v", hits)
	}

	shown := tb.Open(t, "Letter 1")
	if !strings.Contains(shown.Text, "this is letter 1") {
		t.Errorf("Thunderbird shows %q", shown.Text)
	}
	if !tr.Wait("/first/anna.pixel", 10*time.Second) {
		t.Fatal("the tracker did not see the opening")
	}
	if len(shown.Images) != 1 || shown.Images[0].Width != 1 {
		t.Errorf("the picture did not load: %+v", shown.Images)
	}
	tr.Forget()
	tb.Open(t, "Letter 2")
	if hits := tr.Hits(); len(hits) != 0 {
		t.Errorf("an origin that is not permitted was told: %v", hits)
	}

	tb.Reply(t, "Letter 1", "Thank you.")
	if !lab.Until(20*time.Second, func() bool { return len(sink.Mail()) == 1 }) {
		t.Fatal("the reply did not arrive")
	}
	sent := sink.Mail()[0]
	if sent.User != "anna" || len(sent.To) != 1 || sent.To[0] != "news@shop.example" || !bytes.Contains(sent.Data, []byte("Thank you.")) {
		t.Errorf("the sink keeps %+v\n%s", sent, sent.Data)
	}
}

// Over TLS, and with every picture permitted, what is meant for elsewhere
// reaches the tracker too: the second control.
func TestThunderbirdCareless(t *testing.T) {
	tr := lab.StartTracker(t)
	d := lab.StartDovecot(t, map[string][][]byte{"anna": {letter(1, "http://img.shop.example/anna.png")}})
	tb := lab.StartThunderbird(t, lab.Reader{
		IMAP:      lab.Login{Addr: d.TLSAddr, User: "anna", CAFile: d.Authority.CAFile},
		Address:   "anna@example.org",
		PermitAll: true,
		Elsewhere: tr,
	})
	tb.Sync(t, 1)
	tb.Open(t, "Letter 1")
	if !tr.Wait("img.shop.example/anna.png", 10*time.Second) {
		t.Errorf("what was meant for elsewhere went unseen: %v", tr.Hits())
	}
}
