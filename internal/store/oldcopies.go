package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// CopyDays is how long the store is kept as it was before an update changed its form.
// Whoever wants to go back to the program before does so within days; a copy that stays
// for ever would be a diary that does not grow old.
const CopyDays = 30

// oldCopies are the copies that were made before migrations.
func (s *Store) oldCopies() ([]string, error) {
	return filepath.Glob(s.path("unseen-before-form-*.db"))
}

// PruneCopies removes copies from before migrations that were made before a time, and
// says how many.
func (s *Store) PruneCopies(before time.Time) (int, error) {
	names, err := s.oldCopies()
	errs, n := []error{err}, 0
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || !info.ModTime().Before(before) {
			errs = append(errs, notMissing(err))
			continue
		}
		for _, beside := range []string{"-wal", "-shm", "-journal"} {
			errs = append(errs, notMissing(os.Remove(name+beside)))
		}
		if err := os.Remove(name); err != nil {
			errs = append(errs, notMissing(err))
			continue
		}
		n++
	}
	if err := errors.Join(errs...); err != nil {
		return n, fmt.Errorf("removing old copies of the store: %w", err)
	}
	return n, nil
}

// notMissing is an error that is not about a file that is not there.
func notMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// keepingAge does something to a copy, which is as old as before afterwards: what is
// taken out of it must not make it stay longer.
func keepingAge(path string, do func() error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return errors.Join(do(), os.Chtimes(path, time.Time{}, info.ModTime()))
}
