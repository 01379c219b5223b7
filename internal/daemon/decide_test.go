package daemon_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// read starts everything and fetches the mail once, so that it is known.
func read(t *testing.T, mails ...string) *house {
	t.Helper()
	h := newHouse(t, mails...)
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	return h
}

// quiet is a mail that wants to know nothing.
func quiet(domain string) string { return mailFrom(domain, "<p>Hello.</p>") }

// What cannot be decided is refused with a sentence and a hint, and nothing is
// written.
func TestDecideRefuses(t *testing.T) {
	forged := strings.ReplaceAll(mailFrom("forged.example", pixel), "=pass", "=fail")
	list := mailFrom("groups.google.com", pixel)
	h := read(t, mailFrom("shop.example", pixel), quiet("calm.example"), forged, list)
	for name, c := range map[string]struct {
		ask        api.Decision
		code       string
		text, hint string
	}{
		"unknown sender":     {api.Decision{Decision: "granted", Sender: "nobody.example", All: true}, api.CodeUnknown, "no mail from there", "shop.example"},
		"unvouched sender":   {api.Decision{Decision: "granted", Sender: "forged.example", All: true}, api.CodeUnknown, "does not vouch", "account test"},
		"nothing wanted":     {api.Decision{Decision: "granted", Sender: "calm.example", All: true}, api.CodeUnknown, "nothing in it wants to know", "read before"},
		"not that purpose":   {api.Decision{Decision: "granted", Sender: "shop.example", Purposes: []string{"fraud"}}, api.CodeUnknown, "does not ask for fraud", "performance"},
		"not to that one":    {api.Decision{Decision: "granted", Sender: "shop.example", All: true, Address: "bob@mail.example"}, api.CodeUnknown, "never wrote to bob", reader},
		"nothing granted":    {api.Decision{Decision: "withdrawn", Sender: "shop.example", All: true}, api.CodeUnknown, "nothing is agreed to", "consent list"},
		"no such decision":   {api.Decision{Decision: "maybe", Sender: "shop.example", All: true}, api.CodeWrong, `cannot be "maybe"`, ""},
		"no sender":          {api.Decision{Decision: "granted", All: true}, api.CodeUnknown, "no mail from there", ""},
		"a public suffix":    {api.Decision{Decision: "granted", Sender: "example", All: true}, api.CodeUnknown, "no mail from there", ""},
		"part of the domain": {api.Decision{Decision: "granted", Sender: "hop.example", All: true}, api.CodeUnknown, "no mail from there", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := say(context.Background(), h.client, c.ask)
			var e *api.Error
			if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Text, c.text) || !strings.Contains(e.Hint, c.hint) {
				t.Errorf("error is %#v", err)
			}
		})
	}
	if v, err := h.client.Verify(context.Background()); err != nil || v.Records != 0 {
		t.Errorf("the ledger has %+v, %v", v, err)
	}
}

// A sender is found by domain, subdomain, address and name.
func TestSenderIsFound(t *testing.T) {
	h := read(t, mailFrom("mail.shop.example", pixel))
	for _, name := range []string{"shop.example", "SHOP.example", "mail.shop.example", "news@mail.shop.example", "News"} {
		list, err := say(context.Background(), h.client, api.Decision{Decision: "granted", Sender: name, All: true})
		if err != nil || len(list) == 0 || list[0].Sender != "shop.example" {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
}

// A name that two senders use decides nothing.
func TestSharedNameDecidesNothing(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel), mailFrom("rival.example", pixel))
	var e *api.Error
	_, err := say(context.Background(), h.client, api.Decision{Decision: "granted", Sender: "News", All: true})
	if !errors.As(err, &e) || !strings.Contains(e.Hint, "rival.example, shop.example") {
		t.Errorf("error is %#v", err)
	}
}

// A grant names who would learn of it and what it rests on, lasts as long as
// was said, and is for one purpose each.
func TestGrant(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel))
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	list, err := say(context.Background(), h.client, api.Decision{
		Decision: "granted", Sender: "shop.example", All: true, Until: &until,
	})
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	seen := make(map[string]bool)
	for _, s := range list {
		if s.Decision != "granted" || s.Address != reader || len(s.Vendors) == 0 || s.Until == nil || !s.Until.Equal(until) || seen[s.Purpose] {
			t.Errorf("standing %+v", s)
		}
		seen[s.Purpose] = true
	}
	all, err := h.client.Standings(context.Background())
	if err != nil || len(all) != len(list) {
		t.Errorf("standings %+v, %v", all, err)
	}
	one, err := say(context.Background(), h.client, api.Decision{Decision: "withdrawn", Sender: "shop.example", Purposes: []string{list[0].Purpose}})
	if err != nil || len(one) != 1 || one[0].Decision != "withdrawn" {
		t.Errorf("withdrawing one purpose: %+v, %v", one, err)
	}
}

// A grant for some of what a pixel is for releases nothing.
func TestPartOfThePurposes(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	_, err := say(context.Background(), h.client, api.Decision{Decision: "granted", Sender: "shop.example", Purposes: []string{"performance"}})
	if err != nil {
		t.Fatal(err)
	}
	if asks := h.open(mail); asks != nil {
		t.Errorf("the tracker was asked %v", asks)
	}
}

// Without an end a grant lapses after the days of config.toml.
func TestLapseDays(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.settings.LapseDays = 30
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	list, err := say(context.Background(), h.client, api.Decision{Decision: "granted", Sender: "shop.example", All: true})
	if err != nil || len(list) == 0 || list[0].Until == nil {
		t.Fatal(list, err)
	}
	if days := time.Until(*list[0].Until).Hours() / 24; days < 29.9 || days > 30.1 {
		t.Errorf("it lapses in %.1f days", days)
	}
}

// A refusal can be for what was not asked for yet.
func TestRefuseInAdvance(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel))
	list, err := say(context.Background(), h.client, api.Decision{Decision: "refused", Sender: "shop.example", Purposes: []string{"profiling"}})
	if err != nil || len(list) != 1 || list[0].Decision != "refused" || list[0].Purpose != "profiling" {
		t.Errorf("refusal: %+v, %v", list, err)
	}
}

// Who wrote is listed once each, those whom nobody vouches for apart.
func TestSenders(t *testing.T) {
	forged := strings.ReplaceAll(mailFrom("shop.example", pixel), "=pass", "=fail")
	h := read(t, mailFrom("shop.example", pixel), quiet("calm.example"), quiet("shop.example"), forged)
	list, err := h.client.Senders(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range list {
		got = append(got, s.Key+map[bool]string{true: " vouched", false: " not"}[s.Authenticated]+" "+string(rune('0'+s.Messages)))
	}
	slices.Sort(got)
	if want := []string{"calm.example vouched 1", "shop.example not 1", "shop.example vouched 2"}; !slices.Equal(got, want) {
		t.Errorf("senders %v, want %v", got, want)
	}
}
