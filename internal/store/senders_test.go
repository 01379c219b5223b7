package store_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/store"
)

// clock is a clock that goes on a minute with every look.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time {
	c.now = c.now.Add(time.Minute)
	return c.now
}

// from is a plan of a mail from somebody.
func from(account int64, n int, key string, authenticated bool) *store.Plan {
	p := newPlan(account, n)
	p.From = store.Sender{Key: key, Authenticated: authenticated, Display: fmt.Sprintf("Mail %d", n),
		Address: fmt.Sprintf("news%d@%s", n, key), Recipient: "anna@example.org"}
	return p
}

func TestSenders(t *testing.T) {
	begin := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	s := open(t, t.TempDir(), store.Options{Now: (&clock{begin}).Now})
	if list, err := s.Senders(t.Context()); err != nil || len(list) != 0 {
		t.Fatal(list, err)
	}
	a := account(t, s, "anna@example.org")
	b := account(t, s, "b@example.org")
	start := begin.Add(2 * time.Minute) // each account took one
	save(t, s, place(a.ID, 1), from(a.ID, 1, "shop.example", true))
	save(t, s, place(a.ID, 2), from(a.ID, 2, "bank.example", true))
	save(t, s, place(a.ID, 3), from(a.ID, 3, "shop.example", false))
	save(t, s, place(a.ID, 4), from(a.ID, 4, "", false))
	save(t, s, place(a.ID, 5), newPlan(a.ID, 5))
	// A copy of a message is no other mail, before its group is written or
	// after it.
	save(t, s, place(a.ID, 6), from(a.ID, 1, "shop.example", true))
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	save(t, s, place(a.ID, 7), from(a.ID, 1, "shop.example", true))
	save(t, s, place(b.ID, 8), from(b.ID, 8, "shop.example", true))
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	want := []store.Sender{
		{Key: "shop.example", Authenticated: true, Display: "Mail 8", Address: "news8@shop.example",
			Recipient: "anna@example.org", Account: b.ID, First: at(1), Last: at(8), Mails: 2},
		{Key: "shop.example", Display: "Mail 3", Address: "news3@shop.example",
			Recipient: "anna@example.org", Account: a.ID, First: at(3), Last: at(3), Mails: 1},
		{Key: "bank.example", Authenticated: true, Display: "Mail 2", Address: "news2@bank.example",
			Recipient: "anna@example.org", Account: a.ID, First: at(2), Last: at(2), Mails: 1},
	}
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		got, err := s.Senders(t.Context())
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, want)
		}
	})
}

// Made-up names do not push out those that are vouched for.
func TestSendersAreBounded(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	save(t, s, place(a.ID, 1), from(a.ID, 1, "shop.example", true))
	const flood = 5200
	for i := range flood {
		p := newPlan(a.ID, i+2)
		p.Tokens, p.From = nil, store.Sender{Key: fmt.Sprintf("x%d.example", i)}
		save(t, s, store.Place{}, p)
	}
	list, err := s.Senders(t.Context())
	if err != nil || len(list) > 5001 {
		t.Fatal(len(list), err)
	}
	if !slices.ContainsFunc(list, func(one store.Sender) bool { return one.Key == "shop.example" }) {
		t.Error("the one that is vouched for is gone")
	}
}

// Whatever comes in whatever groups, each message is counted once.
func TestSendersModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		s, err := store.Open(t.Context(), dir, store.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		a := account(t, s, "anna@example.org")
		mails, seen := map[string]int{}, map[int]bool{}
		for i := range rapid.IntRange(1, 30).Draw(rt, "steps") {
			if rapid.IntRange(0, 4).Draw(rt, "flush") == 0 {
				if err := s.Flush(t.Context()); err != nil {
					rt.Fatal(err)
				}
			}
			n := rapid.IntRange(0, 9).Draw(rt, "message")
			key := fmt.Sprintf("s%d.example", n%3)
			if _, err := s.SavePlan(t.Context(), place(a.ID, uint32(i+1)), from(a.ID, n, key, true)); err != nil {
				rt.Fatal(err)
			}
			if !seen[n] {
				seen[n] = true
				mails[key]++
			}
		}
		list, err := s.Senders(t.Context())
		if err != nil || len(list) != len(mails) {
			rt.Fatal(list, err)
		}
		for _, one := range list {
			if one.Mails != mails[one.Key] || one.Last.Before(one.First) {
				rt.Errorf("%+v, want %d mails", one, mails[one.Key])
			}
		}
	})
}

// formOne makes the file of a store as the first form had it.
func formOne(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "unseen.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	text, err := fs.ReadFile(store.Schema(), "sql/0001.sql")
	if err != nil {
		t.Fatal(err)
	}
	statements = append([]string{string(text), "PRAGMA application_id = 0x756e7365; PRAGMA user_version = 1"}, statements...)
	for _, one := range statements {
		if _, err := db.ExecContext(t.Context(), one); err != nil {
			t.Fatalf("%.60s: %v", one, err)
		}
	}
}

