package command

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// A surroundings is what a bundle says of the computer, and of Unseen in numbers. No
// address, name, sender, subject or host of the reader has a field in it.
type surroundings struct {
	Version  string    `json:"version"`
	Go       string    `json:"go"`
	System   string    `json:"system"`
	Machine  string    `json:"machine"`
	Cores    int       `json:"cores"`
	When     time.Time `json:"when"`
	Since    time.Time `json:"since,omitzero"`
	Language string    `json:"language"`
	Accounts int       `json:"accounts"`
	Pictures string    `json:"pictures,omitempty"`
	Level    string    `json:"level,omitempty"`
	Edition  string    `json:"edition,omitempty"`
	// Today and Mail count.
	Today api.Counts `json:"today"`
	Mail  api.Mail   `json:"mail"`
	// Files are those of the data directory that are Unseen's own, with their sizes in
	// octets.
	Files map[string]int64 `json:"files"`
	// Modules are what the program was built of.
	Modules map[string]string `json:"modules"`
}

// bundle writes what others need who help: what the doctor found, redacted as it is
// printed, and numbers. It is written for the reader to send or not; nothing is sent.
func (d *doctor) bundle(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return d.fault(err, words.BundleWriting, words.BundleWritingHint, "path", path, "what", bareText(err))
	}
	z := zip.NewWriter(f)
	for _, one := range []struct {
		name  string
		value any
	}{{"doctor.json", d.list}, {"about.json", d.about()}} {
		w, made := z.Create(one.name)
		if made == nil {
			enc := json.NewEncoder(w)
			enc.SetIndent("", "  ")
			made = enc.Encode(one.value)
		}
		err = errors.Join(err, made)
	}
	if err = errors.Join(err, z.Close(), f.Close()); err != nil {
		os.Remove(path)
		return d.fault(err, words.BundleWriting, words.BundleWritingHint, "path", path, "what", bareText(err))
	}
	fmt.Fprintln(d.Err, "unseen: "+d.words.Say(words.BundleWritten, "path", path))
	return nil
}

// about gathers the numbers.
func (d *doctor) about() surroundings {
	a := surroundings{
		Version: version(), Go: runtime.Version(), System: runtime.GOOS, Machine: runtime.GOARCH, Cores: runtime.NumCPU(),
		When: time.Now().UTC().Truncate(time.Second), Since: d.status.Since.UTC(), Language: d.words.Lang(),
		Accounts: len(d.status.Accounts), Pictures: d.status.Pictures, Level: d.status.Level, Edition: d.status.Edition,
		Today: d.status.Today, Mail: d.status.Mail, Files: map[string]int64{}, Modules: map[string]string{},
	}
	// Names of our own: what else lies there is the reader's.
	for _, name := range []string{"unseen.db", "unseen.db-wal", "key", "setup/setup.json"} {
		if info, err := os.Stat(filepath.Join(d.paths.Data, filepath.FromSlash(name))); err == nil {
			a.Files[name] = info.Size()
		}
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			a.Modules[m.Path] = m.Version
		}
	}
	return a
}
