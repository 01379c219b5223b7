package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/unseen-mail/unseen/internal/lock"
)

// A RunningError says which process listens on the socket already. It is an
// [ErrRunning].
type RunningError struct {
	// PID is the process, 0 if it does not say.
	PID int
}

// Error returns the sentence for people.
func (e *RunningError) Error() string {
	if e.PID == 0 {
		return "Unseen is running already"
	}
	return fmt.Sprintf("Unseen is running already (process %d)", e.PID)
}

// Is makes it an [ErrRunning].
func (e *RunningError) Is(target error) bool { return target == ErrRunning }

// Listen opens the control socket at a path in a directory that only its owner
// may enter (the caller sees to that; one that others own or may write to is
// refused). A socket that a dead process left is
// replaced; a live one is a [RunningError]. Whoever comes with another user id
// is disconnected.
func Listen(path string) (net.Listener, error) {
	if err := checkDir(path); err != nil {
		return nil, err
	}
	held, err := lock.Take(path + ".lock")
	if errors.Is(err, lock.ErrTaken) {
		return nil, running(path)
	}
	if err != nil {
		return nil, fmt.Errorf("locking the control socket: %w", err)
	}
	ln, err := replace(path)
	if err != nil {
		held.Close()
		return nil, err
	}
	return &listener{UnixListener: ln, lock: held, uid: os.Getuid()}, nil
}

// replace takes a dead socket away and listens in its place.
func replace(path string) (*net.UnixListener, error) {
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		conn.Close()
		return nil, running(path)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSocket == 0 {
		return nil, fmt.Errorf("opening the control socket: %s is in the way and is no socket", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("removing a dead control socket: %w", err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("opening the control socket %s: %w", filepath.Base(path), err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		ln.Close()
		return nil, fmt.Errorf("closing the control socket to others: %w", err)
	}
	return ln, nil
}

// running asks who listens on a live socket.
func running(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s, err := NewClient(path).Status(ctx)
	if err != nil {
		return &RunningError{}
	}
	return &RunningError{PID: s.PID}
}

// listener lets in only its own user.
type listener struct {
	*net.UnixListener
	lock *os.File
	uid  int
}

// Accept returns the next connection of the same user.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		if uid, ok := peerUID(conn); !ok || uid == l.uid || uid == 0 {
			return conn, nil
		}
		conn.Close()
	}
}

// Close closes and removes the socket, and lets go of the lock.
func (l *listener) Close() error {
	err := l.UnixListener.Close()
	l.lock.Close()
	return err
}
