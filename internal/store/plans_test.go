package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/store"
)

func place(account int64, uid uint32) store.Place {
	return store.Place{Account: account, Mailbox: "INBOX", UIDValidity: 7, UID: uid}
}

// at checks which plan is at a place.
func at(t testing.TB, s *store.Store, p store.Place, want string) {
	t.Helper()
	got, err := s.PlanAt(t.Context(), p)
	switch {
	case err != nil:
		t.Fatal(err)
	case want == "" && got != nil:
		t.Fatalf("there is %q at %+v", got.Body, p)
	case want != "" && got == nil:
		t.Fatalf("there is nothing at %+v, want %q", p, want)
	case want != "" && string(got.Body) != want:
		t.Fatalf("there is %q at %+v, want %q", got.Body, p, want)
	}
}

// everywhere does the same to a store before its plans are written, after that,
// and after it was opened again.
func everywhere(t *testing.T, s *store.Store, check func(t *testing.T, s *store.Store)) {
	t.Run("pending", func(t *testing.T) { check(t, s) })
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Run("written", func(t *testing.T) { check(t, s) })
	s = reopen(t, s)
	t.Run("opened again", func(t *testing.T) { check(t, s) })
}

func TestPlan(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	p := newPlan(a.ID, 1)
	id := save(t, s, place(a.ID, 5), p)
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		got, err := s.PlanAt(t.Context(), place(a.ID, 5))
		if err != nil || got == nil {
			t.Fatal(got, err)
		}
		if got.ID != id || got.Account != a.ID || got.Header != p.Header || got.Sender != p.Sender || got.Mode != "all" ||
			got.Version != 1 || !got.Complete || got.Saved.IsZero() || string(got.Body) != "plan 1" {
			t.Errorf("got %+v", got)
		}
		if got, err := s.Plan(t.Context(), id); err != nil || got == nil || got.ID != id {
			t.Errorf("by its ID: %+v, %v", got, err)
		}
		for _, other := range []store.Place{
			place(a.ID, 6), place(a.ID+1, 5), {Account: a.ID, Mailbox: "INBOX", UIDValidity: 8, UID: 5},
			{Account: a.ID, Mailbox: "inbox", UIDValidity: 7, UID: 5}, {},
		} {
			at(t, s, other, "")
		}
	})
}

func TestTokens(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	p := newPlan(a.ID, 1)
	p.Tokens[3] = "AbcdefGhijk" // 11 letters
	id := save(t, s, place(a.ID, 1), p)
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		for i, tok := range p.Tokens {
			r, ok, err := s.ReferenceByToken(t.Context(), tok)
			if err != nil {
				t.Fatal(err)
			}
			if ok != (tok != "") || ok && (r.Number != i || r.Plan.ID != id || string(r.Plan.Body) != "plan 1") {
				t.Errorf("token %d: got %+v, %v", i, r, ok)
			}
		}
		for _, tok := range []string{"", "x", "abcdefghijk", "AbcdefGhij", token(1, 3), token(2, 0)} {
			if _, ok, err := s.ReferenceByToken(t.Context(), tok); ok || err != nil {
				t.Errorf("%q: %v, %v", tok, ok, err)
			}
		}
	})
}

// A stored plan wins for ever.
func TestFirstPlanWins(t *testing.T) {
	for name, between := range map[string]func(s *store.Store) *store.Store{
		"both pending": func(s *store.Store) *store.Store { return s },
		"first written": func(s *store.Store) *store.Store {
			if err := s.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			return s
		},
		"opened between": func(s *store.Store) *store.Store { return reopen(t, s) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir(), store.Options{})
			a := account(t, s, "anna@example.org")
			save(t, s, place(a.ID, 1), newPlan(a.ID, 1))
			s = between(s)
			save(t, s, place(a.ID, 1), newPlan(a.ID, 2))
			everywhere(t, s, func(t *testing.T, s *store.Store) {
				at(t, s, place(a.ID, 1), "plan 1")
				// What may have been served already can still be answered.
				for _, n := range []int{1, 2} {
					if _, ok, err := s.ReferenceByToken(t.Context(), token(n, 0)); !ok || err != nil {
						t.Errorf("the tokens of plan %d: %v, %v", n, ok, err)
					}
				}
			})
		})
	}
}

// A copy of a message has the same plan, which is kept once.
func TestCopies(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	b := account(t, s, "ben@example.org")
	save(t, s, place(a.ID, 1), newPlan(a.ID, 1))
	copied := save(t, s, place(a.ID, 2), newPlan(a.ID, 1))
	save(t, s, place(b.ID, 1), newPlan(b.ID, 1))
	changed := newPlan(a.ID, 1)
	changed.Body = []byte("same header, other plan")
	save(t, s, place(a.ID, 3), changed)
	if err := s.Locate(t.Context(), copied, place(a.ID, 4)); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The ID of a plan that was not kept leads to the one that was.
	if err := s.Locate(t.Context(), copied, place(a.ID, 5)); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Plan(t.Context(), copied); err != nil || p == nil || string(p.Body) != "plan 1" {
		t.Errorf("got %+v, %v", p, err)
	}
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		for _, uid := range []uint32{1, 2, 4, 5} {
			at(t, s, place(a.ID, uid), "plan 1")
		}
		at(t, s, place(a.ID, 3), "same header, other plan")
		for account, want := range map[int64]int{a.ID: 2, b.ID: 1, 0: 3} {
			list, err := s.PlansByHeader(t.Context(), account, changed.Header)
			if err != nil || len(list) != want {
				t.Errorf("account %d: %d plans, want %d, %v", account, len(list), want, err)
			}
		}
		if n, err := s.CountPlans(t.Context()); n != 3 || err != nil {
			t.Errorf("%d plans are kept, %v", n, err)
		}
	})
}

