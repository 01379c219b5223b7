//go:build !unix

package trust

import (
	"errors"
	"io/fs"
	"os"
)

// locked says whether a program holds a file. It opens it for itself alone.
func locked(path string) (bool, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err != nil {
		return true, nil
	}
	return false, f.Close()
}
