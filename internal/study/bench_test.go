package study

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/study/made"
)

// benchMails is how many messages the benchmark has; UNSEEN_STUDY_MAILS changes it.
const benchMails = 100_000

// BenchmarkStudy runs a study of 100,000 generated messages, and exports it, on one core
// and on all, whole and in shards one after the other. It tells messages and megabytes a
// second, and how much memory was in use at most.
func BenchmarkStudy(b *testing.B) {
	mails := benchMails
	fmt.Sscan(os.Getenv("UNSEEN_STUDY_MAILS"), &mails)
	dir := b.TempDir()
	size := benchBoxes(b, dir, mails)
	for cores := 1; cores <= runtime.NumCPU(); cores *= 2 {
		for _, shards := range []uint64{1, 4} {
			b.Run(fmt.Sprintf("cores=%d/shards=%d", cores, shards), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
				for b.Loop() {
					benchRun(b, dir, size, shards, mails)
				}
			})
		}
	}
}

// benchBoxes writes the mail of five mailboxes and returns its size.
func benchBoxes(b *testing.B, dir string, mails int) (size int64) {
	c := made.Config{Senders: 1000, Mailboxes: 5, Mailings: mails / 5000, OneAddress: true}
	files := make(map[string]*bufio.Writer)
	for m := range c.Mails() {
		w := files[m.Mailbox]
		if w == nil {
			f, err := os.Create(filepath.Join(dir, m.Mailbox+".mbox"))
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			w = bufio.NewWriter(f)
			files[m.Mailbox] = w
		}
		n, err := fmt.Fprintf(w, "From x Mon Jan  5 08:00:00 2026\r\n%s\r\n", m.Raw)
		if err != nil {
			b.Fatal(err)
		}
		size += int64(n)
	}
	for _, w := range files {
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	return size
}

// benchRun runs a study once and tells what it took.
func benchRun(b *testing.B, mail string, size int64, shards uint64, mails int) {
	at := filepath.Join(b.TempDir(), "study")
	if err := Begin(at, Protocol{Title: "b", Created: "2026-11-23", Replicates: 100}, Files{}); err != nil {
		b.Fatal(err)
	}
	s, err := Open(at)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := range 5 {
		if err := s.Add(Source{Path: filepath.Join(mail, made.Mailbox(i)+".mbox"), Holder: made.Mailbox(i)}); err != nil {
			b.Fatal(err)
		}
	}
	peak, stop := memory()
	begun, rules, done := time.Now(), rulesOf(b), 0
	for i := range shards {
		r := Run{Catalogue: rules, Tool: "bench", Shard: i + 1, Of: shards}
		tally, err := s.Run(context.Background(), r)
		if err != nil {
			b.Fatal(err)
		}
		done += tally.Mails
	}
	ran := time.Since(begun)
	if done != mails {
		b.Fatalf("%d mails of %d", done, mails)
	}
	begun = time.Now()
	if _, err := Publish([]*Study{s}, Export{Out: at + ".dataset", Day: day}); err != nil {
		b.Fatal(err)
	}
	exported := time.Since(begun)
	stop()
	b.ReportMetric(float64(mails)/ran.Seconds(), "mails/s")
	b.ReportMetric(float64(size)*float64(shards)/1e6/ran.Seconds(), "MB/s")
	b.ReportMetric(float64(mails)/exported.Seconds(), "exported/s")
	b.ReportMetric(float64(peak())/1e6, "MB-heap")
}

// memory watches the heap until it is stopped; peak is the most that was seen of it.
func memory() (peak func() uint64, stop func()) {
	var most uint64
	var watching sync.WaitGroup
	end := make(chan struct{})
	runtime.GC()
	watching.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-end:
				return
			case <-tick.C:
			}
		}
	})
	return func() uint64 { return most }, func() { close(end); watching.Wait() }
}
