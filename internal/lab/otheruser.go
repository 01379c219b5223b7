//go:build linux

package lab

import (
	"net"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// NeedOtherUser skips the test where it cannot become another user.
func NeedOtherUser(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		Missing(t, "another user: that takes root")
	}
}

// DialAs connects as another user does: a socket belongs to whose thread made it
// (setfsuid(2)).
func DialAs(t testing.TB, uid int, address string) net.Conn {
	t.Helper()
	var c net.Conn
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // the thread ends with the goroutine
		if _, err = unix.SetfsuidRetUid(uid); err == nil {
			c, err = net.Dial("tcp", address)
		}
	}()
	<-done
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}
