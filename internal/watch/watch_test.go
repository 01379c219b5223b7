package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/watch"
)

// TestWatch checks that a file is noticed in a directory that was not there, that what
// concerns nobody is not told, and that the watching ends.
func TestWatch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	w, err := watch.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	settled, ended := make(chan struct{}, 16), make(chan struct{})
	var whole atomic.Bool
	go func() {
		defer close(ended)
		w.Run(ctx, watch.Handler{
			Settle: 20 * time.Millisecond, Settled: func() { settled <- struct{}{} }, Failed: func(err error) { t.Error(err) },
			Concerns: func(path string, attributes bool) bool {
				if is, _ := w.Attach(dir); is {
					whole.Store(true)
				}
				return !attributes && filepath.Base(path) != "other"
			},
		})
	}()
	wait := func(what string) {
		t.Helper()
		select {
		case <-settled:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s was not noticed", what)
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	wait("the directory")
	for end := time.Now().Add(20 * time.Second); !whole.Load() && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		// One above it was made first.
		if err := os.WriteFile(filepath.Join(dir, "poke"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "rules"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	wait("a file")
	cancel()
	<-ended
	if err := w.Add(filepath.Join(dir, "missing")); err == nil {
		t.Error("what is closed still watches")
	}
}

// TestAdd checks that what does not exist is passed over.
func TestAdd(t *testing.T) {
	dir := t.TempDir()
	w, err := watch.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Add(filepath.Join(dir, "missing")); err != nil {
		t.Error(err)
	}
	if whole, err := w.Attach(filepath.Join(dir, "missing", "too")); whole || err != nil {
		t.Error(whole, err)
	}
}
