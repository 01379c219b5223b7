//go:build unix

package launch

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Become makes this process another program, with the same environment, input and
// output. It returns only if it cannot.
func Become(path string, args ...string) error {
	if err := syscall.Exec(path, append([]string{path}, args...), os.Environ()); err != nil {
		return fmt.Errorf("starting %s: %w", filepath.Base(path), err)
	}
	return nil
}
