package daemon_test

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/keyring"
)

// A password that was mistyped is the provider's to refuse: the account stays, its ports
// and its mail do, the right one is taken at once, and neither is written anywhere.
func TestWrongPassword(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", "<p>hello"))
	h.start()
	a := h.connect(nil)
	const typo = "letmein-mistyped"
	for range 3 {
		c, err := imapclient.DialTLS(portAddr(a.Local.IMAPS), &imapclient.Options{TLSConfig: h.trust()})
		if err != nil {
			t.Fatal(err)
		}
		if c.Login(user, typo).Wait() == nil {
			t.Error("a wrong password was taken")
		}
		// The same connection goes on with the right one.
		if err := c.Login(user, password).Wait(); err != nil {
			t.Error(err)
		}
		c.Close()
	}
	if len(h.fetch(a, "INBOX")) != 1 {
		t.Error("the mail is gone")
	}
	h.restart()
	if again := h.account(); again.Address != a.Address || again.Local.IMAP != a.Local.IMAP || len(h.fetch(again, "INBOX")) != 1 {
		t.Errorf("after a restart: %+v", again)
	}
	err := filepath.WalkDir(h.paths.Data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(password)) {
			t.Errorf("%s holds a password", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Unseen listens on 127.0.0.1, and a program that tries all addresses of "localhost" is
// greeted too.
func TestLocalhost(t *testing.T) {
	h := newHouse(t)
	h.start()
	a := h.connect(anywhere)
	for _, port := range []int{a.Local.IMAP, a.Local.IMAPS, a.Local.SMTP} {
		number := portAddr(port)
		if host, _, _ := net.SplitHostPort(number); host != "127.0.0.1" {
			t.Fatalf("the test asks %s", host)
		}
		for _, address := range []string{number, strings.Replace(number, "127.0.0.1", "localhost", 1)} {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Errorf("%s: %v", address, err)
				continue
			}
			c.Close()
		}
	}
	if !strings.HasPrefix(h.daemon.Origin(), "http://127.0.0.1:") {
		t.Errorf("pictures lead to %s", h.daemon.Origin())
	}
}

// A keyring that hangs holds nobody up: Unseen starts, serves and stops without asking
// for one. The control asks it, and waits until it has had enough.
func TestNoKeyringAtStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bus")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Skip("there are no Unix sockets here")
	}
	var asked atomic.Int64
	first := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		var open []net.Conn
		for {
			c, err := ln.Accept()
			if err != nil {
				for _, c := range open {
					c.Close()
				}
				return
			}
			open = append(open, c) // and nothing is ever said
			if asked.Add(1) == 1 {
				close(first)
			}
		}
	}()
	defer func() { ln.Close(); <-done }()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+path)

	h := newHouse(t, mailFrom("shop.example", "<p>hello"))
	h.start()
	if len(h.fetch(h.connect(nil), "INBOX")) != 1 {
		t.Error("no mail came through")
	}
	h.restart()
	if len(h.fetch(h.account(), "INBOX")) != 1 {
		t.Error("no mail came through after a restart")
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the keyring was asked for %d times", n)
	}

	ctx, enough := context.WithCancel(t.Context())
	go func() { <-first; enough() }()
	if _, err := keyring.Get(ctx, keyring.Password, reader); err == nil || asked.Load() == 0 {
		t.Errorf("the control: %v, asked %d times", err, asked.Load())
	}
}
