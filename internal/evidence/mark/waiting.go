package mark

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"
)

// waitingAt is where it stands which bags wait for a time stamp.
const waitingAt = "waiting/stamps.json"

// A Waiting is a bag that waits for a time stamp, since an authority was not reached.
type Waiting struct {
	// Path is where the bag is, by its whole path; Authority who is asked, as the reader
	// agreed; Since when they did.
	Path      string    `json:"path"`
	Authority string    `json:"authority"`
	Since     time.Time `json:"since"`
}

// Wait has a bag wait for a time stamp. One that waits already, of the same authority,
// goes on waiting.
func (v *Vault) Wait(path, authority string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	list, err := v.waiting()
	if err != nil || slices.ContainsFunc(list, func(w Waiting) bool { return w.Path == path && w.Authority == authority }) {
		return err
	}
	return writeJSON(filepath.Join(v.dir, waitingAt), append(list, Waiting{path, authority, v.now().UTC()}))
}

// Waiting lists the bags that wait, the first one first.
func (v *Vault) Waiting() ([]Waiting, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.waiting()
}

// Waited ends the waiting of a bag for an authority.
func (v *Vault) Waited(path, authority string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	list, err := v.waiting()
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(w Waiting) bool { return w.Path == path && w.Authority == authority })
	return writeJSON(filepath.Join(v.dir, waitingAt), list)
}

// waiting reads the list.
func (v *Vault) waiting() ([]Waiting, error) {
	list := []Waiting{}
	err := readJSON(filepath.Join(v.dir, waitingAt), &list)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	return list, err
}
