package daemon_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// ruled writes a file of the reader's own rules.
func (h *house) ruled(name, text string) {
	h.t.Helper()
	file := filepath.Join(h.paths.Data, "rules", name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// edition is that of the rules now.
func (h *house) edition() string {
	h.t.Helper()
	st, err := h.client.Status(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	return st.Edition
}

// taken waits for another edition than one, and returns it and the last event of
// rules.
func (h *house) taken(before string) (string, api.Event) {
	h.t.Helper()
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		list, err := h.client.Events(context.Background(), -1, 100)
		if err != nil {
			h.t.Fatal(err)
		}
		for i := len(list) - 1; i >= 0 && h.edition() != before; i-- {
			if list[i].Kind == "rules" {
				return h.edition(), list[i]
			}
		}
	}
	h.t.Fatal("the rules were not taken over")
	return "", api.Event{}
}

// The reader's own rules act on the next load of mail that was fetched before
// they were written, and without them all is as it was.
func TestOwnRulesBindLate(t *testing.T) {
	const tracked = `<img src="http://click.tracker.example/track/open.php?u=30400001&id=0123456789abcdef0123456789abcdef" width="300" height="200">`
	h := newHouse(t, mailFrom("shop.example", tracked))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	if _, err := say(context.Background(), h.client, api.Decision{
		Decision: "granted", Sender: "shop.example", Purposes: []string{"performance", "deliverability", "personalisation"},
	}); err != nil {
		t.Fatal(err)
	}
	if asks := h.open(mail); len(asks) != 1 {
		t.Fatalf("before: the server was asked %v", asks)
	}
	plain := h.edition()
	h.ruled("mine.toml", "[[purpose]]\nvendor = \"mandrill\"\npurposes = [\"fraud\"]\n[[blok]]\n")
	edition, e := h.taken(plain)
	if e.Outcome != "taken" || e.Reason != "mine.toml:4: there is no [[blok]]; there are block, allow, vendor, purpose and parameter" {
		t.Errorf("event %+v", e)
	}
	if asks := h.open(mail); asks != nil {
		t.Errorf("with the rule the server was asked %v", asks)
	}
	if e := h.lastLoad(); e.Outcome != "held" || e.Vendor != "mandrill" {
		t.Errorf("event %+v", e)
	}

	// They are there from the start of the next one on.
	h.restart()
	if h.edition() != edition {
		t.Error("after a restart the edition is another one")
	}
	if err := os.Remove(filepath.Join(h.paths.Data, "rules", "mine.toml")); err != nil {
		t.Fatal(err)
	}
	if again, _ := h.taken(edition); again != plain {
		t.Error("without the rules the edition is not that of the catalogue")
	}
	h.open(mail)
	if e := h.lastLoad(); e.Outcome == "held" {
		t.Errorf("event %+v", e)
	}
}

// Rules that cannot be read keep no mail from flowing.
func TestOwnRulesUnreadable(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", coatsTag))
	if err := os.WriteFile(filepath.Join(h.paths.Data, "rules"), []byte("no directory"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.start()
	if mails := h.fetch(h.connect(anywhere), "INBOX"); len(mails) != 1 || !strings.HasPrefix(h.edition(), "sha256:") {
		t.Errorf("%d mails", len(mails))
	}
}
