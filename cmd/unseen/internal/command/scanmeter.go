package command

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// meterAfter is how long a scan may take before anything is said of it.
	meterAfter = time.Second
	// meterEvery is how often that is said anew.
	meterEvery = 250 * time.Millisecond
)

// A meter shows on a terminal how far a scan came, in one line that goes away. A
// nil meter shows nothing.
type meter struct {
	out   io.Writer
	words *words.Catalogue
	at    *source.Progress
	begun time.Time

	mu sync.Mutex
	// mu guards what follows.
	mails, octets int
	shown         bool
}

// measure begins to show how far the scan came, if somebody sees it. What it
// returns ends that.
func (sc *scanner) measure(ctx context.Context, cfg source.Config, paths []string) func() {
	// Findings that go by on the same terminal are progress enough.
	if !isTerminal(sc.Err) || sc.options.Output == "" && isTerminal(sc.Out) {
		return func() {}
	}
	m := &meter{out: sc.Err, words: sc.words, at: &sc.progress, begun: time.Now()}
	sc.meter = m
	ctx, cancel := context.WithCancel(ctx)
	var both sync.WaitGroup
	both.Go(func() { cfg.Count(ctx, paths) })
	both.Go(func() { m.run(ctx) })
	return func() {
		cancel()
		both.Wait()
		m.clear()
	}
}

// run shows the line until the context ends.
func (m *meter) run(ctx context.Context) {
	tick := time.NewTicker(meterEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if past := now.Sub(m.begun); past >= meterAfter {
				m.show(past)
			}
		}
	}
}

// passed tells of a mail that was dealt with.
func (m *meter) passed(octets int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails++
	m.octets += octets
}

// show writes the line.
func (m *meter) show(past time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shown = true
	fmt.Fprint(m.out, "\r\x1b[K"+m.line(past))
}

// line says how far it came, how fast, and how long it will take if all is like
// what was.
func (m *meter) line(past time.Duration) string {
	rate := float64(m.octets) / past.Seconds()
	done, total := m.at.Octets()
	pairs := []any{"mails", m.mails, "size", megabytes(float64(m.octets)), "rate", megabytes(rate)}
	if !m.at.Counted() || done == 0 || total < done {
		return m.words.Say(words.ScanProgress, pairs...)
	}
	left := time.Duration(float64(past) * float64(total-done) / float64(done))
	return m.words.Say(words.ScanProgressLeft, append(pairs, "percent", 100*done/total, "left", left.Round(time.Second))...)
}

// megabytes writes a size.
func megabytes(octets float64) string { return fmt.Sprintf("%.1f MB", octets/1e6) }

// clear takes the line away before something else is written.
func (m *meter) clear() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown {
		m.shown = false
		fmt.Fprint(m.out, "\r\x1b[K")
	}
}
