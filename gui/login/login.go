// Package login lets the icon of Unseen start with the reader's session, by an entry
// of the XDG autostart specification (version 0.5), and takes it away again. It
// writes that one file and no other.
package login

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// name is that of the entry.
const name = "io.github.unseen_mail.Unseen.desktop"

// An Entry is the place of the entry, and what it starts.
type Entry struct {
	// Dir is the directory of entries: autostart in that of the reader's settings.
	Dir string
	// Program is the path of unseen.
	Program string
}

// Of returns the entry of an environment, for a program.
func Of(getenv func(string) string, program string) (Entry, error) {
	base := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) {
		home := getenv("HOME")
		if home == "" {
			return Entry{}, errors.New("finding where sessions keep what they start: HOME is not set")
		}
		base = filepath.Join(home, ".config")
	}
	return Entry{Dir: filepath.Join(base, "autostart"), Program: program}, nil
}

// On says that the icon starts with the session.
func (e Entry) On() bool {
	text, err := os.ReadFile(filepath.Join(e.Dir, name))
	return err == nil && !strings.Contains(string(text), "\nHidden=true")
}

// Set lets it start with the session, or not.
func (e Entry) Set(on bool) error {
	path := filepath.Join(e.Dir, name)
	if !on {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("taking the entry away: %w", err)
		}
		return nil
	}
	if err := os.MkdirAll(e.Dir, 0o700); err != nil {
		return fmt.Errorf("making the directory of entries: %w", err)
	}
	// Whole or not at all: half an entry would be an error at each login.
	half := path + ".new"
	if err := os.WriteFile(half, []byte(e.text()), 0o600); err != nil {
		return fmt.Errorf("writing the entry: %w", err)
	}
	if err := os.Rename(half, path); err != nil {
		return fmt.Errorf("writing the entry: %w", err)
	}
	return nil
}

// text is the entry (Desktop Entry Specification 1.5, section "The Exec key", for
// what is quoted).
func (e Entry) text() string {
	quoted := strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`, "`", "\\\\`", "$", `\\$`, "%", "%%").Replace(e.Program)
	return "[Desktop Entry]\nType=Application\nName=Unseen\nExec=\"" + quoted + "\" tray\nIcon=io.github.unseen_mail.Unseen\n" +
		"Terminal=false\nX-GNOME-Autostart-enabled=true\n"
}
