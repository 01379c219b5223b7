package daemon_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// A visitor is a reader in the pages of a house, without a browser.
type visitor struct {
	*house
	home string
}

// visit opens a session.
func (h *house) visit() *visitor {
	h.t.Helper()
	opened, err := h.client.Open(context.Background(), api.OpenRequest{})
	if err != nil {
		h.t.Fatal(err)
	}
	return &visitor{h, string(opened.Address)}
}

// ask sends a request and returns the answer, redirects not followed.
func (v *visitor) ask(r *http.Request) (*http.Response, string) {
	v.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp, string(body)
}

// get returns a page.
func (v *visitor) get(below string, status int) string {
	v.t.Helper()
	r, err := http.NewRequest("GET", v.home+below, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	resp, body := v.ask(r)
	if resp.StatusCode != status {
		v.t.Fatalf("%s answered %d:\n%s", below, resp.StatusCode, body)
	}
	return body
}

// hidden finds a hidden field of a page.
func hidden(body, name string) string {
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if found == nil {
		return ""
	}
	return found[1]
}

// send sends a form with the token of a page, and returns where the reader goes on,
// "" with the page that came instead.
func (v *visitor) send(page, below string, form url.Values) (to, body string) {
	v.t.Helper()
	form.Set("token", hidden(page, "token"))
	r, err := http.NewRequest("POST", v.home+below, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", v.daemon.Origin())
	resp, body := v.ask(r)
	return strings.TrimPrefix(v.daemon.Origin()+resp.Header.Get("Location"), v.home), body
}

// records is how many records there are.
func (h *house) records() int {
	h.t.Helper()
	got, err := h.client.Verify(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	return got.Records
}

// A yes on a page keeps the notice that stood there, and acts; taking it back holds
// the next load.
func TestPageAnswer(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel))
	v := h.visit()
	mail := h.fetch(h.connected(), "INBOX")[0]
	page := v.get("ask?sender=shop.example", http.StatusOK)
	form := url.Values{
		"sender": {"shop.example"}, "address": {reader}, "notice": {hidden(page, "notice")}, "language": {"en"}, "do": {"yes"},
	}
	if to, body := v.send(page, "answer", form); !strings.HasPrefix(to, "sender?") {
		t.Fatalf("the reader goes on at %q: %s", to, body)
	}
	if got := h.open(mail); len(got) != 1 {
		t.Fatalf("after the yes the tracker was asked %q", got)
	}
	kept, err := h.client.History(context.Background(), "shop.example")
	if err != nil || len(kept.Records) == 0 || kept.Records[0].How != "page" || kept.Records[0].NoticeSHA256 != hidden(page, "notice") {
		t.Fatalf("kept is %+v, %v", kept.Records, err)
	}
	page = v.get("sender?sender=shop.example", http.StatusOK)
	if to, body := v.send(page, "withdraw", url.Values{"sender": {"shop.example"}}); !strings.HasPrefix(to, "tell?") {
		t.Fatalf("the reader goes on at %q: %s", to, body)
	}
	if got := h.open(mail); len(got) != 0 {
		t.Errorf("after it was taken back the tracker was asked %q", got)
	}
}

// connected is the account of a house that was read.
func (h *house) connected() api.Account {
	h.t.Helper()
	list, err := h.client.Accounts(context.Background())
	if err != nil || len(list) != 1 {
		h.t.Fatalf("accounts are %v, %v", list, err)
	}
	return list[0]
}

// What cannot be decided on a page changes nothing and says so.
func TestPageRefuses(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel), quiet("calm.example"))
	v := h.visit()
	ask := v.get("ask?sender=shop.example", http.StatusOK)
	notice := hidden(ask, "notice")
	for name, c := range map[string]struct {
		below string
		form  url.Values
		says  string
	}{
		"a yes without the notice":   {"answer", url.Values{"sender": {"shop.example"}, "do": {"save"}, "p.performance": {"yes"}}, "not been shown"},
		"a yes to another notice":    {"answer", url.Values{"sender": {"shop.example"}, "notice": {strings.Repeat("0", 64)}, "do": {"yes"}}, "not what you were shown"},
		"the notice in another text": {"answer", url.Values{"sender": {"shop.example"}, "notice": {notice}, "language": {"fr"}, "do": {"yes"}}, "not what you were shown"},
		"a purpose that is none":     {"answer", url.Values{"sender": {"shop.example"}, "notice": {notice}, "do": {"save"}, "p.nothing": {"yes"}}, "nothing"},
		"no such answer":             {"answer", url.Values{"sender": {"shop.example"}, "do": {"perhaps"}}, "cannot be read"},
		"a sender that never wrote":  {"answer", url.Values{"sender": {"nobody.example"}, "do": {"no"}}, "no mail from there"},
		"nothing to take back":       {"withdraw", url.Values{"sender": {"shop.example"}}, "nothing is agreed to"},
		"a mail that never came":     {"once", url.Values{"mail": {strings.Repeat("0", 64)}, "do": {"once"}}, "did not come"},
		"a mail by no name":          {"once", url.Values{"mail": {"../x"}, "do": {"once"}}, "64 hexadecimal"},
		"pictures, perhaps":          {"pictures", url.Values{"sender": {"shop.example"}, "show": {"perhaps"}}, "cannot be read"},
		"pictures of nobody":         {"pictures", url.Values{"show": {"on"}}, "cannot be read"},
		"a page that takes nothing":  {"held", url.Values{"do": {"yes"}}, "not known"},
		"a link that is none":        {"link/" + strings.Repeat("A", 22), url.Values{"do": {"always"}}, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			to, body := v.send(v.get("", http.StatusOK), c.below, c.form)
			if strings.HasPrefix(to, "sender") || !strings.Contains(body, c.says) || h.records() != 0 {
				t.Errorf("the reader goes on at %q, %d records:\n%s", to, h.records(), body)
			}
		})
	}
	if to, _ := v.send(v.get("", http.StatusOK), "answer", url.Values{"sender": {"shop.example"}, "do": {"save"}}); !strings.Contains(to, "note=none") || h.records() != 0 {
		t.Errorf("choosing nothing leads to %q", to)
	}
}