// TestSendersOfFormOne brings a store of the first form to the second: who wrote
// is known from the setting and from the plans, and a backup is left.
func TestSendersOfFormOne(t *testing.T) {
	const plans = `INSERT INTO plans VALUES (1, 1, 0, x'00', 'shop.example', 'all', 1, 1, 1000, x'01'),
		(2, 1, 0, x'00', 'shop.example', 'all', 1, 1, 5000, x'02'), (3, 1, 0, x'00', 'bank.example', 'all', 1, 1, 3000, x'03'),
		(4, 1, 0, x'00', '', 'all', 1, 1, 4000, x'04')`
	const setting = `INSERT INTO settings VALUES ('senders', '[
		{"key":"shop.example","display":"A {shop}","address":"a@shop.example","authenticated":true,"messages":7,"last":"2026-11-22T16:00:00.123456789Z","account":"anna@example.org"},
		{"key":"evil.example","authenticated":false,"messages":1,"last":"2026-11-22T16:00:01Z"},
		{"key":""}, 3]'), ('other', 'stays')`
	const accounts = `INSERT INTO accounts VALUES (1, 'anna@example.org', 0, '{"imap":{"host":"h","port":993,"tls":"tls"}}', 0, 9)`
	day := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)
	shop := store.Sender{Key: "shop.example", Authenticated: true, Display: "A {shop}", Address: "a@shop.example",
		Recipient: "anna@example.org", Account: 1, First: time.UnixMilli(1000).UTC(), Last: day, Mails: 7}
	evil := store.Sender{Key: "evil.example", First: day.Add(time.Second), Last: day.Add(time.Second), Mails: 1}
	bank := store.Sender{Key: "bank.example", Authenticated: true, Account: 1,
		First: time.UnixMilli(3000).UTC(), Last: time.UnixMilli(3000).UTC(), Mails: 1}
	bare := store.Sender{Key: "shop.example", Authenticated: true, Account: 1,
		First: time.UnixMilli(1000).UTC(), Last: time.UnixMilli(5000).UTC(), Mails: 2}
	for _, tt := range []struct {
		name string
		rows []string
		want []store.Sender
	}{
		{"empty", nil, nil},
		{"setting and plans", []string{accounts, plans, setting}, []store.Sender{evil, shop, bank}},
		{"plans alone", []string{accounts, plans}, []store.Sender{bare, bank}},
		{"a setting that is no list", []string{accounts, plans, `INSERT INTO settings VALUES ('senders', '{broken')`}, []store.Sender{bare, bank}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			formOne(t, dir, tt.rows...)
			s := open(t, dir, store.Options{})
			got, err := s.Senders(t.Context())
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tt.want)
			}
			if _, ok, err := s.Setting(t.Context(), "senders"); ok || err != nil {
				t.Errorf("the setting is still there: %v", err)
			}
			backup := filepath.Join(dir, "unseen-before-form-2.db")
			info, err := os.Stat(backup)
			if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Fatalf("the backup: %v, %v", info, err)
			}
			checkBackup(t, backup, len(tt.rows) > 0)
			if s = reopen(t, s); len(tt.want) > 0 {
				if list, err := s.Senders(t.Context()); err != nil || len(list) != len(tt.want) {
					t.Errorf("after another opening: %+v, %v", list, err)
				}
			}
		})
	}
}

// checkBackup says whether a backup is of the first form, with its plans.
func checkBackup(t *testing.T, path string, plans bool) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var form, n int
	if err := db.QueryRow("PRAGMA user_version").Scan(&form); err != nil || form != 1 {
		t.Errorf("the backup is of form %d: %v", form, err)
	}
	if err := db.QueryRow("SELECT count(*) FROM plans").Scan(&n); err != nil || (n == 4) != plans {
		t.Errorf("the backup has %d plans: %v", n, err)
	}
	if err := db.QueryRow("SELECT count(*) FROM senders").Scan(&n); err == nil || !strings.Contains(err.Error(), "no such table") {
		t.Errorf("the backup is not from before: %v", err)
	}
}

// TestRemovedAccount checks that what mail programs were served can be answered,
// and put back, after the account was removed: the token leads to its plan, the
// plan to its account with address and servers, and the address to its key.
func TestRemovedAccount(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	a.SMTP = &store.Server{Host: "smtp.example.org", Port: 465, TLS: store.Implicit}
	if err := s.PutAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	key, err := s.AccountKey(a.Address)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlan(a.ID, 1)
	save(t, s, place(a.ID, 1), p)
	if ok, err := s.RemoveAccount(t.Context(), a.Address); !ok || err != nil {
		t.Fatal(ok, err)
	}
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		at(t, s, place(a.ID, 1), "plan 1")
		r, ok, err := s.ReferenceByToken(t.Context(), token(1, 2))
		if !ok || err != nil || r.Number != 2 {
			t.Fatalf("the token: %+v, %v, %v", r, ok, err)
		}
		got, ok, err := s.AccountByID(t.Context(), r.Plan.Account)
		if !ok || err != nil || !got.Removed || got.Address != "anna@example.org" || got.SMTP == nil || *got.SMTP != *a.SMTP {
			t.Errorf("the account: %+v, %v, %v", got, ok, err)
		}
		if again, err := s.AccountKey(got.Address); err != nil || again != key {
			t.Errorf("the key is another: %v", err)
		}
		if list, err := s.PlansByHeader(t.Context(), a.ID, p.Header); err != nil || len(list) != 1 {
			t.Errorf("by its header: %v, %v", list, err)
		}
	})
}
