package bag

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
)

var (
	// ErrUnreached is an authority that did not answer: it can be asked again.
	ErrUnreached = errors.New("bag: the authority was not reached")
	// ErrNotWhole is a bag that is not as it was sealed.
	ErrNotWhole = errors.New("bag: not as it was sealed")
)

// An Asker has bags stamped by one authority.
type Asker struct {
	// Client is who asks, Authority the address that is asked.
	Client    *http.Client
	Authority string
	// Key signs what is added.
	Key ssh.Signer
}

// StampFile has a bag stamped that is a directory or a zip file, which is packed again.
// One that is not whole is not stamped. Nothing is changed before the answer was
// checked.
func (a Asker) StampFile(ctx context.Context, file string) (Stamp, error) {
	opened, err := Open(file)
	if err != nil {
		return Stamp{}, err
	}
	defer opened.Close()
	result, err := Verify(opened)
	if err == nil && !result.Whole() {
		err = ErrNotWhole
	}
	if err != nil {
		return Stamp{}, err
	}
	if opened.Dir != "" {
		return a.stamp(ctx, opened.Dir)
	}
	// Beside the file: there is room for what is packed again, and it is moved there.
	dir, err := os.MkdirTemp(filepath.Dir(file), ".stamp-*")
	if err != nil {
		return Stamp{}, fmt.Errorf("unpacking the bag: %w", err)
	}
	defer os.RemoveAll(dir)
	inner := filepath.Join(dir, "bag")
	if err := opened.Unpack(inner); err != nil {
		return Stamp{}, err
	}
	stamp, err := a.stamp(ctx, inner)
	if err != nil {
		return stamp, err
	}
	return stamp, Pack(inner, strings.TrimSuffix(filepath.Base(file), ".zip"), file)
}

// stamp asks about an unpacked bag and adds the answer.
func (a Asker) stamp(ctx context.Context, dir string) (Stamp, error) {
	request, err := StampRequest(dir)
	if err != nil {
		return Stamp{}, err
	}
	answer, err := AskStamp(ctx, a.Client, a.Authority, request)
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrUnreached, err)
	}
	return AddStamp(dir, answer, a.Key)
}
