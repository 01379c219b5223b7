package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// ErrNotLoopback is returned for a listener that other machines can reach.
var ErrNotLoopback = errors.New("proxy: listener is not on loopback")

// checkLoopback says whether only this machine can reach an address.
func checkLoopback(a net.Addr) error {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("checking %s: %w", a, ErrNotLoopback)
	}
	return nil
}

// A limitListener hands out a limited number of connections at a time. The
// others wait in the system's queue.
type limitListener struct {
	net.Listener
	slots chan struct{}
	done  chan struct{}
	once  sync.Once
}

func newLimitListener(ln net.Listener, n int) *limitListener {
	return &limitListener{Listener: ln, slots: make(chan struct{}, n), done: make(chan struct{})}
}

// Accept waits for a free slot and then for a connection.
func (l *limitListener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &limitConn{Conn: c, free: sync.OnceFunc(func() { <-l.slots })}, nil
}

// Close ends the waiting too.
func (l *limitListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// A limitConn gives its slot back when it is closed, once.
type limitConn struct {
	net.Conn
	free func()
}

// Close closes the connection and frees its slot.
func (c *limitConn) Close() error {
	defer c.free()
	return c.Conn.Close()
}
