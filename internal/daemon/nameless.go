package daemon

import (
	"errors"
	"io/fs"
	"net"
	"os"

	"github.com/unseen-mail/unseen/internal/api"
)

// nameless is what went wrong without whom it was about: no host, no address and no path,
// which are called by what they hold. It is for the log.
func nameless(err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *api.Error:
		return errors.New("refused: " + string(e.Code)) // its text is for the reader, and names
	case *net.DNSError:
		return errors.New(e.Err)
	case *net.AddrError:
		return errors.New(e.Err)
	case *fs.PathError:
		return errors.Join(errors.New(e.Op), nameless(e.Err))
	case *os.SyscallError:
		return e
	case interface{ Unwrap() []error }:
		var all []error
		for _, one := range e.Unwrap() {
			all = append(all, nameless(one))
		}
		return errors.Join(all...)
	case interface{ Unwrap() error }:
		// What stands around it may name what it was done to.
		if inner := e.Unwrap(); inner != nil {
			return nameless(inner)
		}
	}
	return err
}
