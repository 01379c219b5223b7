//go:build linux

package restore

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Holder names a program that has a file open that is a path or lies below it,
// among those that this user may look at (proc(5), fd); "" if none has. A dotlock
// beside an mbox file counts too.
func Holder(path string) string {
	if _, err := os.Lstat(path + ".lock"); err == nil {
		return filepath.Base(path) + ".lock"
	}
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	if path, err = filepath.Abs(path); err != nil {
		return ""
	}
	processes, _ := os.ReadDir("/proc") // none can be looked at, then
	for _, p := range processes {
		pid, err := strconv.Atoi(p.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		files, _ := os.ReadDir(filepath.Join("/proc", p.Name(), "fd")) // another user's
		for _, f := range files {
			open, err := os.Readlink(filepath.Join("/proc", p.Name(), "fd", f.Name()))
			if err == nil && (open == path || strings.HasPrefix(open, path+"/")) {
				return nameOf(p.Name())
			}
		}
	}
	return ""
}

// nameOf is the name of a process.
func nameOf(pid string) string {
	name, err := os.ReadFile(filepath.Join("/proc", pid, "comm"))
	if err != nil {
		return pid
	}
	return strings.TrimSpace(string(name))
}
