package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

// What was copied before an update goes when its time is over, and nothing else does;
// taking something out of a copy makes it no younger.
func TestPruneCopies(t *testing.T) {
	now := time.Now()
	dir := t.TempDir()
	formOne(t, dir) // opening it copies it before each form
	s := open(t, dir, store.Options{})
	copies := func() []string {
		list, err := filepath.Glob(filepath.Join(dir, "unseen-before-form-*.db"))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	all := copies()
	if len(all) < 2 {
		t.Fatalf("copies %v", all)
	}
	old := now.AddDate(0, 0, -store.CopyDays-1)
	for _, name := range all[1:] {
		if err := os.Chtimes(name, time.Time{}, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(all[1]+"-wal", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Forget(t.Context(), "evil.example"); err != nil {
		t.Fatal(err)
	}
	n, err := s.PruneCopies(now.AddDate(0, 0, -store.CopyDays))
	if err != nil || n != len(all)-1 {
		t.Errorf("%d removed of %d, %v", n, len(all)-1, err)
	}
	if left := copies(); !slices.Equal(left, all[:1]) {
		t.Errorf("left are %v", left)
	}
	if _, err := os.Stat(all[1] + "-wal"); !os.IsNotExist(err) {
		t.Errorf("what lay beside it: %v", err)
	}
	db, err := sql.Open("sqlite", all[0])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var form int
	if err := db.QueryRow("PRAGMA user_version").Scan(&form); err != nil || form == 0 {
		t.Errorf("the one that stays is of form %d: %v", form, err)
	}
	if v, ok, err := s.Setting(t.Context(), "nothing"); ok || err != nil {
		t.Errorf("the store itself: %q, %v", v, err)
	}
}
