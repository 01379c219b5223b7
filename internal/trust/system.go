package trust

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A System is the store of a machine as Debian's ca-certificates keeps it
// (update-ca-certificates(8)).
type System struct {
	// Local is where a machine's own certificates lie;
	// "/usr/local/share/ca-certificates" if empty.
	Local string
	// Arguments are further ones of update-ca-certificates.
	Arguments []string
}

const (
	updater = "update-ca-certificates"
	// filePrefix begins the names of our files, suffix ends all that are read.
	filePrefix, fileSuffix = "unseen-", ".crt"
)

func (s System) local() string {
	if s.Local == "" {
		return "/usr/local/share/ca-certificates"
	}
	return s.Local
}

// Ready implements [Store].
func (s System) Ready() error {
	if _, err := exec.LookPath(updater); err != nil {
		return ErrNoSystem
	}
	if info, err := os.Stat(s.local()); err != nil || !info.IsDir() {
		return ErrNoSystem
	}
	if os.Geteuid() != 0 {
		return ErrNotRoot
	}
	return nil
}

// Names implements [Store].
func (s System) Names(context.Context) ([]string, error) {
	entries, err := os.ReadDir(s.local())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing certificates: %w", err)
	}
	var names []string
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), filePrefix)
		number, crt := strings.CutSuffix(number, fileSuffix)
		if name := Prefix + number; ok && crt && ours(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// path is where a certificate lies.
func (s System) path(name string) string {
	return filepath.Join(s.local(), filePrefix+strings.TrimPrefix(name, Prefix)+fileSuffix)
}

// Add implements [Store].
func (s System) Add(ctx context.Context, c Certificate) error {
	if !ours(c.Name) {
		return fmt.Errorf("trusting %q: that name is not ours", c.Name)
	}
	if err := s.Ready(); err != nil {
		return err
	}
	if err := os.WriteFile(s.path(c.Name), c.PEM, 0o644); err != nil {
		return fmt.Errorf("adding the certificate: %w", err)
	}
	return s.update(ctx)
}

// Remove implements [Store].
func (s System) Remove(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	if err := s.Ready(); err != nil {
		return err
	}
	for _, name := range names {
		if !ours(name) {
			return fmt.Errorf("removing %q: that name is not ours", name)
		}
		if err := os.Remove(s.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing the certificate: %w", err)
		}
	}
	return s.update(ctx)
}

// update lets the machine read its certificates again, links to those that have gone
// included.
func (s System) update(ctx context.Context) error {
	if _, err := run(ctx, updater, append(slices.Clone(s.Arguments), "--fresh")...); err != nil {
		return fmt.Errorf("reading the certificates of this system again: %w", err)
	}
	return nil
}
