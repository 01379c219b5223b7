//go:build unix

package restore

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file the owner of another, where it is not so already.
func keepOwner(path string, was fs.FileInfo) error {
	owner, ok := was.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == os.Getuid() && int(owner.Gid) == os.Getgid() {
		return nil
	}
	return os.Lchown(path, int(owner.Uid), int(owner.Gid))
}
