package mark

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/evidence/custody"
)

// Names of what stands in the directory of a sender.
const (
	markAt     = "mark.json"
	logAt      = "log.jsonl"
	lettersAt  = "letters.json"
	mailsIn    = "mails"
	keysIn     = "keys"
	suppliedIn = "supplied"
	stampsIn   = "stamps"
)

// A Vault keeps the marks of one reader in a directory. Only one process may write
// to it, which is the daemon; any of the reader's may look.
type Vault struct {
	dir string
	now func() time.Time

	mu sync.Mutex // guards what is on disk, and what follows
	// octets is how many all kept mails have, -1 before they were counted.
	octets int64
	logs   map[string]*custody.Log
}

// New returns the vault at a path. It reads and makes nothing.
func New(dir string, now func() time.Time) *Vault {
	return &Vault{dir: dir, now: now, octets: -1, logs: make(map[string]*custody.Log)}
}

// Dir is where what is kept of a sender lies, whether it is there or not.
func (v *Vault) Dir(sender string) string {
	sender = strings.ToLower(sender)
	sum := sha256.Sum256([]byte(sender))
	return filepath.Join(v.dir, plain(sender, 40)+"-"+hex.EncodeToString(sum[:4]))
}

// plain leaves of a name what every file system takes.
func plain(name string, most int) string {
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
	return strings.TrimLeft(out[max(0, len(out)-most):], ".")
}

// Marks lists all marks, by sender.
func (v *Vault) Marks() ([]Mark, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	entries, err := os.ReadDir(v.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing marks: %w", err)
	}
	var list []Mark
	for _, e := range entries {
		var m Mark
		err := readJSON(filepath.Join(v.dir, e.Name(), markAt), &m)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Mark) int { return strings.Compare(a.Sender, b.Sender) })
	return list, nil
}

// Of returns the mark of a sender.
func (v *Vault) Of(sender string) (Mark, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.of(sender)
}

func (v *Vault) of(sender string) (Mark, error) {
	var m Mark
	err := readJSON(filepath.Join(v.Dir(sender), markAt), &m)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%w: %s", ErrUnmarked, sender)
	}
	return m, err
}

// Put makes a mark, or changes one. What says what it is to be kept for is in the log.
func (v *Vault) Put(m Mark) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	m.V, m.Sender = 1, strings.ToLower(m.Sender)
	if err := os.MkdirAll(filepath.Join(v.Dir(m.Sender), mailsIn), 0o700); err != nil {
		return fmt.Errorf("marking: %w", err)
	}
	detail := "the mails that were named"
	if m.All {
		detail = "all mails until " + m.Until.UTC().Format(time.DateOnly)
	}
	if m.Keys {
		detail += "; keys of signatures may be asked for"
	}
	if m.Authority != "" {
		detail += "; time stamps of " + m.Authority
	}
	if err := v.note(m.Sender, custody.Deed{What: "marked", Detail: detail}); err != nil {
		return err
	}
	return writeJSON(filepath.Join(v.Dir(m.Sender), markAt), m)
}

// End ends a mark: nothing more is kept, and what was kept stays.
func (v *Vault) End(sender string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	m, err := v.of(sender)
	if err != nil {
		return err
	}
	if m.Until.After(v.now()) {
		m.Until = v.now().UTC()
	}
	m.All, m.Messages, m.Keys, m.Authority = false, nil, false, ""
	if err := v.note(m.Sender, custody.Deed{What: "unmarked"}); err != nil {
		return err
	}
	return writeJSON(filepath.Join(v.Dir(m.Sender), markAt), m)
}

// Destroy takes away all that is kept of a sender, with its mark.
func (v *Vault) Destroy(sender string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, err := v.of(sender); err != nil {
		return err
	}
	delete(v.logs, v.Dir(sender))
	v.octets = -1
	if err := os.RemoveAll(v.Dir(sender)); err != nil {
		return fmt.Errorf("destroying what was kept: %w", err)
	}
	return nil
}

// note writes a line of a sender's log.
func (v *Vault) note(sender string, d custody.Deed) error {
	log, err := v.log(sender)
	if err != nil {
		return err
	}
	return log.Add(d)
}

// log opens the log of a sender, once.
func (v *Vault) log(sender string) (*custody.Log, error) {
	dir := v.Dir(sender)
	if log := v.logs[dir]; log != nil {
		return log, nil
	}
	log, err := custody.Open(filepath.Join(dir, logAt), v.now)
	if err == nil {
		v.logs[dir] = log
	}
	return log, err
}

// readJSON reads a file; one that is not there is [fs.ErrNotExist].
func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading what was kept: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading %s: %w", filepath.Base(path), err)
	}
	return nil
}

// writeJSON writes a file whole.
func writeJSON(path string, content any) error {
	text, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return writeWhole(path, append(text, '\n'))
}

// writeWhole writes a file beside its place and moves it there when it is on disk.
func writeWhole(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}
