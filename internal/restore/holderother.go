//go:build !linux

package restore

import (
	"os"
	"path/filepath"
)

// Holder names a dotlock beside an mbox file; this system does not tell which
// program has a file open.
func Holder(path string) string {
	if _, err := os.Lstat(path + ".lock"); err == nil {
		return filepath.Base(path) + ".lock"
	}
	return ""
}
