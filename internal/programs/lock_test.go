//go:build linux

package programs_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// A program that runs would write over what is changed.
func TestOpen(t *testing.T) {
	f, profile := newFinder(t, prefs)
	lock, err := os.OpenFile(filepath.Join(profile, ".parentlock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	// A lock of this process is none to itself: one by its open file is (fcntl(2)).
	if err := unix.FcntlFlock(lock.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}); err != nil {
		t.Fatal(err)
	}
	var said *words.Fault
	if err := f.Set(t.Context(), words.English(), "anna@a.example", profile); !errors.Is(err, setup.ErrOpen) || !errors.As(err, &said) || said.Hint == "" {
		t.Errorf("error is %v", err)
	}
	if notes, err := f.Journal.Notes(); err != nil || len(notes) > 0 {
		t.Errorf("noted %v, %v", notes, err)
	}
}
