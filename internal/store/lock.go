package store

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// lock takes the lock file for as long as it is open, and writes our number
// into it. The system lets go of it however the process ends, so a lock file
// that is lying about means nothing.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	taken, err := tryLock(f)
	switch {
	case err != nil:
		f.Close()
		return nil, fmt.Errorf("locking %s: %w", path, err)
	case taken:
		defer f.Close()
		return nil, &LockedError{Path: path, PID: readPID(f)}
	}
	// The number is for people only; the lock holds without it.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f, nil
}

// readPID reads what the holder of a lock wrote, 0 if nothing can be read.
func readPID(f *os.File) int {
	b := make([]byte, 20)
	n, _ := f.ReadAt(b, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}
