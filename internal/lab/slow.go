package lab

import (
	"io"
	"net"
	"testing"
	"time"
)

// StartSlowLine starts a line to a server that carries so many octets a second
// towards it, and any number back. It returns the address of its near end, and
// ends with the test.
func StartSlowLine(t testing.TB, addr string, perSecond int) string {
	t.Helper()
	return startLine(t, addr, func(near, far net.Conn) {
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
	})
}
