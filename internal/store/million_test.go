package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

// BenchmarkMillion asks a store that holds 1,000,000 events of 100,000 senders in 90
// days for what the statistics page shows, for the day, and for who was held.
func BenchmarkMillion(b *testing.B) {
	const events, senders = 1_000_000, 100_000
	s := open(b, b.TempDir(), store.Options{})
	end := time.Now().UTC()
	begin := end.AddDate(0, 0, -90)
	began := time.Now()
	outcomes, verdicts := []string{"held", "held", "held", "released", "copy"}, []string{"tracker", "tracker", "suspected", "clean"}
	for i := range events {
		s.AddEvent(store.Event{
			At: begin.Add(end.Sub(begin) / events * time.Duration(i)), Kind: "load", Outcome: outcomes[i%len(outcomes)], Verdict: verdicts[i%len(verdicts)],
			Vendor: fmt.Sprintf("vendor-%d", i*7919%300), Sender: fmt.Sprintf("sender-%06d.example", i*104729%senders), Vector: "img src", Purposes: "performance", Plan: int64(i / 4),
		})
		if i%10_000 == 0 {
			if err := s.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Logf("written in %v", time.Since(began))
	if err := s.SumAll(b.Context()); err != nil {
		b.Fatal(err)
	}
	for name, days := range map[string]int{"month": 30, "all": 90} {
		from := end.AddDate(0, 0, -days)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if sum, err := s.Summary(b.Context(), from, end); err != nil || sum.Mails.Loading < days || len(sum.Senders) < 1000 {
					b.Fatal("it is not all counted", err)
				}
			}
		})
	}
	b.Run("day", func(b *testing.B) {
		for b.Loop() {
			if n, err := s.Loads(b.Context(), end.AddDate(0, 0, -1), end); err != nil || n.Held < 1000 {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("held", func(b *testing.B) {
		for b.Loop() {
			if list, err := s.HeldSenders(b.Context(), 200); err != nil || len(list) != 200 {
				b.Fatal(len(list), err)
			}
		}
	})
}
