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
	m := &Meter{}
	m.Addr = startLine(t, addr, func(near, far net.Conn) {
		ahead := make(chan struct{})
		go func() {
			defer close(ahead)
			_, _ = io.Copy(far, near) // it ends when either side closes
			far.Close()
		}()
		_, _ = io.Copy(counting{near, &m.said}, far)
		near.Close()
		<-ahead
	})
	return m
}

// Said is how many octets the server has said so far.
func (m *Meter) Said() int64 { return m.said.Load() }

// startLine starts a line to a server, which ends with the test, and returns the
// address of its near end. Carry carries one connection until either side closes it.
func startLine(t testing.TB, addr string, carry func(near, far net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var lines sync.WaitGroup
	lines.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return // the test is over
			}
			lines.Go(func() {
				defer near.Close()
				far, err := net.Dial("tcp", addr)
				if err != nil {
					return // whoever dialled sees it closed
				}
				defer far.Close()
				carry(near, far)
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		lines.Wait()
	})
	return ln.Addr().String()
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
