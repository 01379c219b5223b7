package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

// BenchmarkMillion asks a store that holds 1,000,000 events of 100,000 senders in 90
// days for what the statistics page shows.
func BenchmarkMillion(b *testing.B) {
	const events, senders = 1_000_000, 100_000
	s := open(b, b.TempDir(), store.Options{})
	end := time.Now().UTC()
	begin := end.AddDate(0, 0, -90)
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
	for name, days := range map[string]int{"month": 30, "all": 90} {
		from := end.AddDate(0, 0, -days)
		b.Run(name+"/spans", func(b *testing.B) {
			for b.Loop() {
				if list, err := s.Slices(b.Context(), from, end); err != nil || len(list) < days {
					b.Fatal(len(list), err)
				}
			}
		})
		for _, by := range []store.TallyBy{store.ByVendor, store.BySender} {
			b.Run(name+"/"+string(by), func(b *testing.B) {
				for b.Loop() {
					if list, err := s.Tallies(b.Context(), by, "", from, end); err != nil || len(list) < 100 {
						b.Fatal(len(list), err)
					}
				}
			})
		}
		b.Run(name+"/mails", func(b *testing.B) {
			for b.Loop() {
				if sum, err := s.MailSums(b.Context(), from, end); err != nil || sum.Loading < days {
					b.Fatal(sum, err)
				}
			}
		})
	}
}
