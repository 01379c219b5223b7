package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
)

// lose ends Unseen and takes its store away, but for the key and the port that old
// mail leads to.
func (h *house) lose() {
	h.t.Helper()
	port := regexp.MustCompile(`\d+$`).FindString(h.daemon.Origin())
	if err := h.daemon.Close(); err != nil {
		h.t.Fatal(err)
	}
	lost, err := filepath.Glob(filepath.Join(h.paths.Data, "unseen.db*"))
	if err != nil || len(lost) == 0 {
		h.t.Fatalf("nothing to lose: %v", err)
	}
	for _, name := range lost {
		if err := os.Remove(name); err != nil {
			h.t.Fatal(err)
		}
	}
	h.scatter()
	kept, err := store.Open(context.Background(), h.paths.Data, store.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	defer kept.Close()
	if err := kept.SetSetting(context.Background(), "gateway port", port); err != nil {
		h.t.Fatal(err)
	}
}

// rebuild rebuilds the account until stop says so, and returns the last word.
func (h *house) rebuild(with string, stop func(api.Rebuilt) bool) (last api.Rebuilt, err error) {
	h.t.Helper()
	q := api.RebuildRequest{Address: reader, Login: user, Password: api.Secret(with)}
	for at, err := range h.client.Rebuild(context.Background(), q) {
		if err != nil {
			return last, err
		}
		if last = at; stop != nil && stop(at) {
			break
		}
	}
	return last, nil
}

// ask asks the gateway for all that a mail names, and returns the codes.
func (h *house) ask(mail string) (codes []int) {
	h.t.Helper()
	for _, address := range regexp.MustCompile(regexp.QuoteMeta(h.daemon.Origin())+`/[A-Za-z0-9/_]+`).FindAllString(mail, -1) {
		resp, err := http.Get(address)
		if err != nil {
			h.t.Fatal(err)
		}
		resp.Body.Close()
		codes = append(codes, resp.StatusCode)
	}
	return codes
}

// append stores a mail through Unseen.
func (h *house) append(a api.Account, mailbox, mail string) {
	h.t.Helper()
	c := h.login(a)
	cmd := c.Append(mailbox, int64(len(mail)), nil)
	_, err := cmd.Write([]byte(mail))
	if err = errors.Join(err, cmd.Close()); err != nil {
		h.t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		h.t.Fatal(err)
	}
}

// What was lost with the store is known again from the mailbox and the key: old
// mail's pixels are held, and old mail comes back to the octet, in whichever mode it
// was served.
func TestRebuild(t *testing.T) {
	for name, smtp := range map[string][2]*api.Endpoint{
		"the mode as before": {anywhere, anywhere}, "served when sending was relayed": {anywhere, nil}, "served when it was not": {nil, anywhere},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, mailFrom("shop.example", coatsTag+pixel), mailFrom("other.example", "<p>nothing</p>"))
			h.start()
			served := h.fetch(h.connect(smtp[0]), "INBOX")[0]
			if codes := h.ask(served); len(codes) == 0 || codes[0] != http.StatusOK {
				t.Fatal(codes)
			}
			h.lose()
			h.start()
			a := h.connect(smtp[1])
			for _, code := range h.ask(served) {
				if code == http.StatusOK {
					t.Fatal("it is known before it was rebuilt")
				}
			}
			var refused *api.Error
			if _, err := h.rebuild("guess", nil); !errors.As(err, &refused) || !strings.Contains(refused.Text, "rebuilding from 127.0.0.1") || strings.Contains(refused.Text, "guess") {
				t.Fatalf("with a wrong password: %v", err)
			}
			last, err := h.rebuild(password, nil)
			if err != nil || !last.Done || last.Read != 2 || last.References == 0 || last.Mailbox != 2 {
				t.Fatalf("%+v, %v", last, err)
			}
			if n := h.plans(); n != 2 {
				t.Errorf("%d mails are counted, want 2", n)
			}
			if asks := h.open(served); len(asks) > 0 {
				t.Errorf("the tracker was asked %q", asks)
			}
			h.append(a, "Drafts", served)
			if got, want := h.direct("Drafts", &imap.FetchItemBodySection{Peek: true}), h.direct("INBOX", &imap.FetchItemBodySection{Peek: true})[0]; len(got) != 1 || got[0] != want {
				t.Errorf("came back as\n%q, was\n%q", got, want)
			}
			if smtp[0] == smtp[1] {
				if again := h.fetch(a, "INBOX")[0]; again != served {
					t.Errorf("served as\n%s\nwas\n%s", again, served)
				}
			}
			// A second one makes nothing twice.
			before := h.plans()
			if _, err := h.rebuild(password, nil); err != nil {
				t.Fatal(err)
			}
			if after := h.plans(); after > before+2 { // the copy that came back
				t.Errorf("%d plans became %d", before, after)
			}
		})
	}
}

// plans counts the mails that are known.
func (h *house) plans() int {
	h.t.Helper()
	st, err := h.client.Status(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	return st.Mail.Messages
}

// A rebuilding that is broken off goes on where it was, and an account that is not
// there cannot be rebuilt.
func TestRebuildGoesOn(t *testing.T) {
	h := newHouse(t)
	for i := range 500 {
		h.deliver(mailFrom(fmt.Sprintf("shop%d.example", i), pixel))
	}
	h.start()
	var refused *api.Error
	if _, err := h.rebuild(password, nil); !errors.As(err, &refused) || refused.Code != api.CodeUnknown {
		t.Fatalf("without an account: %v", err)
	}
	a := h.connect(anywhere)
	served := h.fetch(a, "INBOX")
	h.lose()
	h.start()
	h.connect(anywhere)
	first, err := h.rebuild(password, func(at api.Rebuilt) bool { return at.Read >= 50 })
	if err != nil || first.Done {
		t.Fatalf("%+v, %v", first, err)
	}
	h.restart()
	last, err := h.rebuild(password, nil)
	if err != nil || !last.Done || last.Read == 0 || last.Read > 450 {
		t.Fatalf("%+v, %v", last, err)
	}
	for _, n := range []int{0, 49, 50, 99, 499} {
		if codes := h.ask(served[n]); len(codes) != 1 || codes[0] != http.StatusOK {
			t.Errorf("mail %d: %v", n, codes)
		}
	}
}
