package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// ErrCommand says that a command of the reader's gave no password.
var ErrCommand = errors.New("keyring: the command gave no password")

// maxSecret bounds what a command can say.
const maxSecret = 4096

// Command returns the first line that a command of the reader's prints: where there is no
// keyring, or none that is wanted, that is how mail programs are given a password ("pass
// show mail/anna", "systemd-creds decrypt ..."). The shell runs it, as they do. What it
// prints is kept nowhere, and what it says to its error output is dropped: it may hold
// what is secret.
func Command(ctx context.Context, line string) (string, error) {
	shell := []string{"/bin/sh", "-c", line}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C", line}
	}
	cmd := exec.CommandContext(ctx, shell[0], shell[1:]...)
	cmd.WaitDelay = time.Second
	var said limited
	cmd.Stdout = &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("asking a command for a password: %w", ctx.Err())
	}
	first, _, _ := strings.Cut(said.text.String(), "\n")
	first = strings.TrimSuffix(first, "\r")
	switch {
	case err != nil:
		return "", fmt.Errorf("asking a command for a password: %w: %w", ErrCommand, err)
	case first == "" || said.over:
		return "", fmt.Errorf("asking a command for a password: %w", ErrCommand)
	}
	return first, nil
}

// limited takes so much, and notes that there was more.
type limited struct {
	text bytes.Buffer // not embedded: it would be read into past the limit
	over bool
}

// Write implements [io.Writer].
func (l *limited) Write(b []byte) (int, error) {
	if l.over = l.over || l.text.Len()+len(b) > maxSecret; l.over {
		return len(b), nil
	}
	return l.text.Write(b)
}
