package lab

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// A Meter is a line to a server that counts what the server says.
type Meter struct {
	// Addr is its near end.
	Addr string

	said atomic.Int64
}

// StartMeter starts a line to a server, which ends with the test.
func StartMeter(t testing.TB, addr string) *Meter {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &Meter{Addr: ln.Addr().String()}
	var lines sync.WaitGroup
	lines.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return // the test is over
			}
			lines.Go(func() { m.carry(near, addr) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		lines.Wait()
	})
	return m
}

// Said is how many octets the server has said so far.
func (m *Meter) Said() int64 { return m.said.Load() }

// carry carries one connection until either side closes it.
func (m *Meter) carry(near net.Conn, addr string) {
	defer near.Close()
	far, err := net.Dial("tcp", addr)
	if err != nil {
		return // whoever dialled sees it closed
	}
	defer far.Close()
	ahead := make(chan struct{})
	go func() {
		defer close(ahead)
		_, _ = io.Copy(far, near) // it ends when either side closes
		far.Close()
	}()
	_, _ = io.Copy(counting{near, &m.said}, far)
	near.Close()
	<-ahead
}

type counting struct {
	io.Writer
	n *atomic.Int64
}

func (c counting) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n.Add(int64(n))
	return n, err
}
