package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// openDir makes the data directory and puts the permissions in it right.
func (s *Store) openDir() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return s.explain(fmt.Errorf("making data directory: %w", err))
	}
	if err := s.private(s.dir, 0o700); err != nil {
		return err
	}
	names := [...]string{fileName, fileName + "-wal", fileName + "-shm", keyName, lockName}
	for _, name := range names {
		if err := s.private(s.path(name), 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	// SQLite gives its other files the permissions of the first.
	f, err := os.OpenFile(s.path(fileName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return s.explain(err)
	}
	return f.Close()
}

// private takes away what others may do with a file, and says so.
func (s *Store) private(path string, want fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if runtime.GOOS == "windows" || info.Mode().Perm()&^want == 0 {
		return nil // on Windows the profile's access list keeps others out
	}
	if err := os.Chmod(path, want); err != nil {
		return fmt.Errorf("%s can be read by others, and that cannot be changed: %w", path, err)
	}
	if s.opt.Repaired != nil {
		s.opt.Repaired(path)
		return nil
	}
	s.log.Warn("others could read a file of the store; its permissions were put right",
		"was", info.Mode().Perm().String(), "is", want.String())
	return nil
}

// syncDir makes names in a directory durable.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be opened for that there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
