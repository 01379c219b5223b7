//go:build !unix

package launch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Become runs another program in the place of this one, which has nothing more to do
// when it returns.
func Become(path string, args ...string) error {
	cmd := exec.Command(path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("starting %s: %w", filepath.Base(path), err)
	}
	return nil
}
