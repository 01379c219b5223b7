//go:build !linux

package command

import (
	"errors"
	"os"
)

// isTerminal says whether somebody types what is read, or sees what is written.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// hideTyping is not built for this system yet: a password comes from a pipe.
func hideTyping(*os.File) (restore func(), err error) {
	return nil, errors.ErrUnsupported
}
