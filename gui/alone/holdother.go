//go:build !unix

package alone

import (
	"errors"
	"io/fs"
	"os"
)

// hold takes a lock by a file that is there, and goes with its holder: a second one
// cannot remove what is open.
func hold(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errHeld
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}
