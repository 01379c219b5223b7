package setup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A Note is what was changed in one profile for one account.
type Note struct {
	// Profile is its directory, Address the account's, Dir where the account keeps
	// its mail.
	Profile string `json:"profile"`
	Address string `json:"address"`
	Dir     string `json:"dir"`
	// OldRoot and NewRoot begin the names of the account's folders before and
	// after.
	OldRoot string `json:"old_root"`
	NewRoot string `json:"new_root"`
	// Way is the way in by which all accounts of the profile were set up, "" for one.
	Way string `json:"way,omitempty"`
	// Dirs are where the accounts that came in by it keep their mail.
	Dirs []string `json:"dirs,omitempty"`
	// Trusted are the certificates that it was made to trust, by name, and TurnedOn says
	// that Unseen's proxy was turned on for it.
	Trusted []string `json:"trusted,omitempty"`
	// TurnedOn says so.
	TurnedOn bool `json:"turned_on,omitempty"`
	// When is when, and Backup where a copy of the preferences lies.
	When   time.Time `json:"when"`
	Backup string    `json:"backup"`
	// Changes are all of them.
	Changes []Change `json:"changes"`
}

// A Journal keeps notes in a directory of Unseen's own.
type Journal struct {
	// Dir is that directory; it is made where it is not there.
	Dir string
}

// path is the file of the notes.
func (j Journal) path() string { return filepath.Join(j.Dir, "setup.json") }

// Notes returns what was changed and not taken back, the oldest first.
func (j Journal) Notes() ([]Note, error) {
	text, err := os.ReadFile(j.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var notes []Note
	if err == nil {
		err = json.Unmarshal(text, &notes)
	}
	for _, n := range notes {
		for _, c := range n.Changes {
			if err == nil && !known(c.File) {
				err = fmt.Errorf("%q is no file that is changed", c.File)
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	return notes, nil
}

// known says whether a file is one that is ever changed. Notes come back with backups,
// and one that somebody made up must not lead to the settings of a shell.
func known(file string) bool {
	switch filepath.Base(file) {
	case filtersName, searchesName:
		return true
	}
	return !isText(file)
}

// keep writes the notes down.
func (j Journal) keep(notes []Note) error {
	if len(notes) == 0 {
		if err := os.Remove(j.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("noting changes: %w", err)
		}
		return nil
	}
	text, err := json.MarshalIndent(notes, "", " ")
	if err == nil {
		err = os.MkdirAll(j.Dir, 0o700)
	}
	if err != nil {
		return fmt.Errorf("noting changes: %w", err)
	}
	return writeFile(j.path(), append(text, '\n'))
}

// backup copies a file of a profile beside the notes.
func (j Journal) backup(path string, when time.Time) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("copying %s: %w", path, err)
	}
	to := filepath.Join(j.Dir, filepath.Base(path)+"-"+when.UTC().Format("20060102-150405.000000"))
	if err := os.MkdirAll(j.Dir, 0o700); err != nil {
		return "", fmt.Errorf("copying %s: %w", path, err)
	}
	return to, writeFile(to, text)
}
