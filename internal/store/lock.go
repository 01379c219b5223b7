package store

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/internal/lock"
)

// lockStore takes the lock file for as long as it is open, and writes our number
// into it. The system lets go of it however the process ends, so a lock file
// that is lying about means nothing.
func lockStore(path string) (*os.File, error) {
	f, err := lock.Take(path)
	if errors.Is(err, lock.ErrTaken) {
		return nil, &LockedError{Path: path, PID: holder(path)}
	}
	if err != nil {
		return nil, err
	}
	// The number is for people only; the lock holds without it.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f, nil
}

// holder reads what the holder of a lock wrote, 0 if nothing can be read.
func holder(path string) int {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	b := make([]byte, 20)
	n, _ := f.ReadAt(b, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}
