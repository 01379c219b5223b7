package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// says checks that an error is what it should be, names the place, and says
// what to do.
func says(t *testing.T, err, want error, words ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%v does not say %q", err, w)
		}
	}
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, store.Options{MaxPages: 60})
	a := account(t, s, "anna@example.org")
	l := ledger(t, s)
	grant(t, l, "first.example")
	save(t, s, place(a.ID, 1), newPlan(a.ID, 1))
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	big := newPlan(a.ID, 2)
	big.Body = make([]byte, 500<<10)
	save(t, s, place(a.ID, 2), big)
	says(t, s.Flush(t.Context()), store.ErrFull, dir, "make room")

	t.Run("what was stored is safe", func(t *testing.T) {
		at(t, s, place(a.ID, 1), "plan 1")
		if err := l.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("what is pending can be seen", func(t *testing.T) {
		if _, ok, err := s.ReferenceByToken(t.Context(), token(2, 0)); !ok || err != nil {
			t.Error(ok, err)
		}
	})
	t.Run("a yes is not given", func(t *testing.T) {
		var err error
		var sender string
		// Where a long one finds no room, a short one may still: at last none does.
		for _, letters := range []int{1, 0} {
			err = nil
			for i := 0; i < 1000 && err == nil; i++ {
				// None comes twice: one of the first round has its yes.
				sender = fmt.Sprintf("s%d%03d%s.example", letters, i, strings.Repeat("x", i*letters))
				_, err = l.Append(t.Context(), record(sender))
			}
		}
		says(t, err, store.ErrFull, dir)
		if got := l.Standing(sender, "anna@example.org", purpose.Performance, begin); got.Decision != consent.Unasked {
			t.Errorf("got %s", got.Decision)
		}
	})
	t.Run("a no acts", func(t *testing.T) {
		r := record("first.example")
		r.Decision = consent.Withdrawn
		_, err := l.Append(t.Context(), r)
		says(t, err, store.ErrFull)
		if got := l.Standing("first.example", "anna@example.org", purpose.Performance, begin); got.Decision != consent.Withdrawn {
			t.Errorf("got %s", got.Decision)
		}
	})
	t.Run("the memory is bounded", func(t *testing.T) {
		var err error
		for n := 3; n < 1000 && err == nil; n++ {
			p := newPlan(a.ID, n)
			p.Body = make([]byte, 500<<10)
			_, err = s.SavePlan(t.Context(), place(a.ID, uint32(n)), p)
		}
		says(t, err, store.ErrFull, dir)
	})
	t.Run("room is made", func(t *testing.T) {
		if err := s.Exec(t.Context(), "PRAGMA max_page_count = 100000"); err != nil {
			t.Fatal(err)
		}
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		grant(t, l, "last.example")
		if err := l.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestDamaged(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"no database": func([]byte) []byte { return []byte("this is a letter to my aunt, and no database at all") },
		"torn":        func(b []byte) []byte { return b[:len(b)/3] },
		"overwritten": func(b []byte) []byte {
			for i := 4096; i < len(b); i++ {
				b[i] = 0xaa
			}
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir(), store.Options{})
			account(t, s, "anna@example.org")
			s.Close()
			path := filepath.Join(s.Dir(), "unseen.db")
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = store.Open(t.Context(), s.Dir(), store.Options{})
			says(t, err, store.ErrDamaged, path, "backup")
		})
	}
}

// Another program's database is not touched.
func TestForeignDatabase(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	if err := s.Exec(t.Context(), "PRAGMA application_id = 1"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err := store.Open(t.Context(), s.Dir(), store.Options{})
	says(t, err, store.ErrDamaged, "another program")
}

func TestReadOnly(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), filepath.Join(dir, "data"), store.Options{})
	says(t, err, store.ErrReadOnly, dir, "right to write")
	_, err = store.Open(t.Context(), dir, store.Options{})
	says(t, err, store.ErrReadOnly, dir, "right to write")
}

func TestDirectoryIsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), path, store.Options{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

// A directory may be called anything.
func TestOddDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c=d&e#f%41;ü")
	s := open(t, dir, store.Options{})
	if err := s.SetSetting(context.Background(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "unseen.db-wal")); err != nil {
		t.Error(err)
	}
}
