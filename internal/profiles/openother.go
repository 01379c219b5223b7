//go:build !unix

package profiles

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Open says whether a program has a profile open. It keeps parent.lock open
// without sharing it, so that nobody else can.
func Open(dir string) bool {
	f, err := os.OpenFile(filepath.Join(dir, "parent.lock"), os.O_RDWR, 0)
	if err == nil {
		f.Close()
		return false
	}
	return !errors.Is(err, fs.ErrNotExist)
}
