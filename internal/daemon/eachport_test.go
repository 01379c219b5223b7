package daemon_test

import (
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
)

// There is a port for each way to begin: one that is plain until a program asks for TLS,
// or stays so, and one that is TLS from the start. What is plain at the latter is ended
// when it speaks, and not left to hang.
func TestEachPortSpeaks(t *testing.T) {
	h := newHouse(t)
	h.start()
	a := h.connect(nil)
	options := &imapclient.Options{TLSConfig: h.trust()}
	for name, dial := range map[string]func() (*imapclient.Client, error){
		"none":     func() (*imapclient.Client, error) { return imapclient.DialInsecure(portAddr(a.Local.IMAP), nil) },
		"STARTTLS": func() (*imapclient.Client, error) { return imapclient.DialStartTLS(portAddr(a.Local.IMAP), options) },
		"TLS":      func() (*imapclient.Client, error) { return imapclient.DialTLS(portAddr(a.Local.IMAPS), options) },
	} {
		c, err := dial()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := c.Login(user, password).Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		c.Close()
	}
	c, err := net.Dial("tcp", portAddr(a.Local.IMAPS))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte(strings.Repeat("a LOGIN anna guess\r\n", 4))); err != nil {
		t.Fatal(err)
	}
	// It returns when the connection is ended; go test's own limit is that of this wait.
	got := make([]byte, 64)
	for n, err := c.Read(got); err == nil; n, err = c.Read(got) {
		if strings.Contains(string(got[:n]), "* OK") {
			t.Errorf("greeted in the clear: %q", got[:n])
		}
	}
}
