package alone_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/gui/alone"
)

// A second one is heard by the first, and has no place; when the first has gone the
// next one takes it.
func TestTake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	first, err := alone.Take(dir, "window", "today")
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	said := make(chan string, 1)
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { first.Serve(ctx, func(line string) { said <- line }) })
	second, err := alone.Take(dir, "window", "questions\nof shop.example")
	if err != nil || second != nil {
		t.Fatal("a second one has a place", err)
	}
	if got := <-said; got != "questions of shop.example" {
		t.Errorf("said %q", got)
	}
	if other, err := alone.Take(dir, "tray", ""); err != nil || other == nil {
		t.Error("another kind has no place", err)
	} else if err := other.Close(); err != nil {
		t.Error(err)
	}
	cancel()
	done.Wait()
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	third, err := alone.Take(dir, "window", "")
	if err != nil || third == nil {
		t.Fatal("the place is not free", err)
	}
	if err := third.Close(); err != nil {
		t.Error(err)
	}
}
