package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
)

// What can be wrong with a store. Errors wrap these and say where and what to
// do next.
var (
	// ErrFull is a disk without room.
	ErrFull = errors.New("store: the disk is full")
	// ErrBusy is a file that another program keeps to itself.
	ErrBusy = errors.New("store: another program holds it")
	// ErrDamaged is a file that is not as it was written.
	ErrDamaged = errors.New("store: the file is damaged")
	// ErrReadOnly is a file or directory that may not be written.
	ErrReadOnly = errors.New("store: it may not be written")
	// ErrNewer is a store that a later Unseen has changed.
	ErrNewer = errors.New("store: it was written by a newer Unseen")
	// ErrKey is a key file that is missing or another's.
	ErrKey = errors.New("store: the key does not fit")
)

// A LockedError says that another process has the store open.
type LockedError struct {
	// Path is the lock file.
	Path string
	// PID is the other process, 0 if it could not be read.
	PID int
}

// Error names the other process.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("another Unseen has it open (%s)", e.Path)
	}
	return fmt.Sprintf("another Unseen has it open: process %d (%s)", e.PID, e.Path)
}

// SQLite's primary result codes (sqlite.org/rescode.html).
const (
	codeBusy     = 5
	codeLocked   = 6
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// explain says what an error of the database means, where, and what next.
func (s *Store) explain(err error) error {
	if err == nil || s.known(err) {
		return err
	}
	file := s.path(fileName)
	var e *sqlite.Error
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return s.full(err)
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %s: give your user the right to write there: %w", ErrReadOnly, s.dir, err)
	case !errors.As(err, &e):
		return err
	}
	switch e.Code() & 0xff {
	case codeFull:
		return s.full(err)
	case codeBusy, codeLocked:
		return fmt.Errorf("%w: %s: end that program and try again: %w", ErrBusy, file, err)
	case codeCorrupt, codeNotADB:
		return fmt.Errorf("%w: %s: put a backup in its place, or move it away and start anew: %w",
			ErrDamaged, file, err)
	case codeReadOnly, codeCantOpen:
		return fmt.Errorf("%w: %s: give your user the right to write there: %w", ErrReadOnly, file, err)
	case codeIO:
		return fmt.Errorf("%s: the disk did not do as it was told: %w", file, err)
	}
	return fmt.Errorf("%s: %w", file, err)
}

func (s *Store) full(err error) error {
	return fmt.Errorf("%w: %s: make room there; what was stored is safe: %w", ErrFull, s.dir, err)
}

// known says that an error has been explained already.
func (s *Store) known(err error) bool {
	for _, e := range [...]error{ErrFull, ErrBusy, ErrDamaged, ErrReadOnly, ErrNewer, ErrKey} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// plain says that an error is not the database's own.
func (s *Store) plain(err error) bool {
	var e *sqlite.Error
	return !errors.As(err, &e)
}
