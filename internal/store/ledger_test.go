package store_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

var begin = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func ledger(t testing.TB, s *store.Store) *consent.Ledger {
	t.Helper()
	l, err := consent.Open(t.Context(), s.Ledger())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func record(sender string) consent.Record {
	return consent.Record{
		Sender: sender, Recipient: "anna@example.org", Purpose: purpose.Performance,
		Vendors: []string{"sendgrid"}, Decision: consent.Granted, When: begin, How: consent.Command,
	}
}

func grant(t testing.TB, l *consent.Ledger, sender string) consent.Entry {
	t.Helper()
	e, err := l.Append(t.Context(), record(sender))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestLedger(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	l := ledger(t, s)
	if l.Head() != (consent.Head{}) || l.Verify(t.Context()) != nil {
		t.Error("a new ledger is not empty")
	}
	for i := range 10 {
		grant(t, l, fmt.Sprintf("shop%d.example", i%3))
	}
	s = reopen(t, s)
	again := ledger(t, s)
	if again.Head() != l.Head() || again.Head().Seq != 10 {
		t.Errorf("got %v, want %v", again.Head(), l.Head())
	}
	if err := again.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// What somebody changes in the file is found and named.
func TestLedgerChanged(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		want  uint64
	}{
		"sealed":        {"UPDATE ledger SET sealed = zeroblob(300) WHERE seq = 4", 4},
		"hash":          {"UPDATE ledger SET hash = zeroblob(32) WHERE seq = 4", 4},
		"short hash":    {"UPDATE ledger SET hash = zeroblob(31) WHERE seq = 4", 4},
		"removed":       {"DELETE FROM ledger WHERE seq = 4", 4},
		"last removed":  {"DELETE FROM ledger WHERE seq = 9", 9},
		"all removed":   {"DELETE FROM ledger", 1},
		"key":           {"UPDATE ledger_keys SET key = zeroblob(32) WHERE seq = 4", 4},
		"long key":      {"UPDATE ledger_keys SET key = zeroblob(33) WHERE seq = 4", 4},
		"key removed":   {"DELETE FROM ledger_keys WHERE seq = 4", 4},
		"number":        {"UPDATE ledger SET seq = 40 WHERE seq = 4", 4},
		"negative":      {"UPDATE ledger SET seq = -4 WHERE seq = 4", 1},
		"form":          {"UPDATE ledger SET version = 1 WHERE seq = 4", 4},
		"form of text":  {"UPDATE ledger SET version = 0 WHERE seq = 4", 4},
		"head":          {"UPDATE ledger_head SET hash = zeroblob(32)", 9},
		"head back":     {"UPDATE ledger_head SET seq = 8", 9},
		"head removed":  {"DELETE FROM ledger_head", 1},
		"row for a row": {"UPDATE ledger SET sealed = (SELECT sealed FROM ledger WHERE seq = 5) WHERE seq = 4", 4},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir(), store.Options{})
			l := ledger(t, s)
			for i := range 9 {
				grant(t, l, fmt.Sprintf("shop%d.example", i))
			}
			if err := s.Exec(t.Context(), c.query); err != nil {
				t.Fatal(err)
			}
			var b *consent.BrokenError
			if err := ledger(t, s).Verify(t.Context()); !errors.As(err, &b) || b.Seq != c.want {
				t.Errorf("got %v, want record %d", err, c.want)
			}
		})
	}
}

