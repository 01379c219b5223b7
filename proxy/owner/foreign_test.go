//go:build linux

package owner

import (
	"net"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A program of another user is known for what it is.
func TestForeign(t *testing.T) {
	lab.NeedOtherUser(t)
	const nobody = 65534
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	lab.DialAs(t, nobody, ln.Addr().String())
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// This process is root, who asks for itself here.
	if uid, ok := uidOf(c); !ok || uid != nobody || !Foreign(c) {
		t.Errorf("user %d, %v, foreign %v", uid, ok, Foreign(c))
	}
}
