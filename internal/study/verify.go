package study

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// A Check is what verifying came to.
type Check struct {
	// Files were checked, Mails and Rows were counted in them.
	Files, Mails, Rows int
	// Wrong names files that are not as they were written; Missing those that are not
	// there, Extra those that nobody wrote.
	Wrong, Missing, Extra []string
}

// OK says that nothing is amiss.
func (c *Check) OK() bool { return len(c.Wrong)+len(c.Missing)+len(c.Extra) == 0 }

// Verify checks a study, or a dataset of one: that each file is as it was written, and
// that the tables fit together.
func Verify(dir string) (Check, error) {
	if _, err := os.Stat(filepath.Join(dir, packageFile)); err == nil {
		return verifyDataset(dir)
	}
	s, err := Open(dir)
	if err != nil {
		return Check{}, err
	}
	defer s.Close()
	return s.verify()
}

// verify checks the parts of a study.
func (s *Study) verify() (Check, error) {
	var c Check
	parts, err := s.state.parts()
	if err != nil {
		return c, err
	}
	for _, p := range parts {
		at := filepath.Join(s.dir, partsDir, p.Name)
		whole := c.file(at+messagesEnd, p.MessagesSHA256) && c.file(at+observationsEnd, p.RowsSHA256)
		if !whole {
			continue
		}
		mails, rows, err := count(at+messagesEnd, at+observationsEnd)
		if err != nil || mails != p.Messages || rows != p.Rows {
			c.Wrong = append(c.Wrong, p.Name)
		}
		c.Mails, c.Rows = c.Mails+mails, c.Rows+rows
	}
	return c, nil
}

// file checks the hash of a file.
func (c *Check) file(path, want string) bool {
	c.Files++
	name := filepath.Base(path)
	got, err := hashFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.Missing = append(c.Missing, name)
	case err != nil || got != want:
		c.Wrong = append(c.Wrong, name)
	default:
		return true
	}
	return false
}

// hashFile is the SHA-256 of a file.
func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	s := sha256.New()
	if _, err := io.Copy(s, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(s.Sum(nil)), nil
}

// count reads two tables through and counts their rows.
func count(messages, observations string) (mails, rows int, err error) {
	c, err := openCursor(messages, observations)
	if err != nil {
		return 0, 0, err
	}
	defer c.close()
	for ; c.head != nil; err = c.advance() {
		if err != nil {
			return mails, rows, err
		}
		mails++
		rows += len(c.head.Observations)
	}
	if _, more, also := c.rows.next(); more || also != nil {
		return mails, rows, errors.Join(also, ErrDamaged)
	}
	return mails, rows, err
}

// readPackage reads datapackage.json.
func readPackage(dir string) (dataPackage, error) {
	var p dataPackage
	text, err := os.ReadFile(filepath.Join(dir, packageFile))
	if err != nil {
		return p, fmt.Errorf("reading the dataset: %w", err)
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("reading %s: %w", packageFile, errors.Join(ErrDamaged, err))
	}
	return p, nil
}

// verifyDataset checks the files of a dataset.
func verifyDataset(dir string) (Check, error) {
	var c Check
	p, err := readPackage(dir)
	if err != nil {
		return c, err
	}
	known := []string{packageFile}
	for _, r := range p.Resources {
		if !filepath.IsLocal(r.Path) {
			c.Wrong = append(c.Wrong, packageFile)
			continue
		}
		known = append(known, filepath.FromSlash(r.Path))
		if len(r.Hash) < 7 || !c.file(filepath.Join(dir, filepath.FromSlash(r.Path)), r.Hash[7:]) {
			continue
		}
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if name, _ := filepath.Rel(dir, path); !slices.Contains(known, name) {
			c.Extra = append(c.Extra, name)
		}
		return nil
	})
	if err != nil || len(c.Wrong)+len(c.Missing) > 0 {
		return c, err
	}
	if c.Mails, c.Rows, err = count(filepath.Join(dir, messagesParquet), filepath.Join(dir, observationsParquet)); err != nil {
		c.Wrong, err = append(c.Wrong, observationsParquet), nil
	}
	return c, err
}
