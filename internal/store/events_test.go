package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

func TestEvents(t *testing.T) {
	now := begin
	s := open(t, t.TempDir(), store.Options{Now: func() time.Time { return now }})
	want := store.Event{
		At: begin, Kind: "load", Outcome: "held", Verdict: "tracker", Account: 1, Plan: 2, Number: 3,
		Sender: "shop.example", Recipient: "anna@example.org", Vendor: "sendgrid", Host: "t.shop.example", Reason: "Held.",
	}
	s.AddEvent(want)
	for i := range 9 {
		now = now.Add(time.Minute)
		s.AddEvent(store.Event{Kind: "load", Outcome: "released", Reason: fmt.Sprint(i)})
	}
	list, err := s.Events(t.Context(), 0, 100)
	if err != nil || len(list) != 10 {
		t.Fatal(len(list), err)
	}
	want.ID = list[0].ID
	if list[0] != want {
		t.Errorf("got  %+v\nwant %+v", list[0], want)
	}
	if !list[1].At.Equal(begin.Add(time.Minute)) {
		t.Errorf("an event without a time got %v", list[1].At)
	}
	next, err := s.Events(t.Context(), list[7].ID, 100)
	if err != nil || len(next) != 2 || next[0].ID != list[8].ID {
		t.Errorf("after the eighth: %+v, %v", next, err)
	}
	last, err := s.Events(t.Context(), -1, 3)
	if err != nil || len(last) != 3 || last[0].ID != list[7].ID || last[2].ID != list[9].ID {
		t.Errorf("the last three: %+v, %v", last, err)
	}
}

// Numbers go on after everything was pruned, so that nobody sees an event twice.
func TestEventNumbersAreNotUsedAgain(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	s.AddEvent(store.Event{At: begin, Kind: "load"})
	if n, err := s.PruneEvents(t.Context(), begin.Add(time.Hour)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	s = reopen(t, s)
	s.AddEvent(store.Event{At: begin, Kind: "load"})
	if list, err := s.Events(t.Context(), 1, 10); err != nil || len(list) != 1 {
		t.Errorf("got %+v, %v", list, err)
	}
}

// What is pruned is still counted, and no day is counted twice.
func TestPruneEvents(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	for day := range 100 {
		for i := range 3 {
			e := store.Event{At: begin.AddDate(0, 0, day), Kind: "load", Outcome: "held", Verdict: "tracker", Sender: "shop.example"}
			if i == 2 {
				e.Outcome, e.Verdict = "released", "clean"
			}
			s.AddEvent(e)
		}
	}
	before, err := s.Counts(t.Context(), begin)
	if err != nil || len(before) != 200 || before[0] != (store.Count{Day: "2026-11-30", Kind: "load", Outcome: "held", Verdict: "tracker", N: 2}) {
		t.Fatalf("%d counts, %v", len(before), err)
	}
	end := begin.AddDate(0, 0, 100)
	n, err := s.PruneEvents(t.Context(), end.AddDate(0, 0, -store.EventDays))
	if err != nil || n != 30 {
		t.Fatal(n, err)
	}
	after, err := s.Counts(t.Context(), begin)
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("the counts changed: %v", err)
	}
	left, err := s.Events(t.Context(), 0, 1000)
	if err != nil || len(left) != 270 {
		t.Errorf("%d events are left, %v", len(left), err)
	}
	late, err := s.Counts(t.Context(), begin.AddDate(0, 0, 99))
	if err != nil || len(late) != 2 {
		t.Errorf("from the last day: %+v, %v", late, err)
	}
	if n, err := s.Query(t.Context(), "SELECT count(*) FROM counts WHERE kind LIKE '%shop%' OR verdict LIKE '%shop%'"); n != 0 || err != nil {
		t.Error("a count names somebody")
	}
}

// What was shown of a mail is that mail's: not another's, and nothing that was held.
func TestShown(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	for _, e := range []store.Event{
		{Kind: "load", Outcome: "released", Plan: 1, Number: 0},
		{Kind: "load", Outcome: "copy", Plan: 1, Number: 1},
		{Kind: "load", Outcome: "held", Plan: 1, Number: 2},
		{Kind: "load", Outcome: "failed", Plan: 1, Number: 3},
		{Kind: "link", Outcome: "released", Plan: 1, Number: 4},
		{Kind: "load", Outcome: "held", Plan: 1, Number: 5}, {Kind: "load", Outcome: "released", Plan: 1, Number: 5},
	} {
		s.AddEvent(e)
	}
	for n, want := range []bool{true, true, false, false, false, true, false} {
		if got, err := s.Shown(t.Context(), 1, n); err != nil || got != want {
			t.Errorf("load %d: %v, %v", n, got, err)
		}
		if got, err := s.Shown(t.Context(), 2, n); err != nil || got {
			t.Errorf("load %d of another mail: %v, %v", n, got, err)
		}
	}
}