// Pages that are looked at change nothing, and lead only to our own.
func TestPagesLookedAt(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel+`<a href="https://shop.example/unsubscribe?u=1">Unsubscribe</a>`))
	v := h.visit()
	h.open(h.fetch(h.connected(), "INBOX")[0])
	held := v.get("held", http.StatusOK)
	load := regexp.MustCompile(`load/[A-Za-z0-9]+`).FindString(held)
	if load == "" {
		t.Fatalf("what was held is not listed:\n%s", held)
	}
	for below, says := range map[string]string{
		"": "shop.example", load: "would be asked", "ask?sender=shop.example": "What would be sent", "sender?sender=shop.example": "How it stands",
		"tell?sender=shop.example": "A letter", "ask?sender=shop.example&back=//evil.example": "May shop.example know",
	} {
		if body := v.get(below, http.StatusOK); !strings.Contains(body, says) || strings.Contains(body, "evil.example") {
			t.Errorf("%q does not say %q:\n%s", below, says, body)
		}
	}
	for _, below := range []string{"nowhere", "load/" + strings.Repeat("A", 22), "link/" + strings.Repeat("A", 22), "load", "ask/" + strings.Repeat("A", 22), "sender?sender=nobody.example"} {
		v.get(below, http.StatusNotFound)
	}
	if h.records() != 0 || len(h.tracker.take()) != 0 {
		t.Error("looking at pages changed something, or asked somebody")
	}
}

// A session is opened for a sender by any of its names, and for nobody else.
func TestOpenPages(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel))
	for _, name := range []string{"shop.example", "news@shop.example", "News"} {
		got, err := h.client.Open(context.Background(), api.OpenRequest{Sender: name})
		if err != nil || !strings.HasSuffix(string(got.Address), "/sender?sender=shop.example") {
			t.Errorf("%s: %q, %v", name, string(got.Address), err)
		}
	}
	var refusal *api.Error
	if _, err := h.client.Open(context.Background(), api.OpenRequest{Sender: "nobody.example"}); !errors.As(err, &refusal) || refusal.Code != api.CodeUnknown {
		t.Errorf("error is %v", err)
	}
}

// The pages speak the browser's language, else the daemon's.
func TestPageLanguage(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel))
	v := h.visit()
	for field, lang := range map[string]string{"": "en", "fr-BE,nl;q=0.5": "fr", "xx, de;q=0.1": "de", "nl": "nl"} {
		r, err := http.NewRequest("GET", v.home+"ask?sender=shop.example", nil)
		if err != nil {
			t.Fatal(err)
		}
		if field != "" {
			r.Header.Set("Accept-Language", field)
		}
		if _, body := v.ask(r); !strings.Contains(body, `<html lang="`+lang+`">`) || hidden(body, "language") != lang {
			t.Errorf("for %q the page is in another language than %s", field, lang)
		}
	}
}
