//go:build linux

package daemon_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// Another user of this machine is turned away at each port of an account, before a word of
// theirs is read; our own programs are served.
func TestPortsOfAnotherUser(t *testing.T) {
	lab.NeedOtherUser(t)
	h := newHouse(t, mailFrom("shop.example", "<p>hello"))
	h.start()
	a := h.connect(nil)
	first := func(c net.Conn) string {
		t.Helper()
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil && line == "" && err != io.EOF {
			return "cut"
		}
		return line
	}
	if got := first(lab.DialAs(t, 65534, portAddr(a.Local.IMAP))); !strings.HasPrefix(got, "* BYE ") {
		t.Errorf("IMAP says %q to another user", got)
	}
	// What speaks TLS first just ends.
	if got := first(lab.DialAs(t, 65534, portAddr(a.Local.IMAPS))); got != "" && got != "cut" {
		t.Errorf("IMAPS says %q to another user", got)
	}
	if a.Local.SMTP != 0 {
		if got := first(lab.DialAs(t, 65534, portAddr(a.Local.SMTP))); !strings.HasPrefix(got, "554 ") {
			t.Errorf("SMTP says %q to another user", got)
		}
	}
	if got := first(lab.DialAs(t, 0, portAddr(a.Local.IMAP))); !strings.HasPrefix(got, "* OK ") {
		t.Errorf("IMAP says %q to us", got)
	}
}