// A key that was destroyed is nowhere on the disk any more, and what it sealed
// can be read by nobody.
func TestForgottenKeyIsGone(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	l := ledger(t, s)
	for i := range 20 {
		grant(t, l, fmt.Sprintf("shop%d.example", i%2))
	}
	// A migration leaves a backup, which has the keys as well.
	if err := s.Migrate(t.Context(), migrations("CREATE TABLE more (a)")); err != nil {
		t.Fatal(err)
	}
	var keys [][]byte
	for row, err := range s.Ledger().Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Seq%2 == 0 {
			keys = append(keys, bytes.Clone(row.Key[:]))
		}
	}
	if n := onDisk(t, s.Dir(), keys); n != 2*len(keys) {
		t.Fatalf("%d keys are on the disk, want all %d twice: the test looks at the wrong place", n, len(keys))
	}
	if n, err := l.Forget(t.Context(), "shop1.example", begin, consent.Command, ""); n != 10 || err != nil {
		t.Fatal(n, err)
	}
	if n := onDisk(t, s.Dir(), keys); n != 0 {
		t.Errorf("%d keys are still on the disk", n)
	}
	if err := ledger(t, s).Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// onDisk counts how many of the keys are in any file of a directory.
func onDisk(t *testing.T, dir string, keys [][]byte) int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// A key may be in the database and, until it is copied there, in its log.
		if strings.HasSuffix(name, "-wal") {
			continue
		}
		for _, k := range keys {
			if bytes.Contains(b, k) {
				n++
			}
		}
	}
	wal, err := os.ReadFile(filepath.Join(dir, "unseen.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		main, _ := os.ReadFile(filepath.Join(dir, "unseen.db"))
		if bytes.Contains(wal, k) && !bytes.Contains(main, k) {
			n++
		}
	}
	return n
}

// A context that ends during a write does not leave the decision in doubt.
func TestAppendIsNotHalfDone(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	l := ledger(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Append(ctx, record("a.example")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if e := grant(t, l, "b.example"); e.Seq != 1 {
		t.Errorf("got record %d", e.Seq)
	}
}

// TestKillNine kills a process that writes decisions, again and again. Nothing
// that was acknowledged may be lost, nothing invented, and the chain must hold.
func TestKillNine(t *testing.T) {
	if dir := os.Getenv("UNSEEN_TEST_WRITER"); dir != "" {
		writeUntilKilled(dir)
		return
	}
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	dir := t.TempDir()
	asked, acked := 0, 0
	for round := range rounds {
		asked, acked = killOnce(t, dir, time.Duration(15+round*23)*time.Millisecond)
		s := open(t, dir, store.Options{})
		l := ledger(t, s)
		if err := l.Verify(t.Context()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if n := int(l.Head().Seq); n < acked || n > asked {
			t.Fatalf("round %d: %d records are there, %d were acknowledged and %d asked for", round, n, acked, asked)
		}
		for n := 1; n <= acked; n++ {
			if s := l.Standing(fmt.Sprintf("shop%d.example", n), "anna@example.org", purpose.Performance, begin); s.Decision != consent.Granted {
				t.Fatalf("round %d: decision %d was acknowledged and is %s", round, n, s.Decision)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d decisions acknowledged in %d rounds", acked, rounds)
	if acked == 0 {
		t.Error("nothing was ever written")
	}
}

// killOnce lets a child write for a while, kills it, and returns which decision
// was the last that was begun and the last that was acknowledged.
func killOnce(t *testing.T, dir string, after time.Duration) (asked, acked int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKillNine$")
	cmd.Env = append(os.Environ(), "UNSEEN_TEST_WRITER="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	begun := false
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		word, num, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.Atoi(num)
		if err != nil {
			t.Fatalf("the writer said %q", line)
		}
		if word == "ask" {
			asked = n
		} else {
			acked = n
		}
		if !begun {
			begun = true
			time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
	}
	cmd.Wait()
	return asked, acked
}

// writeUntilKilled is the child.
func writeUntilKilled(dir string) {
	ctx := context.Background()
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	l, err := consent.Open(ctx, s.Ledger())
	if err != nil || l.Broken() != nil {
		fmt.Fprintln(os.Stderr, err, l.Broken())
		os.Exit(1)
	}
	for n := int(l.Head().Seq) + 1; ; n++ {
		fmt.Println("ask", n)
		if _, err := l.Append(ctx, record(fmt.Sprintf("shop%d.example", n))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("ack", n)
	}
}
