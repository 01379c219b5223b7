//go:build !linux

package command

import (
	"errors"
	"io"
	"os"
)

// isTerminal says whether somebody types what is read.
func isTerminal(in io.Reader) bool {
	f, ok := in.(*os.File)
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
