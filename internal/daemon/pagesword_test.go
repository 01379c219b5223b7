package daemon_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/rules/statement"
)

// The reader's own word is taken on the sender's page, beside the answers and apart
// from them: it lets nothing through. That they told the sender is one, too, and what
// tracks after that day is told from what tracked before.
func TestPageWord(t *testing.T) {
	h := read(t, dated(mailFrom("shop.example", pixel), "2 Mar"), dated(mailFrom("shop.example", pixel), "20 Jul"))
	v := h.visit()
	mail := h.fetch(h.connected(), "INBOX")[0]
	page := v.get("sender?sender=shop.example", http.StatusOK)
	for _, form := range []url.Values{
		{"sender": {"shop.example"}, "answer": {"no"}, "way": {"form"}, "on": {"2025"}},
		{"sender": {"shop.example"}, "answer": {"yes"}, "way": {""}, "on": {" 2025-03 "}, "by": {"Fair Ltd"}},
		{"sender": {"shop.example"}, "answer": {"told"}, "told": {"2026-07-01"}, "way": {"mail"}},
	} {
		if to, body := v.send(page, "state", form); !strings.HasPrefix(to, "sender?note=word") {
			t.Fatalf("%v: the reader goes on at %q: %s", form, to, body)
		}
		page = v.get("sender?sender=shop.example", http.StatusOK)
	}
	said, err := h.client.Statements(context.Background(), "shop.example")
	if err != nil || len(said) != 3 || said[0].Answer != statement.No || said[0].AgreedOn != "" || said[1].AgreedOn != "2025-03" ||
		said[1].Way != statement.ThirdParty || said[2].ToldOn != "2026-07-01" {
		t.Fatalf("%+v, %v", said, err)
	}
	if !strings.Contains(page, "You told shop.example on 1 July 2026") || !strings.Contains(page, "1 of 2 mails (20 July 2026 and later) holds trackers and was sent after the day on which you told") {
		t.Errorf("the page does not say so: %s", page)
	}
	if got := h.open(mail); len(got) != 0 || h.records() != 0 {
		t.Errorf("a word of the reader's let %q be asked", got)
	}
	if to, body := v.send(page, "state", url.Values{"sender": {"shop.example"}, "answer": {"told"}, "told": {"2190-01-01"}}); strings.Contains(to, "sender") || !strings.Contains(body, "has not come yet") {
		t.Errorf("a day to come: %q %s", to, body)
	}
}

// The page of a sender names who has a part in its mail, in the reader's language.
func TestPageParts(t *testing.T) {
	h := read(t, dated(mailFrom("shop.example", pixel), "2 Mar", "X-SG-EID: abc\n"))
	r, err := http.NewRequest("GET", h.visit().home+"sender?sender=shop.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "fr-BE, en;q=0.5")
	_, page := h.visit().ask(r)
	for _, want := range []string{"Qui a part à ses courriels", "contient son champ x-sg-eid", "Le premier courriel connu est du 2 mars 2026"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q: %s", want, page)
		}
	}
	a, err := h.client.AboutIn(context.Background(), api.AboutRequest{Sender: "shop.example", Language: "de"})
	if err != nil || len(a.Roles) < 2 || a.Roles[0].Title != "Sendet sie" || !strings.Contains(strings.Join(a.Roles[1].Why, " "), "Im Kopf der Mail") {
		t.Errorf("%+v, %v", a.Roles, err)
	}
}

// A sender is forgotten by a click on a page that says first what goes and what
// stays.
func TestPageForget(t *testing.T) {
	h := read(t, mailFrom("shop.example", onePurpose))
	h.decide("granted", "shop.example")
	v := h.visit()
	page := v.get("forget?sender=shop.example", http.StatusOK)
	if !strings.Contains(page, "1 record of the ledger") || !strings.Contains(page, "In the ledger stays that there was 1 record") {
		t.Errorf("the page does not say what goes: %s", page)
	}
	if to, _ := v.send(page, "forget", url.Values{"sender": {"shop.example"}, "do": {"keep"}}); !strings.HasPrefix(to, "sender?") || h.records() != 1 {
		t.Errorf("kept: on to %q, %d records", to, h.records())
	}
	page = v.get("forget?sender=shop.example", http.StatusOK)
	if to, body := v.send(page, "forget", url.Values{"sender": {"shop.example"}, "do": {"forget"}}); to != "?note=forgotten" {
		t.Fatalf("on to %q: %s", to, body)
	}
	kept, err := h.client.History(context.Background(), "")
	if err != nil || len(kept.Records) == 0 || !kept.Records[0].Forgotten {
		t.Errorf("%+v, %v", kept.Records, err)
	}
	if mail := h.fetch(h.connected(), "INBOX")[0]; len(h.open(mail)) != 0 {
		t.Error("what was forgotten is granted still")
	}
}

