package daemon_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/rules/statement"
)

// A yes tells of one opening a day, whether a picture comes or not; the reader
// may say otherwise.
func TestOneOpeningADay(t *testing.T) {
	for name, c := range map[string]struct {
		openings string
		status   int
		want     int
	}{
		"a picture comes":   {"daily", http.StatusOK, 1},
		"nothing comes":     {"daily", http.StatusNoContent, 1},
		"each, as was said": {"each", http.StatusOK, 10},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, mailFrom("shop.example", pixel))
			h.settings.Openings, h.tracker.status = c.openings, c.status
			h.start()
			mail := h.fetch(h.connect(anywhere), "INBOX")[0]
			h.decide("granted", "shop.example")
			asks := 0
			for i := range 10 {
				if i == 5 {
					h.restart()
				}
				asks += len(h.open(mail))
			}
			if asks != c.want {
				t.Errorf("ten openings were %d requests", asks)
			}
		})
	}
}

// One mail may be told of once: nothing else of its sender, and not for ever.
func TestOnce(t *testing.T) {
	other := strings.Replace(mailFrom("shop.example", pixel), "<1@", "<2@", 1)
	forged := strings.ReplaceAll(mailFrom("forged.example", pixel), "=pass", "=fail")
	h := newHouse(t, mailFrom("shop.example", pixel+coatsTag), other, forged)
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	q := h.asks("shop.example")
	if len(q.Mails) != 2 {
		t.Fatalf("mails %q", q.Mails)
	}
	// The newest is the first.
	p, err := h.client.Once(t.Context(), api.OnceRequest{Message: q.Mails[1], How: "page"})
	if err != nil || p.Message != q.Mails[1] {
		t.Fatalf("%+v, %v", p, err)
	}
	if asks := h.open(mails[0]); len(asks) != 2 {
		t.Errorf("asked %q", asks)
	}
	if asks := append(h.open(mails[1]), h.open(mails[2])...); asks != nil {
		t.Errorf("other mail asked %q", asks)
	}
	h.restart()
	if asks := h.open(mails[0]); slices.Contains(asks, pixelURL) {
		t.Errorf("after a new start %q was asked", asks)
	}
	hist, err := h.client.History(t.Context(), "shop.example")
	if err != nil || len(hist.Once) != 1 || hist.Once[0].How != "page" || hist.Once[0].Pictures || len(hist.Records) != 0 {
		t.Errorf("%+v, %v", hist, err)
	}
	for _, bad := range []string{"", "zz", strings.Repeat("0", 64)} {
		if _, err := h.client.Once(t.Context(), api.OnceRequest{Message: bad}); err == nil {
			t.Errorf("%q was permitted", bad)
		}
	}
}

// What a load would send is told before it is, and asks nobody.
func TestWouldSend(t *testing.T) {
	address := hex.EncodeToString([]byte(reader))
	const word = "Y3VzdG9tZXItNzQyMQ" // customer-7421
	html := `<img src="http://t.shop.example/open.gif?e=` + address + `" width="1" height="1">` +
		`<img src="http://t.shop.example/o/` + word + `/pixel.gif" width="1" height="1">` + pixel + coatsTag
	h := newHouse(t, mailFrom("shop.example", html))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	list, err := h.client.WouldSend(t.Context(), api.SendingRequest{Message: h.asks("shop.example").Mails[0]})
	if err != nil || len(list) != 3 {
		t.Fatalf("%d loads, %v", len(list), err)
	}
	if id := list[0].Identifiers; len(id) == 0 || id[0].Kind != "address" || id[0].Decoded != reader || id[0].Value != address {
		t.Errorf("identifiers %+v", id)
	}
	if id := list[1].Identifiers; len(id) != 1 || id[0].Decoded != "customer-7421" || id[0].Value != word {
		t.Errorf("identifiers %+v", id)
	}
	if s := list[2]; s.Vendor != "mandrill" || s.Host != "click.tracker.example" || !slices.Contains(s.Purposes, "performance") ||
		strings.Contains(s.Client, "Unseen") || len(s.Identifiers) == 0 || len(s.Text) < 5 {
		t.Errorf("%+v", s)
	}
	if asks := h.tracker.take(); asks != nil {
		t.Errorf("%q was asked", asks)
	}
	if _, err := h.client.WouldSend(t.Context(), api.SendingRequest{Token: strings.Repeat("0", 22)}); err == nil {
		t.Error("an unknown token is told of")
	}
}

