package daemon_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A zone answers for the DNS, and notes what it was asked.
type zone struct {
	records map[string]string
	asked   []string
}

func (z *zone) lookup(_ context.Context, name string) ([]string, error) {
	z.asked = append(z.asked, name)
	if text, ok := z.records[name]; ok {
		return []string{text}, nil
	}
	return nil, errors.New("no such name")
}

// signing makes a key of a domain, and what signs its mail.
func (z *zone) signing(t *testing.T, domain string) func(mail string) string {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	z.records["s._domainkey."+domain] = "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	return func(mail string) string {
		var out bytes.Buffer
		err := msgauth.Sign(&out, strings.NewReader(strings.ReplaceAll(mail, "\n", "\r\n")), &msgauth.SignOptions{
			Domain: domain, Selector: "s", Signer: private,
			HeaderCanonicalization: msgauth.CanonicalizationRelaxed, BodyCanonicalization: msgauth.CanonicalizationRelaxed,
		})
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(out.String(), "\r\n", "\n")
	}
}

// Where a provider vouches for nobody, the reader can have a sender's signatures
// verified: then, and never on opening, a key is asked for, once. It makes the mails
// that verify the sender's, and no mail that merely has the header of one.
func TestSignaturesOfOneself(t *testing.T) {
	z := &zone{records: make(map[string]string)}
	signed := z.signing(t, "shop.example")(strings.Replace(mailFrom("shop.example", onePurpose), "Authentication-Results", "X-Old", 1))
	forged := strings.Replace(signed, "brand.agle2.me/open?n=7f3a", "brand.agle2.me/open?n=ffff", 1)
	h := newHouse(t, signed, forged, strings.Replace(mailFrom("other.example", pixel), "Authentication-Results", "X-Old", 1))
	h.lab.Providers[0].Stamps = catalogue.StampsNone
	h.lab.LookupTXT = z.lookup
	h.start()
	a := h.connect(anywhere)
	mails := h.fetch(a, "INBOX")
	h.open(mails[0])
	if _, err := h.client.Ask(context.Background(), api.Ask{Sender: "shop.example"}); err == nil || z.asked != nil {
		t.Fatalf("before anything was verified: %v, %q", err, z.asked)
	}
	if page := h.visit().get("sender?sender=news@shop.example", 200); !strings.Contains(page, "unseen account signed "+reader+" shop.example") {
		t.Errorf("the page does not say what can be done: %s", page)
	}
	verify := func() api.Signed {
		t.Helper()
		done, err := h.client.Signed(context.Background(), api.SignedRequest{Address: reader, Sender: "news@shop.example", Login: user, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if done := verify(); done.Domain != "shop.example" || done.Mails != 2 || done.Verified != 1 || !slices.Equal(done.Asked, []string{"s._domainkey.shop.example"}) {
		t.Fatalf("%+v", done)
	}
	q := h.asks("shop.example")
	if q.Notice.Sender.How != "own-dkim" || !strings.Contains(q.Notice.Text(), "Its signature was verified on this computer (DKIM).") || len(q.Mails) != 1 {
		t.Errorf("%+v", q.Notice.Sender)
	}
	h.decide("granted", "shop.example")
	if got := h.open(mails[1]); got != nil {
		t.Errorf("a copied header let %q be asked", got)
	}
	if got := h.open(mails[0]); len(got) != 1 {
		t.Errorf("what was granted asked %q", got)
	}
	if done := verify(); done.Verified != 1 || len(done.Asked) != 0 || len(z.asked) != 1 {
		t.Errorf("again: %+v, asked %q", done, z.asked)
	}
	h.restart()
	if mail := h.fetch(h.connected(), "INBOX")[0]; len(h.open(mail)) != 0 {
		t.Error("one opening a day was told already")
	}
	if _, err := h.client.Signed(context.Background(), api.SignedRequest{Address: reader, Sender: "shop.example", Undo: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.client.Ask(context.Background(), api.Ask{Sender: "shop.example"}); err == nil {
		t.Error("after it was taken back the sender is vouched for")
	}
}

// It is said what cannot be verified, and nothing is asked of anybody.
func TestSignaturesRefused(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	z := &zone{records: make(map[string]string)}
	h.lab.LookupTXT = z.lookup
	h.start()
	h.connect(anywhere)
	for name, c := range map[string]struct {
		request api.SignedRequest
		stamps  string
		want    string
	}{
		"a provider that vouches": {api.SignedRequest{Address: reader, Sender: "shop.example"}, "", "there is nothing to verify"},
		"no domain":               {api.SignedRequest{Address: reader, Sender: "shop"}, "", "is no domain or address"},
		"no account":              {api.SignedRequest{Address: "x@y.example", Sender: "shop.example"}, "", "x@y.example"},
	} {
		if _, err := h.client.Signed(context.Background(), c.request); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.lab.Providers[0].Stamps = catalogue.StampsNone
	h.restart()
	if _, err := h.client.Signed(context.Background(), api.SignedRequest{Address: reader, Sender: "shop.example", Password: "wrong"}); err == nil {
		t.Error("a wrong password is taken")
	}
	if z.asked != nil {
		t.Errorf("asked for %q", z.asked)
	}
	kept, err := store.Open(context.Background(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if record, err := kept.Pins().Pin(context.Background(), "a.example", "s", "first"); err != nil || record != "first" {
		t.Errorf("%q, %v", record, err)
	}
	if record, err := kept.Pins().Pin(context.Background(), "a.example", "s", "second"); err != nil || record != "first" {
		t.Errorf("a key that changed is taken: %q, %v", record, err)
	}
}
