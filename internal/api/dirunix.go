//go:build unix

package api

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// checkDir says what is wrong with the directory of a socket. Who else may write
// there, or owns it, could put a socket of their own in its place, and be told
// passwords.
func checkDir(path string) error {
	dir := filepath.Dir(path)
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("looking at the directory of the control socket: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return fmt.Errorf("looking at %s: it is not a directory", dir)
	case ok && int(stat.Uid) != os.Getuid():
		return fmt.Errorf("looking at %s: it is another user's", dir)
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("looking at %s: others may write there", dir)
	}
	return nil
}
