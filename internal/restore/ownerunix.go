//go:build unix

package restore

import (
	"io/fs"
	"os"
	"syscall"
)

// noFollow refuses a link, and does not wait for whoever writes to a pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// keepOwner gives a file the owner of another, where it is not so already. It is given
// the file and not its name, under which another may lie by now.
func keepOwner(f *os.File, was fs.FileInfo) error {
	owner, ok := was.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == os.Getuid() && int(owner.Gid) == os.Getgid() {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}
