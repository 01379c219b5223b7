package daemon_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"github.com/unseen-mail/unseen/internal/store"
)

// Links of a mail: one that is known to lead elsewhere, one of which only its vendor
// knows, one to unsubscribe by, one that shows where it leads.
const (
	wrapped = "https://mandrillapp.com/track/click/30400001/www.example.com?p=eyJzIjogImZha2UiLCAidiI6IDEsICJwIjogIntcInVcIjogMzA0MDAwMDEsIFwidlwiOiAxLCBcInVybFwiOiBcImh0dHBzOi8vd3d3LmV4YW1wbGUuY29tL2E_eD0xJnk9MlwiLCBcImlkXCI6IFwiZmFrZVwiLCBcInVybF9pZHNcIjogW1wiZmFrZVwiXX0ifQ"
	counted = "https://u30400001.ct.sendgrid.net/ls/click?upn=u001.Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1Njc4OTBhYmNkZWZnaGlqa2xtbm9w"
	linked  = `<p><a href="` + wrapped + `">Coats</a> <a href="` + counted + `">Boots and more</a> ` +
		`<a href="` + counted + `3">www.shop.com</a> <a href="https://shop.example/gloves?utm_source=news">Gloves</a> ` +
		`<a href="https://shop.example/hats">Hats</a> <a href="` + counted + `2">Unsubscribe</a></p>`
)

var linkPage = regexp.MustCompile(`http://127\.0\.0\.1:\d+/l/([A-Za-z0-9]{22})_*`)

// get returns how the gateway answers.
func (h *house) get(path string) int {
	h.t.Helper()
	resp, err := http.Get(h.daemon.Origin() + path)
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// A link leads to where its wrapper says, or to its page; a choice, a link that shows
// where it leads, and one with tags of a campaign alone stay. It stays so, whatever
// comes, and the way back is exact.
func TestLinks(t *testing.T) {
	original := mailFrom("shop.example", linked+pixel)
	h := newHouse(t, original)
	h.start()
	a := h.connect(anywhere)
	served := h.fetch(a, "INBOX")[0]
	if len(served) != len(strings.ReplaceAll(original, "\n", "\r\n")) {
		t.Error("another length")
	}
	for _, want := range []string{
		`<a href="https://www.example.com/a?x=1&amp;y=2   `, `>Coats</a> <a href="` + h.daemon.Origin() + `/l/`,
		`<a href="` + counted + `2">Unsubscribe`, `<a href="` + counted + `3">www`, `<a href="https://shop.example/gloves?utm_source=news">`,
	} {
		if !strings.Contains(served, want) {
			t.Errorf("no %s in\n%s", want, served)
		}
	}
	pages := linkPage.FindAllStringSubmatch(served, -1)
	if len(pages) != 1 {
		t.Fatalf("%d links lead to pages", len(pages))
	}
	token := pages[0][1]
	if code := h.get("/l/" + token + "__"); code != http.StatusOK {
		t.Errorf("the page of the link answers %d", code)
	}
	for _, path := range []string{"/p/" + token, "/l/0000000000000000000000"} {
		if code := h.get(path); code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, code)
		}
	}
	if asked := h.tracker.take(); len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
	h.append(a, "Drafts", served)
	if got := h.direct("Drafts", &imap.FetchItemBodySection{Peek: true}); len(got) != 1 || got[0] != strings.ReplaceAll(original, "\n", "\r\n") {
		t.Errorf("stored %q", got)
	}
	// What the reader wants now is for mail to come, and other rules too.
	h.settings.Links = "leave"
	h.deliver(mailFrom("other.example", linked))
	h.restart()
	again := h.fetch(a, "INBOX")
	if again[0] != served || strings.Contains(again[1], "/l/") || !strings.Contains(again[1], wrapped) {
		t.Errorf("served anew:\n%s\n%s", again[0], again[1])
	}
	h.settings.Links = "protect"
	h.restart()
	if last := h.fetch(a, "INBOX"); last[0] != again[0] || last[1] != again[1] {
		t.Error("links that were left are rewritten later")
	}
}

