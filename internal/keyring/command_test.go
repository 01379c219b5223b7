package keyring_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/keyring"
)

// A command gives the first line that it prints, and nothing if it fails; what it says
// besides is told to nobody.
func TestCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("these commands are of another shell")
	}
	for line, want := range map[string]string{
		"echo letmein": "letmein",
		`printf 'let me in, "please"\nuser: anna\n'`: `let me in, "please"`,
		`printf 'a\r\n'`:                        "a",
		"printf x; echo secret >&2":             "x",
		"echo letmein; exit 1":                  "",
		"true":                                  "",
		"echo; echo second":                     "",
		"exec nothing-of-this-name":             "",
		"head -c 100000 /dev/zero | tr '\\0' x": "",
	} {
		got, err := keyring.Command(t.Context(), line)
		if got != want || (want == "") != errors.Is(err, keyring.ErrCommand) {
			t.Errorf("%s: %q, %v", line, got, err)
		}
		if err != nil && (strings.Contains(err.Error(), "letmein") || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v", line, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := keyring.Command(gone, "echo letmein"); !errors.Is(err, context.Canceled) {
		t.Errorf("somebody who has gone: %v", err)
	}
}
