package lab

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
)

// Times are how long the rounds of a benchmark took. The least says what the program
// takes, the median what a reader meets; both mean little without how busy the machine
// was.
type Times struct{ all []time.Duration }

// Round takes the time of one round.
func (t *Times) Round(do func()) {
	begin := time.Now()
	do()
	t.all = append(t.all, time.Since(begin))
}

// Add adds a round that was timed otherwise.
func (t *Times) Add(d time.Duration) { t.all = append(t.all, d) }

// Least is the shortest, in milliseconds; 0 where there is none.
func (t *Times) Least() float64 {
	if len(t.all) == 0 {
		return 0
	}
	return float64(slices.Min(t.all).Microseconds()) / 1000
}

// Report reports the least and the median in milliseconds, under names that begin with
// a word, and the load of the machine over the last minute.
func (t *Times) Report(b *testing.B, word string) {
	b.Helper()
	if len(t.all) == 0 {
		return
	}
	slices.Sort(t.all)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(t.all[0]), word+"ms-min")
	b.ReportMetric(ms(t.all[len(t.all)/2]), word+"ms-median")
	ReportLoad(b)
}

// ReportLoad reports how many processes wanted to run over the last minute, where the
// system says so (proc_loadavg(5)).
func ReportLoad(b *testing.B) {
	b.Helper()
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return
	}
	var load float64
	if _, err := fmt.Sscan(string(text), &load); err == nil {
		b.ReportMetric(load, "load")
	}
}
