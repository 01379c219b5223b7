// Package launch starts the other programs of Unseen where a face needs them: the
// daemon and the window. What it starts lives on when the
// face ends, and gets nothing of its input and output.
package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// ErrNone says that a program is not installed.
var ErrNone = errors.New("launch: it is not installed")

// Find returns the path of a program of Unseen: beside the one that runs, or where
// the environment finds it.
func Find(name string) (string, error) {
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		beside := filepath.Join(filepath.Dir(self), name)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return beside, nil
		}
	}
	found, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%w: %s", ErrNone, name)
	}
	return found, nil
}

// Start starts a program that lives on by itself.
func Start(path string, args ...string) error {
	cmd := exec.Command(path, args...)
	cmd.SysProcAttr = apart()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", filepath.Base(path), err)
	}
	// Nobody waits for it; what is left of it when it ends is cleared away.
	go func() { _ = cmd.Wait() }()
	return nil
}

// How long it is waited for the daemon to answer, and how often it is asked.
const patience, pace = 15 * time.Second, 50 * time.Millisecond

// Daemon starts the daemon and waits until it answers.
func Daemon(ctx context.Context, client *api.Client) error {
	path, err := Find("unseen")
	if err != nil {
		return err
	}
	if err := Start(path, "run"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if _, err = client.Status(ctx); !errors.Is(err, api.ErrNotRunning) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for Unseen to start: %w", err)
		case <-time.After(pace):
		}
	}
}

// Display says whether there is a screen to show a window on.
func Display(getenv func(string) string) bool {
	return getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != ""
}
