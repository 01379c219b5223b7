package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// deadEndTime is how long a program may take, and maxDeadEnds how many are refused at
	// a time.
	deadEndTime = 5 * time.Second
	maxDeadEnds = 256
	// accessDenied is an alert that ends TLS before it began, in a record of its own (RFC
	// 8446, sections 5.1 and 6).
	accessDenied = "\x15\x03\x03\x00\x02\x02\x31"
)

// A deadEnd refuses whatever is sent to it, at once: it is where an add-on sends the
// loads that are held. It is named as a proxy that is spoken with by TLS, and ends that
// before it began: the program says no address, neither to it nor to somebody else who
// takes its port when it has gone, for they have no certificate that is trusted.
type deadEnd struct {
	ln net.Listener
}

// openDeadEnd listens on a port that the system chooses. Without one, loads are sent
// to a port where nobody is.
func openDeadEnd(log *slog.Logger) *deadEnd {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		log.Warn("there is no port to refuse loads on", "err", err)
	}
	return &deadEnd{ln}
}

// port is where it listens, 0 if it does not.
func (e *deadEnd) port() int {
	if e.ln == nil {
		return 0
	}
	return e.ln.Addr().(*net.TCPAddr).Port
}

// serve refuses until ctx ends.
func (e *deadEnd) serve(ctx context.Context) error {
	if e.ln == nil {
		return nil
	}
	defer e.ln.Close()
	stop := context.AfterFunc(ctx, func() { e.ln.Close() })
	defer stop()
	var conns sync.WaitGroup
	defer conns.Wait()
	slots := make(chan struct{}, maxDeadEnds)
	for {
		c, err := e.ln.Accept()
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("refusing loads: %w", err)
		default:
			time.Sleep(again / 30) // too many open files, say: it passes
			continue
		}
		slots <- struct{}{}
		conns.Go(func() {
			defer func() { <-slots }()
			refuse(c)
		})
	}
}

// refuse ends what a program begins.
func refuse(c net.Conn) {
	defer c.Close()
	if c.SetDeadline(time.Now().Add(deadEndTime)) != nil {
		return
	}
	// What was not read would make the system reset the connection, and the program try
	// once more.
	var said [16 << 10]byte
	if _, err := c.Read(said[:]); err != nil {
		return
	}
	_, _ = c.Write([]byte(accessDenied)) // it goes away in any case
}

// refuseLoad answers that a load is not made, and that this is not to be kept: after a
// yes it is asked for again.
func refuseLoad(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusForbidden)
}