// A yes can end on a day of the reader's own: the question is shown anew with it, and
// that is what is kept.
func TestPageUntil(t *testing.T) {
	h := read(t, mailFrom("shop.example", onePurpose))
	v := h.visit()
	day := time.Now().AddDate(0, 0, 9)
	page := v.get("ask?sender=shop.example&until="+day.Format(time.DateOnly), http.StatusOK)
	if !strings.Contains(page, "A yes ends by itself at the end of "+day.Format("2 January 2006")) {
		t.Errorf("the question does not say when it ends: %s", page)
	}
	form := url.Values{
		"sender": {"shop.example"}, "address": {reader}, "notice": {hidden(page, "notice")}, "language": {"en"}, "until": {hidden(page, "until")}, "do": {"yes"},
	}
	if to, body := v.send(page, "answer", form); !strings.HasPrefix(to, "sender?") {
		t.Fatalf("on to %q: %s", to, body)
	}
	kept, err := h.client.History(context.Background(), "shop.example")
	if err != nil || len(kept.Records) != 1 || kept.Records[0].Until.Add(-time.Second).Local().Format(time.DateOnly) != day.Format(time.DateOnly) {
		t.Errorf("%+v, %v", kept.Records, err)
	}
	if page := v.get("ask?sender=shop.example&until=2001-01-01", http.StatusOK); strings.Contains(page, "2001") {
		t.Error("a day that is over is taken")
	}
}

// A read receipt is answered on the first page.
func TestPageReceipt(t *testing.T) {
	box, smtp := outgoing(t)
	h := newHouse(t, asking("shop.example"))
	h.start()
	a := h.connect(smtp)
	h.fetch(a, "INBOX")
	if code, _ := h.send(a, receiptFor("shop.example", byHand), false); code != 450 {
		t.Fatalf("it was answered %d", code)
	}
	v := h.visit()
	page := v.get("", http.StatusOK)
	id := regexp.MustCompile(`name="id" value="([0-9a-f]+)"`).FindStringSubmatch(page)
	if id == nil || !strings.Contains(page, "news@shop.example would learn that you read it") {
		t.Fatalf("the page does not ask: %s", page)
	}
	if to, body := v.send(page, "receipt", url.Values{"id": {id[1]}, "do": {"send"}}); to != "?note=receipt" {
		t.Fatalf("on to %q: %s", to, body)
	}
	if code, text := h.send(a, receiptFor("shop.example", byHand), false); code != 250 || len(box.take()) != 1 {
		t.Errorf("%d %s", code, text)
	}
}

// A picture is asked for without what names the reader at a click that says so, and
// shown in the page.
func TestPageBare(t *testing.T) {
	h := read(t, mailFrom("shop.example", `<img src="http://pics.shop.example/sale.gif?uid=0123456789abcdef0123456789abcdef" width="300" height="200" alt="Sale">`))
	mail := h.fetch(h.connected(), "INBOX")[0]
	token := regexp.MustCompile(`/p/([A-Za-z0-9]{22})`).FindStringSubmatch(mail)[1]
	v := h.visit()
	page := v.get("load/"+token, http.StatusOK)
	if !strings.Contains(page, "Try this picture without what names you") {
		t.Fatalf("the page does not offer it: %s", page)
	}
	if asked := h.tracker.take(); len(asked) != 0 {
		t.Fatalf("looking at the page asked %q", asked)
	}
	_, body := v.send(page, "bare/"+token, url.Values{"mail": {hidden(page, "mail")}})
	if asked := h.tracker.take(); len(asked) != 1 || asked[0] != "http://pics.shop.example/sale.gif" {
		t.Errorf("asked %q", asked)
	}
	if !strings.Contains(body, `src="data:image/gif;base64,`) || !strings.Contains(body, `alt="Sale"`) {
		t.Errorf("it shows %s", body)
	}
}

// How to tell a sender says that something was taken back only where it was.
func TestTellSaysWhatIsSo(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel))
	text := func() string {
		t.Helper()
		list, err := h.client.Tell(context.Background(), api.TellRequest{Sender: "shop.example"})
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0].Text
	}
	if got := text(); !strings.HasPrefix(got, "Nothing stands as taken back here.") {
		t.Errorf("before anything was granted: %s", got)
	}
	h.decide("granted", "shop.example")
	if got := text(); strings.HasPrefix(got, "Withdrawn") {
		t.Errorf("while it is granted: %s", got)
	}
	h.decide("withdrawn", "shop.example")
	if got := text(); !strings.HasPrefix(got, "Withdrawn here. shop.example has not been told and keeps what it had.") {
		t.Errorf("after it was taken back: %s", got)
	}
}
