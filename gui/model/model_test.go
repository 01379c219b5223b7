package model_test

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/gui/model"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/look"
	"github.com/unseen-mail/unseen/internal/words"
)

var begin = time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)

func rows(n int) []api.SenderRow {
	list := make([]api.SenderRow, n)
	for i := range list {
		list[i] = api.SenderRow{First: begin.Add(time.Duration(i) * time.Minute), Granted: i % 5 / 4, Refused: i % 3 / 2, Sender: api.Sender{
			Key: fmt.Sprintf("sender-%06d.example", i), Display: fmt.Sprintf("Letters of %d", i*7919%n), Address: fmt.Sprintf("news@sender-%06d.example", i),
			Authenticated: i%11 > 0, Messages: i * 31 % 997, Last: begin.Add(time.Duration(i*7919%n) * time.Minute),
		}}
	}
	return list
}

// What a query finds is what going through all of them finds, in its order.
func TestSendersFind(t *testing.T) {
	var s model.Senders
	all := rows(500)
	s.Add(all[:200])
	s.Find(model.Query{Sort: "name"})
	s.Add(all[200:])
	rapid.Check(t, func(r *rapid.T) {
		q := model.Query{
			Search: rapid.SampledFrom([]string{"", "12", " LETTERS of 3", "Example", "ß", "zz"}).Draw(r, "search"),
			Filter: rapid.SampledFrom([]string{"", "granted", "refused", "silent", "unvouched"}).Draw(r, "filter"),
			Sort:   rapid.SampledFrom([]string{"", "first", "mails", "name"}).Draw(r, "sort"),
		}
		found := s.Find(q)
		n := 0
		for i := range all {
			text := strings.ToLower(all[i].Key + " " + all[i].Display + " " + all[i].Address)
			a := &all[i]
			ok := map[string]bool{"": true, "granted": a.Granted > 0, "refused": a.Refused > 0, "silent": a.Authenticated && a.Granted+a.Refused == 0, "unvouched": !a.Authenticated}[q.Filter]
			if ok && strings.Contains(text, strings.ToLower(strings.TrimSpace(q.Search))) {
				n++
			}
		}
		if len(found) != n {
			r.Fatalf("%+v finds %d of %d", q, len(found), n)
		}
		for i := 1; i < len(found); i++ {
			a, b := s.At(found[i-1]), s.At(found[i])
			if q.Sort == "" && a.Last.Before(b.Last) || q.Sort == "mails" && a.Messages < b.Messages || q.Sort == "first" && a.First.Before(b.First) {
				r.Fatalf("%+v: %v stands before %v", q, a, b)
			}
		}
	})
}

// A chart is whole in each of its forms, whatever its names are.
func TestChartFiles(t *testing.T) {
	c := model.Chart{Says: "Held & <told>", Held: "held", Told: "=told", Bars: []model.Bar{{"1", "=1+1", 3, 0}, {"2", "</svg>\"", 0, 2}, {"3", "c,d\n", 0, 0}}}
	list, err := csv.NewReader(strings.NewReader(c.CSV())).ReadAll()
	if err != nil || len(list) != 4 || list[1][0] != "'=1+1" || list[0][2] != "'=told" || list[1][1] != "3" {
		t.Errorf("%q, %v", list, err)
	}
	for _, colours := range []map[string]string{look.Load().Light, look.Load().Dark} {
		in := xml.NewDecoder(strings.NewReader(c.SVG(colours)))
		bars := 0
		for {
			token, err := in.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
				bars++
			}
		}
		if bars != 1+3+1 {
			t.Errorf("%d rectangles", bars)
		}
	}
	for n, want := range map[int]int{0: 1, 1: 1, 3: 5, 11: 20, 99: 100, 101: 200, 4999: 5000} {
		if got := model.Round(n); got != want {
			t.Errorf("%d is rounded to %d", n, got)
		}
	}
}

// The sentence of the day says what is known, and nothing else.
func TestDaySentence(t *testing.T) {
	for want, n := range map[string]api.Sums{
		"No mail has loaded anything through Unseen today.":                                                                          {},
		"1 mail loaded something through Unseen today. None asked who reads it.":                                                     {Mails: 1},
		"12 mails loaded something through Unseen today. 9 of them asked who reads them. Nobody was told.":                           {Mails: 12, Asking: 9},
		"2 mails loaded something through Unseen today. 1 of them asked who reads it. For 1 mail somebody was told, as you allowed.": {Mails: 2, Asking: 1, Told: 1},
	} {
		if got := model.DaySentence(words.English(), n); got != want {
			t.Errorf("%q", got)
		}
	}
}

// Loads that were close together are one line; every kind of event is told in every
// language, or not at all.
func TestTimeline(t *testing.T) {
	var events []api.Event
	for i := range 5 {
		events = append(events, api.Event{Seq: int64(i), Kind: "load", Outcome: "held", Sender: "shop.example", Verdict: "tracker", Host: fmt.Sprint("t", i%2), Time: begin.Add(time.Duration(i) * time.Second)})
	}
	events = append(events, api.Event{Kind: "load", Outcome: "held", Verdict: "clean", Time: begin.Add(time.Hour)}, api.Event{Kind: "magic", Time: begin})
	lines := model.Timeline(words.English(), events, begin)
	if len(lines) != 2 || lines[0].Clock != "10:00" || !strings.Contains(lines[0].Text, "An unknown sender") || lines[1].Text != "shop.example wanted to know that its mail was opened (t0 and t1). It was not told." {
		t.Errorf("%+v", lines)
	}
	for _, lang := range words.Languages() {
		for _, kind := range []string{"load held", "load released", "load copy", "load failed", "consent granted", "consent refused", "consent withdrawn", "consent once", "protection paused", "protection suspended", "protection resumed", "account connected", "rules taken", "level own", "picture shown", "receipt kept"} {
			k, o, _ := strings.Cut(kind, " ")
			for _, verdict := range []string{"tracker", "clean"} {
				got := model.Timeline(words.In(lang), []api.Event{{Kind: k, Outcome: o, Verdict: verdict, Sender: "a.example", Host: "b.example", Time: begin.AddDate(0, 0, -3)}}, begin)
				if len(got) != 1 || got[0].Text == "" || strings.Contains(got[0].Text, "[") || !strings.Contains(got[0].Clock, "2026") {
					t.Errorf("%s %s: %+v", lang, kind, got)
				}
			}
		}
	}
}

// BenchmarkFind is one keystroke among 100,000 senders.
func BenchmarkFind(b *testing.B) {
	var s model.Senders
	s.Add(rows(100_000))
	for name, q := range map[string]model.Query{
		"search": {Search: "letters of 77"}, "filter": {Filter: "silent"}, "nothing": {Search: "nobody is called that"}, "sorted": {Sort: "name", Search: "9"},
	} {
		b.Run(name, func(b *testing.B) {
			s.Find(q)
			for b.Loop() {
				s.Find(model.Query{Search: "?"}) // nothing of the last time helps
				if found := s.Find(q); slices.Contains(found, -1) {
					b.Fatal(found)
				}
			}
		})
	}
	b.Run("other order", func(b *testing.B) {
		s.Sort("", "name", "mails") // as the window does while it reads
		for b.Loop() {
			s.Find(model.Query{Sort: "name"})
			s.Find(model.Query{Sort: "mails"})
		}
	})
	b.Run("reading", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			list := rows(100_000)
			var fresh model.Senders
			b.StartTimer()
			fresh.Add(list)
			fresh.Sort("", "name", "mails")
		}
	})
}
