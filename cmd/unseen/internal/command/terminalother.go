//go:build !linux

package command

import (
	"errors"
	"os"
)

// hideTyping is not built for this system yet: a password comes from a pipe.
func hideTyping(*os.File) (restore func(), err error) {
	return nil, errors.ErrUnsupported
}
