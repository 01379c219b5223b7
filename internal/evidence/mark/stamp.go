package mark

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
)

// headText is what is stamped: one line of a log, by number and hash.
func headText(line int, hash string) []byte {
	return fmt.Appendf(nil, "SHA-256 of line %d of log.jsonl, without its line end: %s\n", line, hash)
}

// Stamping is what an authority is to be asked about: it learns a hash.
type Stamping struct {
	// Sender is whose log it is, Line the line that is stamped.
	Sender string
	Line   int
	// Request is what is sent (RFC 3161, section 2.4.1).
	Request []byte
	head    []byte
}

// Stamping makes the request for a time stamp of all that was done to the mails of a
// sender until now. Where nothing was since the last, it is [ErrNothing].
func (v *Vault) Stamping(sender string) (Stamping, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := Stamping{Sender: sender}
	due, err := v.due(sender)
	if err != nil {
		return s, err
	}
	if !due {
		return s, ErrNothing
	}
	log, err := v.log(sender)
	if err != nil {
		return s, err
	}
	hash, lines := log.Last()
	s.Line, s.head = lines, headText(lines, hash)
	if s.Request, err = bag.RequestOf(s.head); err != nil {
		return s, err
	}
	return s, nil
}

// Due says whether something was done that bears no time stamp yet.
func (v *Vault) Due(sender string) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.due(sender)
}

func (v *Vault) due(sender string) (bool, error) {
	if _, err := v.of(sender); err != nil {
		return false, err
	}
	deeds, err := v.deeds(sender)
	if err != nil {
		return false, err
	}
	for _, d := range slices.Backward(deeds) {
		switch d.What {
		case "stamped":
			return false, nil
		case "kept", "asked", "supplied", "written":
			return true, nil
		}
	}
	return false, nil
}

// Stamped keeps an authority's answer, after a check that it is of what was sent.
func (v *Vault) Stamped(s Stamping, answer []byte) (bag.Stamp, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	stamp, err := bag.CheckStamp(answer, s.head)
	if err != nil {
		return stamp, err
	}
	name := fmt.Sprintf("%s/%06d", stampsIn, s.Line)
	stamp.Path = name + ".tsr"
	dir := v.Dir(s.Sender)
	if err := errors.Join(writeWhole(filepath.Join(dir, name+".head"), s.head), writeWhole(filepath.Join(dir, name+".tsr"), answer)); err != nil {
		return stamp, err
	}
	detail := fmt.Sprintf("line %d, %s, by %s", s.Line, stamp.Time.Format(time.RFC3339), stamp.Authority)
	return stamp, v.note(s.Sender, custody.Deed{What: "stamped", Path: stamp.Path, Detail: detail})
}

// Stamps lists the time stamps of a sender's log, each checked against the line that it
// is of, in the order of the lines.
func Stamps(files fs.FS) ([]bag.Stamp, error) {
	names, err := fs.Glob(files, stampsIn+"/*.tsr")
	if err != nil || len(names) == 0 {
		return nil, err
	}
	text, err := fs.ReadFile(files, logAt)
	if err != nil {
		return nil, fmt.Errorf("reading the log of a mark: %w", err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	var list []bag.Stamp
	for _, name := range names {
		var line int
		if _, err := fmt.Sscanf(filepath.Base(name), "%d.tsr", &line); err != nil || line < 1 || line >= len(lines) {
			return nil, fmt.Errorf("%w: %s is of no line of the log", bag.ErrStamp, name)
		}
		answer, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading a time stamp: %w", err)
		}
		stamp, err := bag.CheckStamp(answer, headText(line, custody.Hash([]byte(strings.TrimSuffix(lines[line-1], "\n")))))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		stamp.Path = name
		list = append(list, stamp)
	}
	return list, nil
}

// Files are what is kept of a sender.
func (v *Vault) Files(sender string) fs.FS { return os.DirFS(v.Dir(sender)) }
