package socks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/proxy"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/proxy/socks"
)

// serve starts a server and returns where it listens.
func serve(t testing.TB, cfg socks.Config) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- socks.New(cfg).Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return ln.Addr().String()
}

// client is somebody else's SOCKS5.
func client(t testing.TB, at string) proxy.Dialer {
	t.Helper()
	d, err := proxy.SOCKS5("tcp", at, nil, proxy.Direct)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What is not claimed passes as it is, both ways, half-closed ends included.
func TestTunnel(t *testing.T) {
	at, far := serve(t, socks.Config{}), lab.Echo(t)
	c, err := client(t, at).Dial("tcp", far)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent := bytes.Repeat([]byte("octets \x00\xff\r\n"), 100_000)
	go func() {
		_, _ = c.Write(sent)
		_ = c.(interface{ CloseWrite() error }).CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, append(sent, lab.Farewell...)) {
		t.Errorf("%d octets came back, %v", len(got), err)
	}
}

// The router sees the name as the program means it, and takes over.
func TestRoute(t *testing.T) {
	var seen []socks.Target
	at := serve(t, socks.Config{
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no tunnel here") },
		Route: func(_ context.Context, target socks.Target) (socks.Handler, error) {
			seen = append(seen, target)
			if target.Port == 25 {
				return nil, socks.ErrRefused
			}
			return func(_ context.Context, c net.Conn) {
				fmt.Fprintf(c, "you asked for %s", target.Address())
				c.Close()
			}, nil
		},
	})
	for name, want := range map[string]string{
		"IMAP.Example.ORG.:993":    "imap.example.org:993",
		"192.0.2.7:143":            "192.0.2.7:143",
		"[2001:db8::7]:143":        "[2001:db8::7]:143",
		"[::ffff:192.0.2.7]:143":   "192.0.2.7:143",
		"xn--bcher-kva.example:80": "xn--bcher-kva.example:80",
	} {
		c, err := client(t, at).Dial("tcp", name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, _ := io.ReadAll(c)
		c.Close()
		if string(got) != "you asked for "+want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if c, err := client(t, at).Dial("tcp", "imap.example.org:25"); err == nil {
		c.Close()
		t.Error("what was refused is connected")
	}
	if len(seen) != 6 {
		t.Errorf("the router saw %v", seen)
	}
}

// exchange sends octets and returns all that comes back before the end.
func exchange(t *testing.T, at, said string) string {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, said); err != nil {
		t.Fatal(err)
	}
	_ = c.(*net.TCPConn).CloseWrite()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	got, _ := io.ReadAll(c) // a reset is an end
	return string(got)
}

// What is not a request for a connection is answered as RFC 1928 says, or not at all.
func TestRefuses(t *testing.T) {
	dialled := false
	at := serve(t, socks.Config{Dial: func(context.Context, string, string) (net.Conn, error) {
		dialled = true
		return nil, errors.New("never")
	}})
	const none, end = "\x05\x00", "\x00\x01\x00\x00\x00\x00\x00\x00"
	name := func(host string) string {
		return "\x05\x01\x00\x05\x01\x00\x03" + string(rune(len(host))) + host + "\x00\x50"
	}
	for what, c := range map[string]struct{ said, want string }{
		"a web page":             {"GET / HTTP/1.1\r\nHost: 127.0.0.1:4280\r\n\r\n", ""},
		"a web page's CONNECT":   {"CONNECT imap.example.org:993 HTTP/1.1\r\n\r\n", ""},
		"a web page that posts":  {"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n\x05\x01\x00\x05\x01\x00\x01", ""},
		"TLS":                    {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ""},
		"SOCKS4":                 {"\x04\x01\x00\x50\x7f\x00\x00\x01\x00", ""},
		"nothing":                {"", ""},
		"no methods":             {"\x05\x00", "\x05\xff"},
		"password only":          {"\x05\x01\x02", "\x05\xff"},
		"broken off in methods":  {"\x05\x05\x00", ""},
		"bind":                   {"\x05\x01\x00\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x50", none + "\x05\x07" + end},
		"UDP":                    {"\x05\x01\x00\x05\x03\x00\x01\x7f\x00\x00\x01\x00\x50", none + "\x05\x07" + end},
		"other kind of address":  {"\x05\x01\x00\x05\x01\x00\x05\x7f", none + "\x05\x08" + end},
		"version changes":        {"\x05\x01\x00\x04\x01\x00\x01\x7f\x00\x00\x01\x00\x50", none},
		"reserved octet":         {"\x05\x01\x00\x05\x01\x01\x01\x7f\x00\x00\x01\x00\x50", none},
		"port zero":              {"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x00", none + "\x05\x02" + end},
		"empty name":             {name(""), none + "\x05\x08" + end},
		"name with line end":     {name("a.example\r\nX: y"), none + "\x05\x08" + end},
		"name with blank":        {name("a example"), none + "\x05\x08" + end},
		"name with port":         {name("a.example:993"), none + "\x05\x08" + end},
		"name with NUL":          {name("imap.example.org\x00.evil.example"), none + "\x05\x08" + end},
		"name of dots":           {name("a..example"), none + "\x05\x08" + end},
		"name with user":         {name("me@a.example"), none + "\x05\x08" + end},
		"name in brackets":       {name("[::1]"), none + "\x05\x08" + end},
		"address with zone":      {name("fe80::1%eth0"), none + "\x05\x08" + end},
		"name that breaks off":   {"\x05\x01\x00\x05\x01\x00\x03\x20imap", none},
		"address that stops":     {"\x05\x01\x00\x05\x01\x00\x01\x7f\x00", none},
		"broken off in the port": {"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00", none},
	} {
		t.Run(what, func(t *testing.T) {
			if got := exchange(t, at, c.said); got != c.want {
				t.Errorf("answer is %q, want %q", got, c.want)
			}
		})
	}
	if dialled {
		t.Error("something was connected to")
	}
	// The control: a good request is dialled.
	if got := exchange(t, at, name("a.example")); got != none+"\x05\x01"+end || !dialled {
		t.Errorf("the control: %q, dialled %v", got, dialled)
	}
}

// Who is not allowed gets not even a word.
func TestAllow(t *testing.T) {
	at := serve(t, socks.Config{Allow: func(net.Conn) bool { return false }})
	if got := exchange(t, at, "\x05\x01\x00"); got != "" {
		t.Errorf("answer is %q", got)
	}
}

// A dialler's refusal, and a host that is not there, have codes of their own.
func TestCodes(t *testing.T) {
	for want, err := range map[byte]error{
		1: errors.New("something"), 2: fmt.Errorf("dialling: %w", socks.ErrRefused),
		4: &net.OpError{Op: "dial", Err: &net.DNSError{Name: "x", IsNotFound: true}},
	} {
		at := serve(t, socks.Config{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, err }})
		if got := exchange(t, at, "\x05\x01\x00\x05\x01\x00\x03\x01x\x00\x50"); len(got) < 4 || got[3] != want {
			t.Errorf("%v: %q", err, got)
		}
	}
}

// The end of the server is the end of every tunnel, and it waits for that.
func TestEnd(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- socks.New(socks.Config{}).Serve(ctx, ln) }()
	c, err := client(t, ln.Addr().String()).Dial("tcp", lab.Echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("serving: %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the tunnel goes on")
	}
}

func TestLoopbackOnly(t *testing.T) {
	ln, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := socks.New(socks.Config{}).Serve(t.Context(), ln); !errors.Is(err, socks.ErrNotLoopback) {
		t.Errorf("error is %v", err)
	}
}

func ExampleServer() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	server := socks.New(socks.Config{Route: func(_ context.Context, t socks.Target) (socks.Handler, error) {
		if t.Host != "imap.example.org" {
			return nil, nil // a tunnel
		}
		return func(_ context.Context, c net.Conn) {
			defer c.Close()
			_, _ = io.WriteString(c, "* OK this is not imap.example.org\r\n")
		}, nil
	}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- server.Serve(ctx, ln) }()
	d, _ := proxy.SOCKS5("tcp", ln.Addr().String(), nil, proxy.Direct)
	if c, err := d.Dial("tcp", "imap.example.org:993"); err == nil {
		text, _ := io.ReadAll(c)
		fmt.Println(strings.TrimSpace(string(text)))
	}
	cancel()
	<-done
	// Output: * OK this is not imap.example.org
}
