// Package lock lets one process at a time have a file.
//
// The system lets go of a lock however its holder ends, so a lock file that is lying
// about means nothing. Links are not followed where the system can tell. The file is
// for its owner alone, and what stands in it is the caller's.
package lock

import (
	"errors"
	"fmt"
	"os"
)

// ErrTaken is a lock that another process has, or another part of this one.
var ErrTaken = errors.New("lock: taken")

// Take takes the lock of a file for as long as the file is open, and makes the file
// where there is none. It does not wait: a lock that is taken is [ErrTaken].
func Take(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|noFollow, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	if err := try(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return f, nil
}
