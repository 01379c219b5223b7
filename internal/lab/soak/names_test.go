package soak_test

import (
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// The name service takes questions and never answers. A mail program whose server has to be
// looked up is told so in words within a minute; one whose server is known reads on
// meanwhile; a picture that was agreed to stays away within the time that a fetch may take,
// and nothing that is held waits for a name at all.
func TestNamesHang(t *testing.T) {
	lab.Need(t, "dovecot")
	if !lab.Island(t) {
		return
	}
	silent, err := net.ListenPacket("udp", "127.0.0.1:53")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	// As systems have it: five seconds a question, asked twice.
	if err := os.WriteFile("/etc/resolv.conf", []byte("nameserver 127.0.0.1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w := newWorldAs(t, 1, func(o *order) { o.Web = true })
	far, err := w.client.AddAccount(t.Context(), api.NewAccount{
		Address: "bob@example.org", IMAP: &api.Endpoint{Host: "imap.far.example", Port: 993, TLS: "implicit"}, NoSMTP: true, Unchecked: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan string, 1)
	go func() {
		told <- refusedAt(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(far.Local.IMAP)))
	}()
	began := time.Now()
	mails, err := w.fetch(t.Context(), 0)
	if err != nil || len(mails) != w.n {
		t.Fatalf("another account is not read meanwhile: %d mails, %v", len(mails), err)
	}
	for _, m := range mails {
		w.opens(t.Context(), m)
	}
	if w.does["opened"] == 0 {
		t.Error("nothing was opened")
	}
	select {
	case said := <-told:
		if !strings.Contains(said, "mail server") && !strings.Contains(said, "imap.far.example") {
			t.Errorf("a mail program is told %q", said)
		}
		t.Logf("told %q after %.0f seconds", said, time.Since(began).Seconds())
	case <-time.After(2 * time.Minute):
		t.Fatal("a mail program waits and is told nothing")
	}
	w.lets(t, mails)
	if len(w.faults) > 0 {
		t.Error(w.faults)
	}
	w.whole(t)
	w.now.ends(t)
}

// lets lets a picture through whose host cannot be looked up: what is shown is nothing, and
// the event says that it failed.
func (w *world) lets(t *testing.T, mails [][]byte) {
	t.Helper()
	if _, err := w.client.Grant(t.Context(), api.Decision{Decision: "granted", Sender: shops[1], All: true}, func(api.Question) bool { return true }); err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if !strings.Contains(string(m), "<news@"+shops[1]+">") {
			continue
		}
		resp, err := http.Get(gateway.FindString(pixelOf(string(m))))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/gif" {
			t.Errorf("the gateway answers %s, %q", resp.Status, resp.Header.Get("Content-Type"))
		}
		break
	}
	events, err := w.client.Events(t.Context(), -1, 20)
	failed := 0
	for _, e := range events {
		if e.Kind == "load" && e.Outcome == "failed" {
			failed++
		}
	}
	if err != nil || failed != 1 {
		t.Errorf("%d loads failed, %v", failed, err)
	}
}

// pixelOf is a mail from its picture on.
func pixelOf(mail string) string {
	_, rest, _ := strings.Cut(mail, "<img src=\"")
	return rest
}
