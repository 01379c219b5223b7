// Package alone sees to it that one process of a kind shows itself to a reader: a
// second one tells the first what it was started for, and ends.
//
// The first holds a Unix socket in the reader's runtime directory, which nobody else
// may enter. What is said over it is one line; there is no answer but that it was
// taken.
package alone

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/lock"
)

// patience is how long somebody who comes may take to say a line.
const patience = time.Second

// A Place is held by the first.
type Place struct {
	ln   net.Listener
	lock *os.File
	work sync.WaitGroup
}

// Take takes the place of a kind, such as "window", in a runtime directory. If
// somebody holds it already they are told a line, and the place is nil.
func Take(dir, kind, line string) (*Place, error) {
	if err := config.MakePrivate(dir); err != nil {
		return nil, fmt.Errorf("making the runtime directory: %w", err)
	}
	path := filepath.Join(dir, kind+".sock")
	held, err := lock.Take(path + ".lock")
	if errors.Is(err, lock.ErrTaken) {
		return nil, tell(path, line)
	}
	if err != nil {
		return nil, fmt.Errorf("taking the place of the %s: %w", kind, err)
	}
	// Who holds the lock owns the socket: what lies there is of somebody dead.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		held.Close()
		return nil, fmt.Errorf("removing a dead socket: %w", err)
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		held.Close()
		return nil, fmt.Errorf("taking the place of the %s: %w", kind, err)
	}
	return &Place{ln: ln, lock: held}, nil
}

// tell says a line to whoever holds a place.
func tell(path, line string) error {
	conn, err := net.DialTimeout("unix", path, patience)
	if err != nil {
		return fmt.Errorf("telling the one that runs: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return fmt.Errorf("telling the one that runs: %w", err)
	}
	if _, err := fmt.Fprintln(conn, strings.ReplaceAll(line, "\n", " ")); err != nil {
		return fmt.Errorf("telling the one that runs: %w", err)
	}
	if _, err := bufio.NewReader(conn).ReadByte(); err != nil {
		return fmt.Errorf("telling the one that runs: %w", err)
	}
	return nil
}

// Serve hands on each line that others say, until ctx ends.
func (p *Place) Serve(ctx context.Context, said func(line string)) {
	stop := context.AfterFunc(ctx, func() { p.ln.Close() })
	defer stop()
	defer p.work.Wait()
	for {
		conn, err := p.ln.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() {
			defer conn.Close()
			if conn.SetDeadline(time.Now().Add(patience)) != nil {
				return
			}
			in := bufio.NewReaderSize(conn, 256)
			line, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			said(strings.TrimSpace(string(line)))
			_, _ = conn.Write([]byte{'\n'}) // to somebody who has gone, perhaps
		})
	}
}

// Close lets go of the place.
func (p *Place) Close() error {
	err := p.ln.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, p.lock.Close())
}
