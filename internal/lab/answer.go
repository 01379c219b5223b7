package lab

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

// Answer starts a server that hands each connection to somebody, who need not close it,
// and returns its address. It ends with the test, when the last connection is over.
func Answer(t testing.TB, one func(c net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return // the test is over
			}
			conns.Go(func() {
				defer c.Close()
				one(c)
			})
		}
	})
	t.Cleanup(func() { ln.Close(); conns.Wait() })
	return ln.Addr().String()
}

// Farewell is what [Echo] says last.
const Farewell = "bye"

// Echo starts a server that answers each octet with itself, and the end with
// [Farewell].
func Echo(t testing.TB) string {
	return Answer(t, func(c net.Conn) {
		_, _ = io.Copy(c, c)               // whoever left early has not asked for more
		_, _ = io.WriteString(c, Farewell) // as above
	})
}

// ConnectProxy starts a network's own proxy, which knows CONNECT alone: where says
// where a request leads on this machine, "" for what is refused.
func ConnectProxy(t testing.TB, where func(q *http.Request) string) string {
	return Answer(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		q, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		to := where(q)
		if q.Method != http.MethodConnect || to == "" {
			fmt.Fprint(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
			return
		}
		far, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer far.Close()
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n")
		back := make(chan struct{})
		go func() {
			defer close(back)
			_, _ = io.Copy(far, r) // it ends when either side closes
			far.Close()
		}()
		_, _ = io.Copy(c, far) // as above
		c.Close()
		<-back
	})
}
