package daemon_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
)

// startHolding starts Unseen with ports that the system holds for it.
func (h *house) startHolding(held map[int]net.Listener) {
	h.t.Helper()
	d, err := daemon.Start(context.Background(), daemon.Config{Paths: h.paths, Settings: h.settings, Lab: h.lab, Version: "test", Held: held})
	if err != nil {
		h.t.Fatal(err)
	}
	h.daemon, h.client = d, d.Client()
	h.t.Cleanup(func() { d.Close() })
}

// hold listens on ports, as the system does, and returns other handles of the same
// sockets, as it hands them over.
func hold(t *testing.T, ports ...int) (over func() map[int]net.Listener) {
	t.Helper()
	var files []*os.File
	for _, port := range ports {
		ln, err := net.Listen("tcp4", portAddr(port))
		if err != nil {
			t.Fatal(err)
		}
		file, err := ln.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		ln.Close()
		t.Cleanup(func() { file.Close() })
		files = append(files, file)
	}
	return func() map[int]net.Listener {
		all := make(map[int]net.Listener)
		for i, file := range files {
			ln, err := net.FileListener(file)
			if err != nil {
				t.Fatal(err)
			}
			all[ports[i]] = ln
		}
		return all
	}
}

// A mail program that connects before Unseen runs waits, and is greeted when it
// does: at its start, after it was away, and after the account was connected anew.
func TestHeldPorts(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", "<p>hello"))
	h.start()
	a := h.connect(nil)
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	over := hold(t, a.Local.IMAP, a.Local.IMAPS)
	greeted := func(when string) {
		t.Helper()
		conn, err := net.Dial("tcp", portAddr(a.Local.IMAP))
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		defer conn.Close()
		if h.client == nil {
			h.startHolding(over())
		}
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.HasPrefix(line, "* OK") {
			t.Errorf("%s: %q, %v", when, line, err)
		}
	}
	h.client = nil
	greeted("before the first start")
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	h.client = nil
	greeted("while it was away")
	if _, err := h.client.RemoveAccount(context.Background(), reader); err != nil {
		t.Fatal(err)
	}
	if again := h.connect(nil); again.Local.IMAP != a.Local.IMAP || again.Local.Problem != "" {
		t.Errorf("connected anew: %+v", again.Local)
	}
	greeted("connected anew")
}

// What stands in config.toml is taken over when it is asked for; what is wrong is
// not, and all stays as it was.
func TestReload(t *testing.T) {
	h := newHouse(t)
	h.start()
	level := func() string {
		st, err := h.client.Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return st.Level
	}
	for _, c := range []struct {
		text, level string
		wrong       bool
	}{{`level = "own"`, "own", false}, {`level = "none"`, "own", true}, {`level = "all"`, "all", false}} {
		if err := os.WriteFile(h.paths.Config, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := h.daemon.Reload(context.Background())
		var said *config.Error
		if errors.As(err, &said) != c.wrong || level() != c.level {
			t.Errorf("%s: level %s, %v", c.text, level(), err)
		}
	}
}
