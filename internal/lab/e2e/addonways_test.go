package e2e_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// Unseen ends while a mail is open: nothing of what was released before is let through
// any more, and the line says what to do. When it is back, all is as before.
func TestAddOnWithoutUnseen(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{
		tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		tellTale("harbourbooks.example", "Lunch", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"),
	})
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Sync(t, 2)
	tb.Store(t)
	h.reached(t, tb)
	h.answer(t, "harbourbooks.example", "performance")
	time.Sleep(quiet)
	learned(h.house)
	hello, err := h.client.AddOnHello(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.stopUnseen()
	heard := listenThere(t, hello.DeadEnd, 9)
	h.tells(t, tb, func(told lab.Told) bool {
		return strings.Contains(told.Bar, "does not answer") && strings.Contains(told.Bar, "unseen run")
	})
	picture(t, tb, "down")
	for _, subject := range []string{"Lunch", "Five novels", "Lunch"} {
		tb.Open(t, subject)
	}
	nothing := learned(h.house)
	h.only(t, nothing, "while Unseen does not run")
	met, said := heard()
	if met == 0 {
		t.Error("nobody came to the ports that somebody else has taken")
	}
	if strings.Contains(said, "harbourbooks") || strings.Contains(said, "open.php") {
		t.Errorf("who takes the port is told %q", said)
	}
	h.startUnseen()
	h.reached(t, tb)
}

// listenThere is somebody else on ports of this machine, with a certificate of their own.
// What they are told, in the clear and within TLS, is returned.
func listenThere(t *testing.T, ports ...int) func() (met int, said string) {
	t.Helper()
	cfg := lab.NewAuthority(t).ServerConfig()
	var mu sync.Mutex
	var all bytes.Buffer
	var conns sync.WaitGroup
	var open []net.Listener
	t.Cleanup(func() {
		for _, ln := range open {
			ln.Close()
		}
		conns.Wait()
	})
	n := 0
	hear := func(c net.Conn) {
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		secure := tls.Server(tap{c, func(b []byte) { mu.Lock(); all.Write(b); mu.Unlock() }}, cfg)
		mu.Lock()
		n++
		mu.Unlock()
		b := make([]byte, 4096)
		read, _ := secure.Read(b)
		mu.Lock()
		all.Write(b[:read])
		mu.Unlock()
	}
	for _, port := range ports {
		ln, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			t.Fatal(err)
		}
		conns.Go(func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				conns.Go(func() { hear(c) })
			}
		})
		open = append(open, ln)
	}
	return func() (int, string) {
		mu.Lock()
		defer mu.Unlock()
		return n, all.String()
	}
}

// A tap tells what is read.
type tap struct {
	net.Conn
	tell func([]byte)
}

func (t tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	t.tell(b[:n])
	return n, err
}

// The same mail by the relay, with the add-on beside it: one line, one number, and no
// load is counted twice.
func TestAddOnBesideRelay(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")})
	ctx := context.Background()
	a, err := h.client.AddAccount(ctx, api.NewAccount{Address: reader, IMAP: endpoint(t, h.dovecot.Addr, "none"), SMTP: &api.Endpoint{Host: "localhost", Port: 9, TLS: "none"}, Unchecked: true})
	if err != nil {
		t.Fatal(err)
	}
	h.account = a
	// What is sent does not go through Unseen: the add-on alone takes its addresses out.
	h.sink = lab.StartSink(t, h.dovecot.Authority, nil)
	with := h.reader(lab.Login{Addr: h.imap(), User: login})
	with.SMTP = lab.Login{Addr: h.sink.Addr, User: login}
	tb := lab.StartThunderbird(t, with)
	tb.Sync(t, 1)
	shown := tb.Open(t, "Five novels")
	if !strings.Contains(shown.HTML, h.daemon.Origin()+"/p/") {
		t.Fatalf("nothing was replaced, so this test shows nothing:\n%s", shown.HTML)
	}
	h.tells(t, tb, func(told lab.Told) bool {
		return strings.Contains(told.Bar, "They were not told") && told.Badge == "6"
	})
	time.Sleep(quiet)
	if told := tb.Told(t); told.Bars != 1 || told.Badge != "6" {
		t.Errorf("it shows %+v", told)
	}
	picture(t, tb, "relay")
	st, err := h.client.Status(ctx)
	if err != nil || st.Mail.Messages != 1 || st.Today.Held == 0 || st.Today.Held > 6 {
		t.Errorf("counted %+v of %+v, %v", st.Today, st.Mail, err)
	}
	h.only(t, learned(h.house), "through the relay")
	composed := tb.Reply(t, "Five novels", "Which one made you miss your stop?")
	if !strings.Contains(composed, h.daemon.Origin()) {
		t.Errorf("the quoted mail names nothing of this machine, so this shows nothing:\n%s", composed)
	}
	if !lab.Until(20*time.Second, func() bool { return len(h.sink.Mail()) == 1 }) {
		t.Fatal("the answer did not arrive")
	}
	sent := readable(t, h.sink.Mail()[0].Data)
	for _, word := range []string{"127.0.0.1:", h.daemon.Origin(), "track/open.php"} {
		if strings.Contains(sent, word) {
			t.Errorf("the answer names %s:\n%s", word, sent)
		}
	}
	if !strings.Contains(sent, "Which one made you miss your stop?") || !strings.Contains(sent, "cover.png") {
		t.Errorf("the answer is not whole:\n%s", sent)
	}
}
