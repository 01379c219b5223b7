package daemon_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// faced is a house with two mails, of which one asks who reads it and was opened.
func faced(t *testing.T) *house {
	h := newHouse(t, mailFrom("shop.example", pixel), strings.Replace(mailFrom("plain.example", "<p>Good morning.</p>"), "<1@", "<2@", 1))
	h.start()
	for _, mail := range h.fetch(h.connect(anywhere), "INBOX") {
		if strings.Contains(mail, "shop.example") {
			h.open(mail)
		}
	}
	return h
}

func TestSenderPages(t *testing.T) {
	h := faced(t)
	page := func(q api.SenderQuery) (keys []string) {
		p, err := h.client.SenderPage(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Senders {
			keys = append(keys, s.Key)
		}
		if p.Total != 2 || p.Matching < len(keys) {
			t.Errorf("%+v: total %d, matching %d", q, p.Total, p.Matching)
		}
		return keys
	}
	for _, c := range []struct {
		q    api.SenderQuery
		want []string
	}{
		{api.SenderQuery{Sort: "name"}, []string{"plain.example", "shop.example"}},
		{api.SenderQuery{Search: "SHOP"}, []string{"shop.example"}},
		{api.SenderQuery{Sort: "name", Offset: 1, Limit: 1}, []string{"shop.example"}},
		{api.SenderQuery{Filter: "silent", Sort: "name"}, []string{"plain.example", "shop.example"}},
		{api.SenderQuery{Filter: "granted"}, nil},
	} {
		if got := page(c.q); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q", c.q, got)
		}
	}
	h.decide("granted", "shop.example")
	if got := page(api.SenderQuery{Filter: "granted"}); !slices.Equal(got, []string{"shop.example"}) {
		t.Errorf("granted: %q", got)
	}
	facts, err := h.client.SenderFacts(t.Context(), api.SenderFactsQuery{Sender: "shop.example"})
	if err != nil || facts.Granted == 0 || len(facts.Standings) == 0 || len(facts.Trackers) != 1 || facts.Trackers[0].Held != 1 ||
		facts.First.IsZero() || facts.Looked != 1 {
		t.Errorf("%+v, %v", facts, err)
	}
	for _, q := range []api.SenderQuery{{Filter: "blue"}, {Limit: api.MaxPage + 1}} {
		if _, err := h.client.SenderPage(t.Context(), q); err == nil {
			t.Errorf("%+v was answered", q)
		}
	}
}

func TestMessagesAreExplained(t *testing.T) {
	h := faced(t)
	page, err := h.client.Messages(t.Context(), api.MessageQuery{})
	if err != nil || len(page.Messages) != 2 || page.More {
		t.Fatalf("%+v, %v", page, err)
	}
	found, err := h.client.Messages(t.Context(), api.MessageQuery{Search: "SHOP.example"})
	if err != nil || len(found.Messages) != 1 || found.Searched != 2 || found.Messages[0].Trackers != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	one, err := h.client.Messages(t.Context(), api.MessageQuery{Limit: 1})
	if err != nil || len(one.Messages) != 1 || !one.More {
		t.Errorf("%+v, %v", one, err)
	}
	facts, err := h.client.Message(t.Context(), api.MessageFactsQuery{ID: found.Messages[0].ID, Language: "nl"})
	if err != nil || len(facts.References) != 1 {
		t.Fatalf("%+v, %v", facts, err)
	}
	r := facts.References[0]
	if r.Verdict != "tracker" || r.Action != "hold" || r.Why == "" || len(r.Reasons) == 0 || len(r.Sends) == 0 || r.Name == "" {
		t.Errorf("%+v", r)
	}
	if _, err := h.client.Message(t.Context(), api.MessageFactsQuery{ID: strings.Repeat("0", 64)}); err == nil {
		t.Error("a message that is not there was explained")
	}
}

func TestStatistics(t *testing.T) {
	h := faced(t)
	for _, by := range []string{"day", "week", "month"} {
		got, err := h.client.Statistics(t.Context(), api.StatisticsQuery{By: by})
		if err != nil || len(got.Spans) < 24 {
			t.Fatalf("%s: %d spans, %v", by, len(got.Spans), err)
		}
		last := got.Spans[len(got.Spans)-1]
		if last.Held != 1 || last.Asked != 1 || got.Sums.Held != 1 || got.Sums.Mails != 1 || got.Sums.Asking != 1 || got.Sums.Told != 0 || got.Sums.Unknown != 1 {
			t.Errorf("%s: %+v %+v", by, last, got.Sums)
		}
		if len(got.Vendors) != 1 || len(got.Senders) != 1 || len(got.Purposes) == 0 || len(got.Vectors) != 1 || got.Vectors[0].ID != "img src" {
			t.Errorf("%s: %+v", by, got)
		}
		if by == "week" && last.Begin.Weekday() != time.Monday {
			t.Errorf("a week begins on %v", last.Begin.Weekday())
		}
	}
	for _, q := range []api.StatisticsQuery{
		{By: "hour"}, {Top: 1000}, {From: time.Now().AddDate(-9, 0, 0)}, {From: time.Now().AddDate(0, 0, 9)},
	} {
		var refused *api.Error
		if _, err := h.client.Statistics(t.Context(), q); !errors.As(err, &refused) || refused.Code != api.CodeWrong {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

func TestSettings(t *testing.T) {
	h := newHouse(t)
	h.settings.Language = "fr"
	h.start()
	s, err := h.client.Settings(t.Context())
	if err != nil || s.Language != "fr" || !slices.Equal(s.Pinned, []string{"language"}) || !s.Notices || s.TextSize != 100 || s.Level != "standard" {
		t.Fatalf("%+v, %v", s, err)
	}
	theme, size, off, level, all, law := "dark", 150, false, "own", "all", "NL"
	s, err = h.client.Set(t.Context(), api.SettingsChange{
		Theme: &theme, TextSize: &size, Notices: &off, Level: &level, Pictures: &all, Jurisdiction: &law,
	})
	if err != nil || s.Theme != "dark" || s.TextSize != 150 || s.Notices || s.Level != "own" || s.Pictures != "all" || s.Jurisdiction != "NL" {
		t.Errorf("%+v, %v", s, err)
	}
	h.restart()
	if again, err := h.client.Settings(t.Context()); err != nil || again.Theme != "dark" || again.Jurisdiction != "NL" || again.Level != "own" {
		t.Errorf("after a start: %+v, %v", again, err)
	}
	wrong, dutch := "mauve", "nl"
	huge := 1000
	for name, c := range map[string]api.SettingsChange{
		"no theme": {Theme: &wrong}, "pinned": {Language: &dutch}, "too large": {TextSize: &huge}, "no level": {Level: &wrong},
		"one of two": {Theme: &dutch, Notices: &off},
	} {
		if _, err := h.client.Set(t.Context(), c); err == nil {
			t.Errorf("%s was set", name)
		}
	}
	list, err := h.client.Purposes(t.Context(), api.PurposeQuery{Language: "de"})
	if err != nil || len(list) < 8 || list[0].Title == "" {
		t.Errorf("%+v, %v", list, err)
	}
}
