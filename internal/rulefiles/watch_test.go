package rulefiles_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// watching runs a watcher on a directory and returns a wait for the state in
// which a host is blocked, or no longer.
func watching(t *testing.T, dir string) func(host string, blocked bool) *rulefiles.Rules {
	t.Helper()
	w, err := rulefiles.NewWatcher(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	told := make(chan *rulefiles.Rules, 64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx, "", func(r *rulefiles.Rules, err error) {
			if err == nil {
				told <- r
			}
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return func(host string, blocked bool) *rulefiles.Rules {
		t.Helper()
		for limit := time.After(20 * time.Second); ; {
			select {
			case r := <-told:
				if _, ok := r.Match("https://"+host+"/", true, catalogue.UseImage); ok == blocked {
					return r
				}
			case <-limit:
				t.Fatalf("nobody told that %s is blocked: %v", host, blocked)
			}
		}
	}
}

// TestWatch goes through the ways in which rules change.
func TestWatch(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "later", "rules")
	wait := watching(t, dir)
	rule := func(host string) string { return "[[block]]\nhost = \"" + host + "\"\n" }
	mine, lists := filepath.Join(dir, "mine.toml"), filepath.Join(dir, "lists", "a.txt")

	write(t, mine, rule("a.example")) // the directories come with it
	wait("a.example", true)
	write(t, mine, rule("b.example")) // written in place
	wait("b.example", true)

	// As vim does: the old file is moved away, a new one written.
	rename(t, mine, mine+"~")
	write(t, mine, rule("c.example"))
	wait("c.example", true)

	// As most others do: written beside it and moved over it.
	write(t, filepath.Join(dir, ".mine.tmp"), rule("d.example"))
	rename(t, filepath.Join(dir, ".mine.tmp"), mine)
	wait("d.example", true)

	write(t, lists, "||e.example^\n") // a directory of lists that is new
	wait("e.example", true)
	write(t, lists, "||f.example^\n")
	wait("f.example", true)
	remove(t, mine)
	wait("d.example", false)

	remove(t, dir)
	wait("f.example", false)
	write(t, mine, rule("g.example")) // and made anew
	wait("g.example", true)

	write(t, mine, "[[block]\n"+rule("h.example")) // a mistake
	if r := wait("h.example", true); len(r.Problems()) == 0 {
		t.Error("the mistake is not told")
	}
}

// TestWatchSinceItBegan checks that what changes between the beginning and Run is
// told.
func TestWatchSinceItBegan(t *testing.T) {
	dir := t.TempDir()
	w, err := rulefiles.NewWatcher(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rulefiles.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "mine.toml"), "[[block]]\nhost = \"a.example\"\n")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.Run(ctx, r.Edition(), func(changed *rulefiles.Rules, err error) {
		if err != nil || changed.Empty() {
			t.Errorf("%v", err)
		}
		cancel()
	})
}

// TestWatchTellsOnce checks that what changes nothing is not told.
func TestWatchTellsOnce(t *testing.T) {
	dir := t.TempDir()
	w, err := rulefiles.NewWatcher(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "mine.toml"), "[[block]]\nhost = \"a.example\"\n")
	r, err := rulefiles.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	told := make(chan string, 64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx, r.Edition(), func(r *rulefiles.Rules, _ error) { told <- r.Edition() })
	}()
	write(t, filepath.Join(dir, "mine.toml"), "[[block]]\nhost = \"a.example\"\n")
	write(t, filepath.Join(dir, ".mine.toml.swp"), "x")
	write(t, filepath.Join(dir, "notes.md"), "x")
	time.Sleep(time.Second)
	write(t, filepath.Join(dir, "mine.toml"), "[[block]]\nhost = \"b.example\"\n")
	if first := <-told; first == r.Edition() {
		t.Error("the same rules were told")
	}
	cancel()
	<-done
	if n := len(told); n != 0 {
		t.Errorf("%d tellings more", n)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}
