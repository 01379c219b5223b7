package windowtest_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/windowtest"
	"github.com/unseen-mail/unseen/internal/api"
)

// A twin says where things are, and what they look like after what was pressed.
func TestTwin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	ln, err := api.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := (&api.Server{Service: api.Service{Status: func(context.Context) (api.Status, error) { return api.Status{}, nil }}}).Serve(ctx, ln); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	w := windowtest.New(t, api.NewClient(path), t.TempDir())
	w.Resize(1060, 720)
	w.Show(window.Accounts)
	w.Unfocus()
	if n := w.Tab("Questions"); n != 2 {
		t.Errorf("the second place is %d steps away", n)
	}
	before, places := w.Picture(), w.Thing("Accounts")
	if size := before.Bounds().Size(); size.X != 1060 || size.Y != 720 || places.X > 196 {
		t.Errorf("a picture of %v, the place at %v", size, places)
	}
	w.Press("Connect an account")
	w.Write("entry 1", "anna@mail.example")
	if at := w.Thing("entry 1"); at.X < 196 || at.Y < places.Y/4 {
		t.Errorf("the entry is at %v", at)
	}
	if n := w.Tab("Continue"); n != 1 {
		t.Errorf("from the address to what goes on are %d steps", n)
	}
}
