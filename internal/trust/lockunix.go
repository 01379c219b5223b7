//go:build unix

package trust

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// locked says whether a program holds a lock on a file. A file alone says nothing: it
// stays behind when the program ends.
func locked(path string) (bool, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart}
	if err := unix.FcntlFlock(f.Fd(), unix.F_GETLK, &lock); err != nil {
		return false, err
	}
	return lock.Type != unix.F_UNLCK, nil
}
