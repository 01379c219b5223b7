package trust

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/unseen-mail/unseen/internal/profiles"
)

// A Profile is where Thunderbird or Firefox keeps what is one reader's.
type Profile struct {
	// Program is "Thunderbird" or "Firefox".
	Program string
	// Dir is its directory.
	Dir string
}

// The programs that keep profiles.
const (
	// Thunderbird reads mail.
	Thunderbird = string(profiles.Thunderbird)
	// Firefox reads the web.
	Firefox = string(profiles.Firefox)
)

// Profiles returns the profiles of a program that were used at least once, as its
// profiles.ini lists them.
func Profiles(program, home string) []Profile {
	var out []Profile
	for _, p := range profiles.Find(profiles.Homes(profiles.Program(program), runtime.GOOS, home, os.Getenv), storeName) {
		out = append(out, Profile{Program: program, Dir: p.Dir})
	}
	return out
}

// storeName is the file of a store.
const storeName = "cert9.db"

// used says whether the directory holds a store, as after the first start.
func (p Profile) used() bool {
	info, err := os.Stat(filepath.Join(p.Dir, storeName))
	return err == nil && info.Mode().IsRegular()
}

// Ready implements [Store].
func (p Profile) Ready() error {
	if _, err := exec.LookPath("certutil"); err != nil {
		return ErrNoTool
	}
	if !p.used() {
		return ErrNoProfile
	}
	if profiles.Open(p.Dir) {
		return ErrOpen
	}
	return nil
}

// db is how certutil is told where the store is.
func (p Profile) db() string { return "sql:" + p.Dir }

// Names implements [Store].
func (p Profile) Names(ctx context.Context) ([]string, error) {
	if _, err := exec.LookPath("certutil"); err != nil {
		return nil, ErrNoTool
	}
	text, err := run(ctx, "certutil", "-L", "-d", p.db())
	if err != nil {
		return nil, fmt.Errorf("listing certificates: %w", err)
	}
	var names []string
	for _, line := range strings.Split(text, "\n") {
		// A name may hold blanks; what it is trusted for stands after it.
		if at := strings.LastIndexByte(strings.TrimSpace(line), ' '); at > 0 {
			if name := strings.TrimSpace(line[:at]); ours(name) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}

// Add implements [Store].
func (p Profile) Add(ctx context.Context, c Certificate) (err error) {
	if !ours(c.Name) {
		return fmt.Errorf("trusting %q: that name is not ours", c.Name)
	}
	if err := p.Ready(); err != nil {
		return err
	}
	file, err := os.CreateTemp("", "unseen-*.pem")
	if err != nil {
		return fmt.Errorf("handing the certificate over: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(c.PEM)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("handing the certificate over: %w", err)
	}
	// C: an authority for servers; nothing for mail or programs.
	if _, err = run(ctx, "certutil", "-A", "-d", p.db(), "-n", c.Name, "-t", "C,,", "-i", file.Name()); err != nil {
		return fmt.Errorf("adding the certificate: %w", err)
	}
	return nil
}

// Remove implements [Store].
func (p Profile) Remove(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	if err := p.Ready(); err != nil {
		return err
	}
	for _, name := range names {
		if !ours(name) {
			return fmt.Errorf("removing %q: that name is not ours", name)
		}
		if _, err := run(ctx, "certutil", "-D", "-d", p.db(), "-n", name); err != nil {
			return fmt.Errorf("removing the certificate: %w", err)
		}
	}
	return nil
}
