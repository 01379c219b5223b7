package soak_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/lab"
)

// reads everything through Unseen, again and again, until it goes or the time is over.
func (w *world) comesBack(t *testing.T) {
	t.Helper()
	var last error
	if !lab.Until(time.Minute, func() bool {
		mails, err := w.fetch(t.Context(), 0)
		last = err
		return err == nil && len(mails) == w.n
	}) {
		t.Fatalf("mail cannot be read a minute later: %v", last)
	}
}

// closed is a mail program that waits in IDLE, and whether its connection ended.
func (w *world) idles(t *testing.T) (closed <-chan error) {
	t.Helper()
	c, _, err := w.dial()
	if err != nil {
		t.Fatal(err)
	}
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		defer c.Close()
		done <- idle.Wait()
	}()
	t.Cleanup(func() { c.Close() })
	return done
}

// A laptop sleeps: for a while nothing runs, and when it wakes the connections are
// gone. A mail program that waited is told so, and everybody reads on.
func TestSleep(t *testing.T) {
	lab.Need(t, "dovecot")
	w := newWorld(t, 1)
	waiting := w.idles(t)
	process := w.now.cmd.Process
	if err := process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	w.line.cut()
	time.Sleep(2 * time.Second)
	if err := process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-waiting:
	case <-time.After(time.Minute):
		t.Error("a mail program that waited was not told that its server has gone")
	}
	w.comesBack(t)
	w.whole(t)
	w.now.ends(t)
}

// The network goes and comes back: meanwhile a mail program is told in words that the
// server cannot be reached, and nothing of what was held gets out.
func TestNetworkGone(t *testing.T) {
	lab.Need(t, "dovecot")
	w := newWorld(t, 1)
	w.round(t)
	address := w.line.to
	w.line.goTo("127.0.0.1:1") // nobody listens there
	w.line.cut()
	if said := w.refused(t); !strings.Contains(said, "mail server") {
		t.Errorf("a mail program is told %q", said)
	}
	w.line.goTo(address)
	w.comesBack(t)
	w.now.ends(t)
	if n := w.judge(); n > 0 {
		t.Errorf("trackers were asked %d times", n)
	}
}

// The server shows a certificate that nobody vouches for: no password goes there, the
// mail program is told why, and with the right one it goes on.
func TestOtherCertificate(t *testing.T) {
	lab.Need(t, "dovecot")
	w := newWorld(t, 1)
	address := w.line.to
	w.line.goTo(w.tracker.TLSAddr) // its certificate is another authority's
	w.line.cut()
	if said := w.refused(t); !strings.Contains(said, "certificate") {
		t.Errorf("a mail program is told %q", said)
	}
	if n := len(w.tracker.Hits()); n > 0 {
		t.Errorf("whoever showed that certificate was told something, %d times", n)
	}
	w.line.goTo(address)
	w.comesBack(t)
	w.now.ends(t)
}

// refused is what a mail program is told that wants to log in.
func (w *world) refused(t *testing.T) string {
	t.Helper()
	return refusedAt(t, w.imap)
}

// refusedAt is refused for another account's port. It may run beside the test.
func refusedAt(t *testing.T, address string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return ""
	}
	c := imapclient.New(conn, nil)
	defer c.Close()
	stop := context.AfterFunc(t.Context(), func() { c.Close() })
	defer stop()
	err = c.WaitGreeting()
	if err == nil {
		err = c.Login("anna", lab.Password).Wait()
	}
	if err == nil {
		t.Error("the login went well")
		return ""
	}
	return err.Error()
}

// The server is there by IPv6 alone.
func TestIPv6Only(t *testing.T) {
	lab.Need(t, "dovecot")
	if ln, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		lab.Missing(t, "this machine has no IPv6")
	} else {
		ln.Close()
	}
	w := newWorldBy(t, 1, "[::1]:0")
	w.round(t)
	w.whole(t)
	w.now.ends(t)
}
