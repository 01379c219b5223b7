//go:build linux

package proxy

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	machine "github.com/unseen-mail/unseen/internal/lab"
)

// dialAs connects as another user does: a socket belongs to whose thread made it
// (setfsuid(2)).
func dialAs(t *testing.T, uid int, address string) net.Conn {
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

// Another user of this machine, who read the address of a page from the command line of
// the browser that opened it, is told nothing.
func TestPageOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		machine.Missing(t, "another user: that takes root")
	}
	d := &desk{}
	origin, session, _ := office(t, d)
	host := strings.TrimPrefix(origin, "http://")
	for _, test := range []struct {
		name, path string
		uid, want  int
	}{
		{"our own user, a page", session, 0, http.StatusOK},
		{"our own user, a link", linkPath + tokenLong, 0, http.StatusOK},
		{"another, a page", session, 65534, http.StatusForbidden},
		{"another, a link", linkPath + tokenLong, 65534, http.StatusForbidden},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := dialAs(t, test.uid, host)
			fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", test.path, host)
			got, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			if got.StatusCode != test.want {
				t.Errorf("answered %d, want %d", got.StatusCode, test.want)
			}
		})
	}
}