// PlansByHeader does not say the same twice while a copy is pending.
func TestPlansByHeaderPending(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	p := newPlan(a.ID, 1)
	save(t, s, place(a.ID, 1), p)
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	save(t, s, place(a.ID, 2), newPlan(a.ID, 1))
	if list, err := s.PlansByHeader(t.Context(), a.ID, p.Header); err != nil || len(list) != 1 {
		t.Errorf("got %d plans, %v", len(list), err)
	}
}

func TestLocate(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	id := save(t, s, store.Place{}, newPlan(a.ID, 1))
	if err := s.Locate(t.Context(), id, place(a.ID, 9)); err != nil {
		t.Fatal(err)
	}
	save(t, s, place(a.ID, 10), newPlan(a.ID, 2))
	if err := s.Locate(t.Context(), id, place(a.ID, 10)); err != nil {
		t.Fatal(err)
	}
	if err := s.Locate(t.Context(), 12345, place(a.ID, 11)); err != nil {
		t.Fatal(err)
	}
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		at(t, s, place(a.ID, 9), "plan 1")
		at(t, s, place(a.ID, 10), "plan 2")
		at(t, s, place(a.ID, 11), "")
	})
}

// What could not be written would hold up all others of its group.
func TestPlanOfNobody(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	if _, err := s.SavePlan(t.Context(), store.Place{}, newPlan(99, 1)); err == nil {
		t.Error("a plan of no account was taken")
	}
	if _, err := s.SavePlan(t.Context(), place(a.ID+1, 1), newPlan(a.ID, 1)); err == nil {
		t.Error("a plan was put into another account")
	}
	if err := s.Locate(t.Context(), 1, place(99, 1)); err == nil {
		t.Error("a plan was located in no account")
	}
	if ok, err := s.RemoveAccount(t.Context(), a.Address); !ok || err != nil {
		t.Fatal(ok, err)
	}
	// A connection may outlive its account.
	save(t, s, place(a.ID, 1), newPlan(a.ID, 1))
	if err := s.Flush(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPlansBySender(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	for i := range 45 {
		save(t, s, place(a.ID, uint32(i+1)), newPlan(a.ID, i))
	}
	list, err := s.PlansBySender(t.Context(), "shop3.example", 3)
	if err != nil || len(list) != 3 {
		t.Fatal(len(list), err)
	}
	for i, want := range []string{"plan 43", "plan 33", "plan 23"} {
		if string(list[i].Body) != want {
			t.Errorf("got %q, want %q", list[i].Body, want)
		}
	}
	if list, err := s.PlansBySender(t.Context(), "", 3); err != nil || len(list) != 0 {
		t.Errorf("mail from nobody: %d, %v", len(list), err)
	}
}

// Tokens are found in whichever bucket they are.
func TestBuckets(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	const n = 2*store.BucketSize/19 + 100
	for i := range n {
		save(t, s, store.Place{}, newPlan(a.ID, i))
		if i == n/2 {
			s = reopen(t, s)
		}
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		for i := 0; i < n; i += 97 {
			if r, ok, err := s.ReferenceByToken(t.Context(), token(i, 19)); !ok || err != nil || string(r.Plan.Body) != fmt.Sprint("plan ", i) {
				t.Fatalf("plan %d: %+v, %v, %v", i, r, ok, err)
			}
		}
		if got, err := s.Query(t.Context(), "SELECT max(bucket) FROM tokens"); got != 2 || err != nil {
			t.Errorf("the last bucket is %d, %v", got, err)
		}
	})
}

// A plan can be found from the moment it was saved, while groups come and go.
func TestPlanIsAlwaysThere(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	var work sync.WaitGroup
	for w := range 4 {
		work.Go(func() {
			for i := range 3 * store.GroupPlans {
				n := w*100000 + i
				id, err := s.SavePlan(t.Context(), place(a.ID, uint32(n+1)), newPlan(a.ID, n))
				if err != nil {
					t.Error(err)
					return
				}
				// One that may be on its way to the disk.
				n -= i % min(i+1, 300)
				p, err := s.PlanAt(t.Context(), place(a.ID, uint32(n+1)))
				if err != nil || p == nil {
					t.Errorf("plan %d is not at its place: %v", n, err)
					return
				}
				if r, ok, err := s.ReferenceByToken(t.Context(), token(n, 1)); !ok || err != nil || r.Plan.ID != p.ID {
					t.Errorf("the token of plan %d is not known: %v", n, err)
					return
				}
				if p, err := s.Plan(t.Context(), id); err != nil || p == nil {
					t.Errorf("plan %d is not there: %v", id, err)
					return
				}
			}
		})
	}
	work.Wait()
}

// Whatever is saved in whatever order, the first at a place wins.
func TestPlansAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		s := open(t, dir, store.Options{})
		a := account(t, s, "anna@example.org")
		first := make(map[uint32]int)
		saved := make(map[int]int64)
		rt.Repeat(map[string]func(*rapid.T){
			"save": func(rt *rapid.T) {
				uid, n := uint32(rapid.IntRange(0, 6).Draw(rt, "uid")), rapid.IntRange(0, 6).Draw(rt, "plan")
				saved[n] = save(t, s, place(a.ID, uid), newPlan(a.ID, n))
				if _, ok := first[uid]; !ok && uid != 0 {
					first[uid] = n
				}
			},
			"locate": func(rt *rapid.T) {
				uid, n := uint32(rapid.IntRange(1, 6).Draw(rt, "uid")), rapid.IntRange(0, 6).Draw(rt, "plan")
				id, ok := saved[n]
				if !ok {
					rt.Skip("not saved")
				}
				if err := s.Locate(t.Context(), id, place(a.ID, uid)); err != nil {
					rt.Fatal(err)
				}
				if _, ok := first[uid]; !ok {
					first[uid] = n
				}
			},
			"flush": func(rt *rapid.T) {
				if err := s.Flush(t.Context()); err != nil {
					rt.Fatal(err)
				}
			},
			"": func(rt *rapid.T) {
				for uid := range uint32(7) {
					want := ""
					if n, ok := first[uid]; ok {
						want = fmt.Sprint("plan ", n)
					}
					at(t, s, place(a.ID, uid), want)
				}
				for n := range 7 {
					_, want := saved[n]
					if _, ok, err := s.ReferenceByToken(t.Context(), token(n, 0)); ok != want || err != nil {
						rt.Fatalf("the token of plan %d: %v, %v", n, ok, err)
					}
				}
			},
		})
		if err := s.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

// A body is made small on its way to the disk, and an equal plan is still known.
func TestPack(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{Pack: func(body []byte) []byte { return append([]byte("small "), body...) }})
	a := account(t, s, "anna@example.org")
	first := save(t, s, place(a.ID, 1), newPlan(a.ID, 1))
	if p, err := s.Plan(t.Context(), first); err != nil || string(p.Body) != "plan 1" {
		t.Errorf("before it is written: %+v, %v", p, err)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	save(t, s, place(a.ID, 2), newPlan(a.ID, 1))
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, uid := range []uint32{1, 2} {
		p, err := s.PlanAt(t.Context(), place(a.ID, uid))
		if err != nil || p == nil || p.ID != first || string(p.Body) != "small plan 1" {
			t.Errorf("UID %d: %+v, %v", uid, p, err)
		}
	}
}

// A plan that is kept while its message still comes is on the disk at once, and the
// whole one takes its place: one plan, found by the tokens of both, counted once.
func TestKeepPlan(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, store.Options{})
	a := account(t, s, "anna@example.org")
	part := newPlan(a.ID, 1)
	part.Complete, part.Spare, part.Tokens, part.Body = false, true, []string{"first"}, []byte("part")
	id, err := s.KeepPlan(t.Context(), part)
	if err != nil {
		t.Fatal(err)
	}
	copied := copyOf(t, dir)
	if r, ok, err := copied.ReferenceByToken(t.Context(), "first"); err != nil || !ok || string(r.Plan.Body) != "part" || r.Plan.Complete {
		t.Errorf("after a crash: %+v, %t, %v", r, ok, err)
	}
	whole := newPlan(a.ID, 1)
	whole.Tokens, whole.Body, whole.Completes = []string{"first", "second"}, []byte("whole"), id
	if got := save(t, s, place(a.ID, 5), whole); got != id {
		t.Errorf("stored as %d, kept as %d", got, id)
	}
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		at(t, s, place(a.ID, 5), "whole")
		list, err := s.PlansByHeader(t.Context(), a.ID, whole.Header)
		if err != nil || len(list) != 1 || string(list[0].Body) != "whole" || !list[0].Complete {
			t.Errorf("%d plans, %v", len(list), err)
		}
		for n, token := range []string{"first", "second"} {
			if r, ok, err := s.ReferenceByToken(t.Context(), token); err != nil || !ok || r.Number != n || r.Plan.ID != id || string(r.Plan.Body) != "whole" {
				t.Errorf("%s: %+v, %t, %v", token, r, ok, err)
			}
		}
		if counts, err := s.MailCounts(t.Context()); err != nil || counts[a.ID].Mails != 1 {
			t.Errorf("%+v, %v", counts, err)
		}
	})
}

// copyOf opens a copy of the files of a store that runs: what a crash leaves.
func copyOf(t *testing.T, dir string) *store.Store {
	t.Helper()
	to := t.TempDir()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file.Name(), "-shm") || !file.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, file.Name()), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return open(t, to, store.Options{})
}
