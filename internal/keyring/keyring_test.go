package keyring_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/keyring"
	"github.com/unseen-mail/unseen/internal/lab"
)

// inside says, in the environment, that this process runs beside a keyring.
const inside = "UNSEEN_KEYRING_TEST"

// What is kept is found again, by its two names alone, in a real GNOME Keyring on
// a message bus of its own.
func TestKeep(t *testing.T) {
	if os.Getenv(inside) == "" {
		lab.Need(t, "dbus-run-session", "gnome-keyring-daemon")
		beside(t, `echo -n secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" -test.run='^TestKeep$' -test.v`)
		return
	}
	ctx := context.Background()
	if _, err := keyring.Get(ctx, keyring.Password, "anna@a.example"); !errors.Is(err, keyring.ErrNotKept) {
		t.Fatalf("at first: %v", err)
	}
	for _, secret := range []string{"letmein", "let me in, \"please\"\n€"} {
		if err := keyring.Keep(ctx, keyring.Password, "Anna@a.example", secret); err != nil {
			t.Fatal(err)
		}
		if got, err := keyring.Get(ctx, keyring.Password, "anna@A.example"); got != secret || err != nil {
			t.Errorf("kept %q, got %q, %v", secret, got, err)
		}
	}
	for _, other := range []struct {
		what    keyring.What
		address string
	}{{keyring.Token, "anna@a.example"}, {keyring.Password, "bert@a.example"}} {
		if _, err := keyring.Get(ctx, other.what, other.address); !errors.Is(err, keyring.ErrNotKept) {
			t.Errorf("%v: %v", other, err)
		}
	}
	for range 2 {
		if err := keyring.Drop(ctx, keyring.Password, "anna@a.example"); err != nil {
			t.Error(err)
		}
	}
	if _, err := keyring.Get(ctx, keyring.Password, "anna@a.example"); !errors.Is(err, keyring.ErrNotKept) {
		t.Errorf("after it was dropped: %v", err)
	}
}

// Where the bus has no keyring, or there is no bus, nothing is kept anywhere.
func TestNone(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems always have one")
	}
	if os.Getenv(inside) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNone$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
		if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestNone")) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := keyring.Keep(ctx, keyring.Password, "a@a.example", "x"); !errors.Is(err, keyring.ErrNone) {
		t.Errorf("keeping: %v", err)
	}
	if _, err := keyring.Get(ctx, keyring.Password, "a@a.example"); !errors.Is(err, keyring.ErrNone) {
		t.Errorf("reading: %v", err)
	}
	if err := keyring.Drop(ctx, keyring.Password, "a@a.example"); !errors.Is(err, keyring.ErrNone) {
		t.Errorf("forgetting: %v", err)
	}
}

// Who does not wait for a keyring that asks is told so.
func TestNotWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := keyring.Get(ctx, keyring.Password, "a@a.example"); err == nil {
		t.Error("something was found")
	}
}

// beside runs this test again on a bus of its own, through a shell command.
func beside(t *testing.T, script string) {
	t.Helper()
	cmd := exec.Command("dbus-run-session", "--", "sh", "-c", script, os.Args[0])
	home := t.TempDir()
	cmd.Env = append(os.Environ(), inside+"=1", "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_CONFIG_HOME="+home)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // nobody waits for it here
	_, err := keyring.Get(ctx, keyring.Password, "anna@a.example")
	fmt.Println(err != nil)
	// Output: true
}
