package lab

import (
	"io"
	"net"
	"testing"
)

// StartRelay starts a line to a server that does nothing but carry octets, as little
// as any relay can do, and returns the address of its near end. It ends with the test.
func StartRelay(t testing.TB, addr string) string {
	t.Helper()
	return startLine(t, addr, func(near, far net.Conn) {
		ahead := make(chan struct{})
		go func() {
			defer close(ahead)
			_, _ = io.Copy(far, near) // it ends when either side closes
			far.Close()
		}()
		_, _ = io.Copy(near, far)
		near.Close()
		<-ahead
	})
}
