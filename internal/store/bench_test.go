package store_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// More than 3,000 plans with 20 references each have to go to the disk in a
// second, or the relay would wait for it.
func BenchmarkSavePlan(b *testing.B) {
	s := open(b, b.TempDir(), store.Options{})
	a := account(b, s, "anna@example.org")
	body := make([]byte, 5000)
	rand.Read(body)
	i := 0
	for b.Loop() {
		p := newPlan(a.ID, i)
		p.Body = append(fmt.Appendf(nil, "%d", i), body...)
		for n := range 20 {
			host := fmt.Sprintf("h%d.example", n%4)
			p.Loads = append(p.Loads, store.LoadAddress{Number: n, Address: fmt.Sprintf("%s/%d/%d", host, i, n), Host: host})
		}
		i++
		save(b, s, place(a.ID, uint32(i)), p)
	}
	if err := s.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "plans/s")
}

// many is a store with as many plans as a large mailbox has mails.
func many(b *testing.B, n int) (*store.Store, *store.Account) {
	s := open(b, b.TempDir(), store.Options{})
	a := account(b, s, "anna@example.org")
	for i := range n {
		save(b, s, place(a.ID, uint32(i+1)), newPlan(a.ID, i))
	}
	if err := s.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	return s, a
}

func BenchmarkPlanAt(b *testing.B) {
	const n = 20000
	s, a := many(b, n)
	i := 0
	for b.Loop() {
		i = (i + 7919) % n
		if p, err := s.PlanAt(b.Context(), place(a.ID, uint32(i+1))); p == nil || err != nil {
			b.Fatal(p, err)
		}
	}
}

func BenchmarkReferenceByToken(b *testing.B) {
	const n = 20000
	s, _ := many(b, n)
	i := 0
	for b.Loop() {
		i = (i + 7919) % n
		if _, ok, err := s.ReferenceByToken(b.Context(), token(i, 3)); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// How long a decision takes to be on disk.
func BenchmarkAppend(b *testing.B) {
	s := open(b, b.TempDir(), store.Options{})
	l := ledger(b, s)
	for b.Loop() {
		grant(b, l, "shop.example")
	}
}

// records is how many a ledger has that is to open within a second.
const records = 100_000

// Records that keep what was shown are as long as a notice of two companies.
func BenchmarkOpenLedgerShown(b *testing.B) {
	benchmarkOpen(b, func(i int) consent.Record {
		r := record(fmt.Sprintf("shop%d.example", i%100))
		r.Notice = fmt.Sprintf("%s asks for the %d. time.\n", r.Sender, i) + strings.Repeat("Who would learn of it: Mandrill.\n", 60)
		r.NoticeLanguage = "en"
		return r
	})
}

func BenchmarkOpenLedger(b *testing.B) {
	benchmarkOpen(b, func(i int) consent.Record { return record(fmt.Sprintf("shop%d.example", i%100)) })
}

// benchmarkOpen opens a ledger as often as asked for.
func benchmarkOpen(b *testing.B, nth func(int) consent.Record) {
	s := open(b, b.TempDir(), store.Options{})
	err := s.FillLedger(b.Context(), func(l *consent.Ledger) error {
		for i := range records {
			if _, err := l.Append(b.Context(), nth(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	spent := lab.CPU()
	for b.Loop() {
		l, err := consent.Open(b.Context(), s.Ledger())
		if err != nil || l.Broken() != nil || l.Head().Seq != records {
			b.Fatal(err, l.Broken(), l.Head())
		}
		if s := l.Standing("shop3.example", "anna@example.org", purpose.Performance, begin); s.Decision != consent.Granted {
			b.Fatal(s.Decision)
		}
	}
	opened(b, records, spent)
}

// opened reports what it took to open a ledger of n records, for 100,000 of them: on
// the clock, and of the processors since begin.
func opened(b *testing.B, n int, begin time.Duration) {
	b.Helper()
	each := 100_000 / float64(n) / float64(b.N)
	b.ReportMetric(b.Elapsed().Seconds()*each, "s/100k")
	b.ReportMetric((lab.CPU()-begin).Seconds()*each, "cpu-s/100k")
}
