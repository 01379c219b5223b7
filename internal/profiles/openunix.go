//go:build unix

package profiles

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Open says whether a program has a profile open. It holds a lock on a file of
// the profile as long as it runs (fcntl(2)), and names itself in a link beside it,
// which stays where it was killed.
func Open(dir string) bool {
	for _, name := range []string{".parentlock", "parent.lock"} {
		if locked(filepath.Join(dir, name)) {
			return true
		}
	}
	target, err := os.Readlink(filepath.Join(dir, "lock"))
	if err != nil {
		return false
	}
	_, number, ok := strings.Cut(target, "+")
	pid, err := strconv.Atoi(number)
	if !ok || err != nil {
		return false
	}
	// A number may be another program's by now: then there is no lock on the
	// file, unless the profile lies where locks do not work.
	return syscall.Kill(pid, 0) == nil && isProgram(pid)
}

// isProgram says whether a process is one that keeps profiles, as far as the system tells;
// one that cannot be asked may be.
func isProgram(pid int) bool {
	name, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	text := strings.ToLower(string(name))
	return err != nil || slices.ContainsFunc([]string{"thunderbird", "betterbird", "firefox"}, func(p string) bool { return strings.Contains(text, p) })
}

// locked says whether somebody holds a lock on a file.
func locked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist) // what cannot be looked at is not touched
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	return unix.FcntlFlock(f.Fd(), unix.F_GETLK, &lock) == nil && lock.Type != unix.F_UNLCK
}