// A piece of a message and the whole have the same links, whichever comes first, and
// a copy elsewhere too.
func TestLinksInPieces(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", linked+pixel))
	h.start()
	a := h.connect(anywhere)
	piece := h.fetchSection(a, &imap.FetchItemBodySection{Part: []int{1}, Peek: true})
	whole := h.fetch(a, "INBOX")[0]
	if !strings.HasSuffix(whole, piece) || !linkPage.MatchString(piece) {
		t.Errorf("%s\n\n%s", piece, whole)
	}
	if got := h.chunks(a, 0, len(whole), 100); got != whole {
		t.Error("in chunks, another")
	}
	c := h.login(a)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Copy(imap.SeqSetNum(1), "Drafts").Wait(); err != nil {
		t.Fatal(err)
	}
	if got := h.fetch(a, "Drafts"); len(got) != 1 || got[0] != whole {
		t.Error("a copy has other links")
	}
	if n := h.plans(); n != 1 {
		t.Errorf("%d plans of one message", n)
	}
}

// What becomes of links is on the disk before a mail program has the mail.
func TestLinksAreKeptFirst(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", linked+pixel))
	h.start()
	served := h.fetch(h.connect(anywhere), "INBOX")[0]
	crashed := t.TempDir()
	for _, name := range []string{"unseen.db", "unseen.db-wal", "key"} {
		b, err := os.ReadFile(filepath.Join(h.paths.Data, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(crashed, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(context.Background(), crashed, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, page := range linkPage.FindAllStringSubmatch(served, -1) {
		if _, ok, err := s.ReferenceByToken(context.Background(), page[1]); !ok || err != nil {
			t.Errorf("a link is not known after a crash: %v", err)
		}
	}
}

// What the reader sends has the sender's own links, and one to a page that nobody
// knows does not leave.
func TestLinksSent(t *testing.T) {
	box, smtp := outgoing(t)
	h := newHouse(t, mailFrom("shop.example", linked))
	h.start()
	a := h.connect(smtp)
	mail := composed(quoted(h.fetch(a, "INBOX")[0]))
	if code, text := h.send(a, mail, false); code != 250 {
		t.Fatalf("%d %s", code, text)
	}
	sent := box.take()
	if len(sent) != 1 || strings.Contains(sent[0], "127.0.0.1") || !strings.Contains(sent[0], `href="`+counted+`"`) || !strings.Contains(sent[0], `href="https://www.example.com/a?x=1&amp;y=2 `) {
		t.Errorf("sent %q", sent)
	}
	foreign := regexp.MustCompile(`/l/[A-Za-z0-9]{22}`).ReplaceAllString(mail, "/l/0000000000000000000000")
	if code, _ := h.send(a, foreign, false); code != 554 || len(box.take()) != 0 {
		t.Errorf("an unknown link: %d", code)
	}
}

// A mail with an address of a page that a sender made up can be answered.
func TestLinksMadeUp(t *testing.T) {
	box, smtp := outgoing(t)
	h := newHouse(t)
	h.start()
	a := h.connect(smtp)
	h.deliver(mailFrom("shop.example", `<a href="`+h.daemon.Origin()+`/l/0000000000000000000000">x</a>`))
	if code, text := h.send(a, composed(quoted(h.fetch(a, "INBOX")[0])), false); code != 250 {
		t.Fatalf("%d %s", code, text)
	}
	if sent := box.take(); len(sent) != 1 || strings.Contains(sent[0], "127.0.0.1") {
		t.Errorf("sent %q", sent)
	}
}

// Where what is sent does not go through Unseen, links are left.
func TestLinksNotRelayed(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", linked))
	h.start()
	if mail := h.fetch(h.connect(nil), "INBOX")[0]; mail != strings.ReplaceAll(mailFrom("shop.example", linked), "\n", "\r\n") {
		t.Errorf("got\n%s", mail)
	}
}

// Links of mail that was served before a loss are known after a rebuilding, whatever
// becomes of them by the rules of then.
func TestLinksRebuilt(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", linked+pixel))
	h.start()
	served := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.lose()
	h.settings.Links = "leave"
	h.start()
	h.connect(anywhere)
	if _, err := h.rebuild(password, nil); err != nil {
		t.Fatal(err)
	}
	for _, code := range h.ask(served) {
		if code != http.StatusOK {
			t.Errorf("answered %d", code)
		}
	}
}
