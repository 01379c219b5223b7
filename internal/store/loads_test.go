package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/store"
)

// loaded is a plan with loads at addresses of one host.
func loaded(account int64, n int, host string, paths ...string) *store.Plan {
	p := newPlan(account, n)
	for i, path := range paths {
		p.Loads = append(p.Loads, store.LoadAddress{Number: i, Address: host + "/" + path, Host: host})
	}
	return p
}

// found lists which references an address leads to, "plan 1:0".
func found(t testing.TB, s *store.Store, address string) string {
	t.Helper()
	list, err := s.LoadsAt(t.Context(), address, 8)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s:%d", r.Plan.Body, r.Number))
	}
	return strings.Join(out, ", ")
}

// hosting lists the plans that a host leads to.
func hosting(t testing.TB, s *store.Store, host string) string {
	t.Helper()
	list, err := s.PlansByHost(t.Context(), host, 8)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range list {
		out = append(out, string(p.Body))
	}
	return strings.Join(out, ", ")
}

func TestLoads(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	save(t, s, place(a.ID, 1), loaded(a.ID, 1, "img.example", "open/1", "logo", "logo"))
	save(t, s, place(a.ID, 2), loaded(a.ID, 2, "img.example", "open/2", "logo"))
	save(t, s, place(a.ID, 3), loaded(a.ID, 3, "other.example", "logo"))
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		for address, want := range map[string]string{
			"img.example/open/1": "plan 1:0", "img.example/open/2": "plan 2:0", "img.example/logo": "plan 2:1, plan 1:1",
			"other.example/logo": "plan 3:0", "img.example": "", "": "", "img.example/open/3": "",
		} {
			if got := found(t, s, address); got != want {
				t.Errorf("%q leads to %q, want %q", address, got, want)
			}
		}
		for host, want := range map[string]string{
			"img.example": "plan 2, plan 1", "other.example": "plan 3", "img.example/logo": "", "example": "",
		} {
			if got := hosting(t, s, host); got != want {
				t.Errorf("host %q leads to %q, want %q", host, got, want)
			}
		}
	})
}

// Neither address nor host can be read in the file, nor be looked for by a hash that
// everybody can make.
func TestLoadsAreHashed(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	save(t, s, place(a.ID, 1), loaded(a.ID, 1, "open.tracker.example", "anna-4711"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(s.Dir(), "unseen.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"anna-4711", "open.tracker.example"} {
			if strings.Contains(string(b), word) {
				t.Errorf("%s holds %q", filepath.Base(name), word)
			}
		}
	}
	// Another key leads nowhere.
	if other := open(t, t.TempDir(), store.Options{}); found(t, other, "open.tracker.example/anna-4711") != "" {
		t.Error("another store knows it")
	}
}

// Plans from before the index come into it, and it is asked for until then and no
// longer, also when the program ended in between.
func TestIndexLoads(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	const n = 450
	for i := range n {
		save(t, s, place(a.ID, uint32(i+1)), newPlan(a.ID, i))
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	// As the migration leaves it.
	if err := s.SetSetting(t.Context(), "loads to index", fmt.Sprint(n)); err != nil {
		t.Fatal(err)
	}
	of := func(p *store.Plan) []store.LoadAddress {
		return []store.LoadAddress{{Number: 0, Address: "img.example/" + string(p.Body), Host: "img.example"}}
	}
	rounds := 0
	for {
		more, err := s.IndexLoads(t.Context(), of)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		if rounds++; rounds == 2 {
			s = reopen(t, s)
		}
		if rounds > 10 {
			t.Fatal("it has no end")
		}
	}
	everywhere(t, s, func(t *testing.T, s *store.Store) {
		for _, i := range []int{0, 1, n / 2, n - 1} {
			want := fmt.Sprintf("plan %d", i)
			if got := found(t, s, "img.example/"+want); got != want+":0" {
				t.Errorf("%s is found as %q", want, got)
			}
		}
		if more, err := s.IndexLoads(t.Context(), of); more || err != nil {
			t.Errorf("once more: %v, %v", more, err)
		}
	})
}

// Whatever is kept in whatever order, each load is found, the newest first, and
// nothing else is.
func TestLoadsProperty(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		salt := n
		want := map[string][]string{}
		for range rapid.IntRange(1, 6).Draw(r, "plans") {
			n++
			paths := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 4).Draw(r, "paths")
			host := fmt.Sprintf("h%d.example", salt)
			save(t, s, place(a.ID, uint32(n)), loaded(a.ID, n, host, paths...))
			for i, path := range paths {
				if slices.Index(paths, path) == i {
					at := host + "/" + path
					want[at] = append([]string{fmt.Sprintf("plan %d:%d", n, i)}, want[at]...)
				}
			}
			if rapid.Bool().Draw(r, "flush") {
				if err := s.Flush(t.Context()); err != nil {
					r.Fatal(err)
				}
			}
		}
		for _, path := range []string{"a", "b", "c", "d"} {
			at := fmt.Sprintf("h%d.example/%s", salt, path)
			if got := found(t, s, at); got != strings.Join(want[at], ", ") {
				r.Fatalf("%s leads to %q, want %q", at, got, want[at])
			}
		}
	})
}
