package lab

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// StartSlowLine starts a line to a server that carries so many octets a second
// towards it, and any number back. It returns the address of its near end, and
// ends with the test.
func StartSlowLine(t testing.TB, addr string, perSecond int) string {
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
			lines.Go(func() { carrySlowly(near, addr, perSecond) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		lines.Wait()
	})
	return ln.Addr().String()
}

// carrySlowly carries one connection until either side closes it.
func carrySlowly(near net.Conn, addr string, perSecond int) {
	defer near.Close()
	far, err := net.Dial("tcp", addr)
	if err != nil {
		return // whoever dialled sees it closed
	}
	defer far.Close()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(near, far) // it ends when either side closes
		near.Close()
	}()
	const ticks = 50
	for {
		_, err := io.CopyN(far, near, int64(perSecond/ticks))
		if err != nil {
			break
		}
		time.Sleep(time.Second / ticks)
	}
	far.Close()
	<-back
}
