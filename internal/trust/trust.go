// Package trust puts the certificate of a local authority into the stores of the
// reader's programs, and takes it out again.
//
// A [Profile] is one of Thunderbird or Firefox: its store is a database of NSS, which
// certutil changes, and only while the program is closed, for it would not notice, and
// both write. A [System] is the store of a whole machine as Debian keeps it.
//
// A certificate is known by its name, [Prefix] and a number. Removing takes out
// whatever is so named, also what an earlier installation left, and nothing else.
package trust

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Prefix begins the name of each certificate of ours.
const Prefix = "Unseen on this computer "

// What can stand in the way.
var (
	// ErrOpen means that the program of a profile is running.
	ErrOpen = errors.New("trust: the program of that profile is open")
	// ErrNoTool means that certutil is not installed.
	ErrNoTool = errors.New("trust: certutil is not installed")
	// ErrNoProfile means that a directory is not the profile of a program that was
	// started before.
	ErrNoProfile = errors.New("trust: that is not a profile")
	// ErrNoSystem means that this machine's store is not kept as Debian does.
	ErrNoSystem = errors.New("trust: the store of this system is not known")
	// ErrNotRoot means that the store of this machine is another user's.
	ErrNotRoot = errors.New("trust: the store of this system needs root")
)

// A Certificate is what is to be trusted.
type Certificate struct {
	// Name begins with [Prefix].
	Name string
	// PEM is the certificate.
	PEM []byte
}

// A Store is what programs take their trust from.
type Store interface {
	// Ready says whether it can be changed now.
	Ready() error
	// Names are the certificates of ours that it holds.
	Names(ctx context.Context) ([]string, error)
	// Add makes it trust a certificate, for servers only.
	Add(ctx context.Context, c Certificate) error
	// Remove takes certificates out by their names.
	Remove(ctx context.Context, names []string) error
}

// toolTime is how long a program may take: certutil waits for ever in some cases.
const toolTime = time.Minute

// run runs a program with nothing to read, for some ask.
func run(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, toolTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		said, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return "", fmt.Errorf("%s: %w: %s", name, err, said)
	}
	return string(out), nil
}

// ours says whether a name is of a certificate of ours.
func ours(name string) bool {
	number, ok := strings.CutPrefix(name, Prefix)
	return ok && number != "" && strings.Trim(number, "0123456789abcdef") == ""
}
