package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

// open opens a store that the test closes.
func open(t testing.TB, dir string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// reopen closes a store and opens it again.
func reopen(t testing.TB, s *store.Store) *store.Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, s.Dir(), store.Options{})
}

// account adds an account.
func account(t testing.TB, s *store.Store, address string) *store.Account {
	t.Helper()
	a := &store.Account{Address: address, IMAP: store.Server{Host: "imap.example.org", Port: 993, TLS: store.Implicit}}
	if err := s.PutAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has access lists instead")
	}
	dir := filepath.Join(t.TempDir(), "data", "unseen")
	s := open(t, dir, store.Options{})
	check := func() {
		t.Helper()
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			want := fs.FileMode(0o600)
			if d.IsDir() {
				want = 0o700
			}
			if info.Mode().Perm() != want {
				t.Errorf("%s is %o, want %o", path, info.Mode().Perm(), want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	check()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "key", "unseen.db"} {
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	open(t, dir, store.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	check()
	if n := strings.Count(log.String(), "put right"); n != 3 {
		t.Errorf("the log says it %d times:\n%s", n, &log)
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, store.Options{})
	_, err := store.Open(t.Context(), dir, store.Options{})
	var locked *store.LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Fatalf("got %v", err)
	}
	if want := fmt.Sprintf("process %d", os.Getpid()); !strings.Contains(err.Error(), want) {
		t.Errorf("%v does not say %q", err, want)
	}
	// The one who came second took nothing away.
	if err := s.SetSetting(t.Context(), "a", "b"); err != nil {
		t.Error(err)
	}
	reopen(t, s)
}

func TestSettings(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	for _, v := range []string{"4180", "4181", ""} {
		if err := s.SetSetting(t.Context(), "gateway port", v); err != nil {
			t.Fatal(err)
		}
	}
	s = reopen(t, s)
	if v, ok, err := s.Setting(t.Context(), "gateway port"); v != "" || !ok || err != nil {
		t.Errorf("got %q, %v, %v", v, ok, err)
	}
	if err := s.ClearSetting(t.Context(), "gateway port"); err != nil {
		t.Fatal(err)
	}
	if v, ok, err := s.Setting(t.Context(), "gateway port"); v != "" || ok || err != nil {
		t.Errorf("got %q, %v, %v", v, ok, err)
	}
}

func TestAccounts(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, " Anna@Example.org ")
	b := account(t, s, "ben@example.org")
	if a.Address != "anna@example.org" || a.K != 0 || b.K != 1 || a.ID == b.ID {
		t.Fatalf("got %+v and %+v", a, b)
	}
	a.SMTP = &store.Server{Host: "smtp.example.org", Port: 587, TLS: store.StartTLS}
	a.IMAPPort = 1143
	if err := s.PutAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.RemoveAccount(t.Context(), "BEN@example.org"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := s.RemoveAccount(t.Context(), "ben@example.org"); ok || err != nil {
		t.Fatal("removed twice", err)
	}
	s = reopen(t, s)
	list, err := s.Accounts(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if got := list[0]; got.ID != a.ID || got.SMTP == nil || *got.SMTP != *a.SMTP || got.IMAPPort != 1143 || got.Created.IsZero() {
		t.Errorf("got %+v", got)
	}
	if got, ok, err := s.Account(t.Context(), "ben@example.org"); !ok || !got.Removed || err != nil {
		t.Errorf("a removed account: %+v, %v, %v", got, ok, err)
	}
	// Who comes back is the same account, with the same ports and key.
	if again := account(t, s, "ben@example.org"); again.ID != b.ID || again.K != 1 || again.Removed {
		t.Errorf("got %+v", again)
	}
	if c := account(t, s, "carl@example.org"); c.K != 2 {
		t.Errorf("k is %d", c.K)
	}
	if _, ok, err := s.AccountByID(t.Context(), 99); ok || err != nil {
		t.Error(ok, err)
	}
	if err := s.PutAccount(t.Context(), &store.Account{Address: " "}); err == nil {
		t.Error("an account of nobody was kept")
	}
}

func TestAccountKey(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a, err := s.AccountKey("anna@example.org")
	if err != nil || a == [32]byte{} {
		t.Fatal(a, err)
	}
	b, _ := s.AccountKey("ben@example.org")
	if a == b {
		t.Error("two accounts have one key")
	}
	s = reopen(t, s)
	if again, _ := s.AccountKey("Anna@example.org"); again != a {
		t.Error("the key changed")
	}
	other := open(t, t.TempDir(), store.Options{})
	if c, _ := other.AccountKey("anna@example.org"); c == a {
		t.Error("two stores have one key")
	}
}

// The derivation is final: old mail is known by its tokens.
func TestAccountKeyIsFinal(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), bytes.Repeat([]byte{7}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := open(t, dir, store.Options{}).AccountKey("anna@example.org")
	if err != nil {
		t.Fatal(err)
	}
	const want = "9b81ed87595a73f95978f0dd219c475ca8ff881d0e1f106db288ddb593183047"
	if got := fmt.Sprintf("%x", key); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestKeyThatDoesNotFit(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"missing": os.Remove,
		"short":   func(path string) error { return os.WriteFile(path, []byte("short"), 0o600) },
		"another": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte{1}, 32), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir(), store.Options{})
			s.Close()
			if err := change(filepath.Join(s.Dir(), "key")); err != nil {
				t.Fatal(err)
			}
			_, err := store.Open(t.Context(), s.Dir(), store.Options{})
			if !errors.Is(err, store.ErrKey) || !strings.Contains(err.Error(), "backup") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPictures(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	for _, shown := range []bool{true, false, true} {
		if err := s.SetPictures(t.Context(), "shop.example", shown); err != nil {
			t.Fatal(err)
		}
	}
	s.SetPictures(t.Context(), "other.example", false)
	s = reopen(t, s)
	for sender, want := range map[string][2]bool{
		"shop.example": {true, true}, "other.example": {false, true}, "new.example": {false, false},
	} {
		shown, chosen, err := s.Pictures(t.Context(), sender)
		if err != nil || shown != want[0] || chosen != want[1] {
			t.Errorf("%s: got %v, %v, %v", sender, shown, chosen, err)
		}
	}
	if all, err := s.AllPictures(t.Context()); err != nil || len(all) != 2 || !all["shop.example"] {
		t.Errorf("got %v, %v", all, err)
	}
}

// migrations are those that exist and more.
func migrations(more ...string) fs.FS {
	m := fstest.MapFS{}
	names, _ := fs.Glob(store.Schema(), "sql/*.sql")
	for _, name := range names {
		text, _ := fs.ReadFile(store.Schema(), name)
		m[name] = &fstest.MapFile{Data: text}
	}
	for i, text := range more {
		m[fmt.Sprintf("sql/%04d.sql", len(names)+i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestMigration(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	if copies, _ := filepath.Glob(filepath.Join(s.Dir(), "unseen-before-form-*.db")); len(copies) != 0 {
		t.Errorf("a store that begins leaves copies of nothing: %v", copies)
	}
	if err := s.SetSetting(t.Context(), "a", "before"); err != nil {
		t.Fatal(err)
	}
	next := "ALTER TABLE pictures ADD COLUMN why TEXT; UPDATE settings SET value = 'after' WHERE name = 'a';"
	bad := next + "SELECT nonsense;"
	if err := s.Migrate(t.Context(), migrations(bad)); err == nil {
		t.Fatal("a migration that fails was taken")
	}
	if v, _, _ := s.Setting(t.Context(), "a"); v != "before" {
		t.Errorf("half a migration was done: %q", v)
	}
	if err := s.Migrate(t.Context(), migrations(next)); err != nil {
		t.Fatal(err)
	}
	if v, _, _ := s.Setting(t.Context(), "a"); v != "after" {
		t.Errorf("got %q", v)
	}
	s.Close()
	// This Unseen does not know the next form, and says how to go back.
	_, err := store.Open(t.Context(), s.Dir(), store.Options{})
	known, _ := fs.Glob(store.Schema(), "sql/*.sql")
	backup := filepath.Join(s.Dir(), fmt.Sprintf("unseen-before-form-%d.db", len(known)+1))
	if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), backup) {
		t.Fatalf("got %v", err)
	}
	if err := os.Rename(backup, filepath.Join(s.Dir(), "unseen.db")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"unseen.db-wal", "unseen.db-shm"} {
		os.Remove(filepath.Join(s.Dir(), name))
	}
	s = open(t, s.Dir(), store.Options{})
	if v, _, _ := s.Setting(t.Context(), "a"); v != "before" {
		t.Errorf("the backup says %q", v)
	}
}

func TestBackup(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	save(t, s, store.Place{Account: a.ID, Mailbox: "INBOX", UIDValidity: 1, UID: 1}, newPlan(a.ID, 1))
	path := filepath.Join(t.TempDir(), "unseen.db")
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a backup was written over: %v", err)
	}
	key, err := os.ReadFile(filepath.Join(s.Dir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, filepath.Dir(path), store.Options{})
	if _, ok, err := b.ReferenceByToken(t.Context(), token(1, 0)); !ok || err != nil {
		t.Errorf("the backup does not know the token: %v, %v", ok, err)
	}
}

// Nothing is going on in a store that nobody uses.
func TestIdle(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	save(t, s, store.Place{}, newPlan(a.ID, 1))
	if !s.Waiting() {
		t.Error("nobody is going to write")
	}
	for end := time.Now().Add(5 * time.Second); s.Waiting(); {
		if time.Now().After(end) {
			t.Fatal("it never came to rest")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n, err := s.Query(t.Context(), "SELECT count(*) FROM plans"); n != 1 || err != nil {
		t.Errorf("%d plans are written, %v", n, err)
	}
}

func TestClosed(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	s.Close()
	if _, err := s.SavePlan(context.Background(), store.Place{}, newPlan(a.ID, 1)); err == nil {
		t.Error("a plan was taken by a closed store")
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// token is the token of a reference of a plan of the tests.
func token(plan, number int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d/%d", plan, number))
	return fmt.Sprintf("%x", h[:11])
}

// newPlan is a plan with 20 references, of which one has no token.
func newPlan(account int64, n int) *store.Plan {
	p := &store.Plan{
		Account: account, Header: sha256.Sum256(fmt.Appendf(nil, "header %d", n)),
		Sender: fmt.Sprintf("shop%d.example", n%10), Mode: "all", Version: 1, Complete: true,
		Body: fmt.Appendf(nil, "plan %d", n),
	}
	for i := range 20 {
		p.Tokens = append(p.Tokens, token(n, i))
	}
	p.Tokens[7] = ""
	return p
}

// save saves a plan or ends the test.
func save(t testing.TB, s *store.Store, at store.Place, p *store.Plan) int64 {
	t.Helper()
	id, err := s.SavePlan(t.Context(), at, p)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
