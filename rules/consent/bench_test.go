package consent_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A decision has to take less than 2 µs.
func BenchmarkStanding(b *testing.B) {
	m := new(memory)
	l := open(b, m)
	for i := range 5000 {
		add(b, l, grant(fmt.Sprintf("shop%d.example", i)))
	}
	b.ReportAllocs()
	for b.Loop() {
		if s := l.Standing("shop777.example", "anna@example.org", purpose.Performance, begin); !s.Covers("sendgrid") {
			b.Fatal("not granted")
		}
	}
}

// 100,000 records have to open in a second.
func BenchmarkOpen(b *testing.B) {
	const n = 100_000
	m := filled(b, n)
	for b.Loop() {
		if l, err := consent.Open(b.Context(), m); err != nil || l.Broken() != nil {
			b.Fatal(err, l.Broken())
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(time.Second)*100_000/n, "s/100k")
}