// What is forgotten is gone from the disk, and the ledger still holds.
func TestForget(t *testing.T) {
	h := newHouse(t, mailFrom("forgettable.example", pixel), mailFrom("shop.example", pixel))
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	h.open(mails[0])
	h.decide("granted", "forgettable.example")
	h.decide("granted", "shop.example")
	h.show("forgettable.example")
	if _, err := h.client.State(t.Context(), api.Statement{Sender: "forgettable.example", Answer: statement.No, Note: "never-in-my-life"}); err != nil {
		t.Fatal(err)
	}
	would, err := h.client.Forget(t.Context(), api.ForgetRequest{Sender: "forgettable.example", Dry: true})
	if err != nil || would.Records != 2 || would.Statements != 1 || would.Events < 2 || would.Choices != 1 || len(would.Stays) == 0 {
		t.Fatalf("%+v, %v", would, err)
	}
	if list, err := h.client.History(t.Context(), "forgettable.example"); err != nil || len(list.Records) != 2 {
		t.Fatalf("a dry run forgot: %+v, %v", list, err)
	}
	done, err := h.client.Forget(t.Context(), api.ForgetRequest{Sender: "forgettable.example"})
	if err != nil || done.Records != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	if asks := h.open(mails[0]); asks != nil {
		t.Errorf("%q was asked", asks)
	}
	if asks := h.open(mails[1]); len(asks) != 1 {
		t.Errorf("the other sender: %q was asked", asks)
	}
	if v, err := h.client.Verify(t.Context()); err != nil || v.Records != 5 {
		t.Errorf("%+v, %v", v, err)
	}
	all, err := h.client.History(t.Context(), "")
	if err != nil || len(all.Records) != 5 || !all.Records[0].Forgotten || len(all.Records[4].Forgets) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"unseen.db", "unseen.db-wal"} {
		b, err := os.ReadFile(filepath.Join(h.paths.Data, name))
		if err == nil && bytes.Contains(b, []byte("never-in-my-life")) {
			t.Errorf("%s still holds the statement", name)
		}
	}
}

// A file with a mistake changes nothing; a good one is taken over, and a no wins.
func TestImport(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel), mailFrom("rival.example", pixel))
	h.decide("granted", "shop.example")
	h.decide("refused", "rival.example")
	var linked, table bytes.Buffer
	if err := h.client.Export(t.Context(), &linked, "jsonld", "en"); err != nil {
		t.Fatal(err)
	}
	if err := h.client.Export(t.Context(), &table, "csv", "en"); err != nil {
		t.Fatal(err)
	}
	if err := h.client.Export(t.Context(), &table, "pdf", "en"); err == nil {
		t.Error("there is no such format")
	}
	other := read(t, mailFrom("shop.example", pixel), mailFrom("rival.example", pixel))
	other.decide("refused", "shop.example")
	before, err := other.client.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, format string }{
		"cut":                {linked.String()[:linked.Len()-20], "jsonld"},
		"an odd decision":    {strings.Replace(linked.String(), `:decision":"refused"`, `:decision":"maybe"`, 1), "jsonld"},
		"an odd purpose":     {strings.Replace(linked.String(), "unseen:performance", "unseen:love", 1), "jsonld"},
		"another notice":     {strings.Replace(linked.String(), "May shop.example know", "May shop.example not know", 1), "jsonld"},
		"a table as the one": {table.String(), "jsonld"},
		"the one as a table": {linked.String(), "csv"},
		"a row too short":    {table.String() + "1,2,3\r\n", "csv"},
		"nothing":            {"", "csv"},
	} {
		var e *api.Error
		if in, err := other.client.Import(t.Context(), strings.NewReader(c.file), c.format); !errors.As(err, &e) || e.Code != api.CodeWrong || in.Added != 0 {
			t.Errorf("%s: %+v, %v", name, in, err)
		}
	}
	if after, err := other.client.Verify(t.Context()); err != nil || after != before {
		t.Fatalf("the ledger was changed: %+v, %v", after, err)
	}
	in, err := other.client.Import(t.Context(), &linked, "jsonld")
	if err != nil || in.Read == 0 || in.Added != 2 {
		t.Errorf("%+v, %v", in, err)
	}
	list, err := other.client.Standings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Decision != "refused" {
			t.Errorf("%+v", s)
		}
	}
	if in, err = other.client.Import(t.Context(), &table, "csv"); err != nil || in.Added != 0 {
		t.Errorf("again: %+v, %v", in, err)
	}
}
