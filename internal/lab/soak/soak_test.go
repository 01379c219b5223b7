package soak_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// underway is how long a request may be on its way after its consent was taken back:
// what was sent can be noted by the tracker a moment later.
const underway = time.Second

// spare is how many files more may be open at the end: of the store, and connections
// that are kept for the next load.
const spare = 10

// Unseen lives through much; see the package.
func TestSoak(t *testing.T) {
	lab.Need(t, "dovecot")
	length, readers := 6*time.Second, 4
	if text := os.Getenv("UNSEEN_SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
		readers = 20
	}
	seed := uint64(1)
	if text := os.Getenv("UNSEEN_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorld(t, seed)
	w.round(t) // so that what is made once is there
	first := w.now.asks(t)
	w.act(t, length, readers)
	w.ends(t, first)
}

// act lets everybody act until the time is over.
func (w *world) act(t *testing.T, length time.Duration, readers int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var all sync.WaitGroup
	for i := range readers {
		all.Go(func() { w.reads(ctx, i) })
	}
	for i, do := range []func(context.Context, int){w.delivers, w.expunges, w.decides, w.rules, w.cuts, w.clocks} {
		all.Go(func() { do(ctx, 1000+i) })
	}
	// Only this goroutine may end the test, so it is the one that kills.
	r := w.chance(2000)
	pace := max(length/12, 2*time.Second)
	until(ctx, func() time.Duration { return pace/2 + time.Duration(r.Int64N(int64(pace))) }, func() { w.kills(t, r.IntN(3) == 0) })
	all.Wait()
	w.life.Lock()
	defer w.life.Unlock()
	w.order.Ahead = 0
	if w.now.sets(t, 0); w.order.MaxPages > 0 {
		w.replace(t, 0)
	}
}

// kills ends the daemon from one moment to the next and starts another, which finds a
// full disk if full is set.
func (w *world) kills(t *testing.T, full bool) {
	t.Helper()
	w.life.Lock()
	defer w.life.Unlock()
	pages := 0
	if info, err := os.Stat(filepath.Join(w.order.paths().Data, "unseen.db")); err == nil && full {
		pages = int(info.Size()/4096) + 2
		w.did("full disk")
	}
	w.replace(t, pages)
	w.did("killed")
}

func (w *world) replace(t *testing.T, pages int) {
	t.Helper()
	w.now.kill()
	w.order.MaxPages = pages
	if w.now = bear(t, w.order); w.now == nil {
		// Too full to start on: it said so, and lost nothing.
		w.did("too full to start")
		w.order.MaxPages = 0
		w.now = bear(t, w.order)
	}
}

// round reads and opens everything once.
func (w *world) round(t *testing.T) {
	t.Helper()
	mails, err := w.fetch(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		w.opens(t.Context(), m)
	}
}

// ends looks at what is left of everything.
func (w *world) ends(t *testing.T, first left) {
	t.Helper()
	w.whole(t)
	ctx := t.Context()
	checked, err := w.client.Verify(ctx)
	if err != nil {
		t.Errorf("the ledger: %v", err)
	}
	// Connections of readers who have gone end by themselves, in a moment.
	second := w.now.asks(t)
	lab.Until(time.Minute, func() bool {
		second = w.now.asks(t)
		return second.Files <= first.Files+spare
	})
	last := w.now.ends(t)
	told := w.judge()
	t.Logf("seed %d: %v; %d records in the ledger; the trackers were asked %d times", w.seed, w.does, checked.Records, told)
	t.Logf("at first %d goroutines, %d files, %d KB; at the end %d, %d, %d; after it ended %d goroutines, %d files",
		first.Goroutines, first.Files, first.HeapKB, second.Goroutines, second.Files, second.HeapKB, last.Goroutines, last.Files)
	for _, fault := range w.faults {
		t.Error(fault)
	}
	for _, what := range []string{"read", "opened", "delivered", "granted", "withdrawn", "killed", "cut", "rules", "clock"} {
		if w.does[what] == 0 {
			t.Errorf("nothing was %s, so this shows little", what)
		}
	}
	if second.Files > first.Files+spare {
		t.Errorf("%d files are open, %d were at the beginning", second.Files, first.Files)
	}
	if last.Goroutines > 0 {
		t.Errorf("%d goroutines are left", last.Goroutines)
	}
}

// whole compares every mail that is there with what was delivered: it can be read
// through Unseen, is as long, and comes back to its octets.
func (w *world) whole(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	served, err := w.fetch(ctx, 0)
	if err != nil {
		t.Fatalf("reading everything at the end: %v", err)
	}
	stored := w.dovecot.Stored(t, "anna", "")
	if len(served) != len(stored) {
		t.Errorf("%d mails are served, %d are stored", len(served), len(stored))
	}
	for i, raw := range served {
		kept, back, err := w.client.Original(ctx, raw)
		if err != nil {
			t.Fatalf("mail %d: %v", i, err)
		}
		if kept != api.KeptServed {
			t.Errorf("mail %d is %q, want one that was served", i, kept)
		}
		if !slices.ContainsFunc(stored, func(s []byte) bool { return bytes.Equal(s, back) }) {
			t.Errorf("mail %d does not come back to its octets:\n%.600s", i, back)
		}
	}
}

// rules writes rules of the reader's own, and now and then what is no rule.
func (w *world) rules(ctx context.Context, who int) {
	r := w.chance(who)
	until(ctx, func() time.Duration { return 300*time.Millisecond + time.Duration(r.IntN(1500))*time.Millisecond }, func() {
		if err := os.MkdirAll(w.rulesDir(), 0o700); err != nil {
			w.wrong("making a directory of rules: %v", err)
			return
		}
		text := fmt.Sprintf("||ads%d.example^\n", r.IntN(1000))
		if r.IntN(3) == 0 {
			text = "||\x00[[\n"
		}
		if err := os.WriteFile(filepath.Join(w.rulesDir(), "own.txt"), []byte(text), 0o600); err != nil {
			w.wrong("writing rules: %v", err)
			return
		}
		w.did("rules")
	})
}

// clocks sets the daemon's clock ahead or back, and right again: by minutes, over midnight,
// to before its servers' certificates, and past the day on which a yes lapses.
func (w *world) clocks(ctx context.Context, who int) {
	r := w.chance(who)
	steps := []time.Duration{30 * time.Minute, -30 * time.Minute, 26 * time.Hour, -26 * time.Hour, 200 * 24 * time.Hour, -30 * 365 * 24 * time.Hour}
	off := false
	// It is wrong for shorter than it is right: by most of these no mail server is trusted.
	pause := func() time.Duration {
		if off {
			return time.Duration(100+r.IntN(400)) * time.Millisecond
		}
		return time.Duration(500+r.IntN(2500)) * time.Millisecond
	}
	until(ctx, pause, func() {
		ahead := steps[r.IntN(len(steps))]
		if off = !off; !off {
			ahead = 0
		}
		w.life.Lock()
		defer w.life.Unlock()
		w.order.Ahead = ahead
		if w.now.tries(ahead) {
			w.did("clock")
		}
	})
}

// cuts ends all connections with the mail server.
func (w *world) cuts(ctx context.Context, who int) {
	r := w.chance(who)
	until(ctx, func() time.Duration { return 500*time.Millisecond + time.Duration(r.IntN(2500))*time.Millisecond }, func() {
		w.line.cut()
		w.did("cut")
	})
}

// decides gives consent and takes it back.
func (w *world) decides(ctx context.Context, who int) {
	r := w.chance(who)
	until(ctx, func() time.Duration { return 50*time.Millisecond + time.Duration(r.IntN(500))*time.Millisecond }, func() {
		w.life.RLock()
		defer w.life.RUnlock()
		client, shop := w.client, shops[r.IntN(len(shops))]
		said := api.Decision{Decision: "granted", Sender: shop, All: true}
		w.mu.Lock()
		spans := w.allowed[shop]
		granted := len(spans) > 0 && spans[len(spans)-1].to.IsZero()
		if !granted {
			w.allowed[shop] = append(spans, span{from: time.Now()})
		}
		w.mu.Unlock()
		if !granted {
			if _, err := client.Grant(ctx, said, func(api.Question) bool { return true }); err == nil {
				w.did("granted")
			}
			return
		}
		said.Decision = "withdrawn"
		if _, err := client.Decide(ctx, said); err != nil {
			return // it is not taken back, and may go on
		}
		w.mu.Lock()
		w.allowed[shop][len(w.allowed[shop])-1].to = time.Now().Add(underway)
		w.mu.Unlock()
		w.did("withdrawn")
	})
}
