package socks

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
)

// conversation is a program that says all at once.
type conversation struct {
	*bytes.Reader
	said bytes.Buffer
}

func (c *conversation) Write(b []byte) (int, error) { return c.said.Write(b) }

// Whatever comes, a target is one that can be compared and dialled, not one octet behind
// the request is taken, and what was answered is SOCKS5.
func FuzzNegotiate(f *testing.F) {
	f.Add([]byte("\x05\x01\x00\x05\x01\x00\x03\x10imap.example.org\x03\xe1rest"))
	f.Add([]byte("\x05\x02\x00\x02\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50"))
	f.Add([]byte("\x05\x01\x00\x05\x01\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x7f\x00\x00\x01\x00\x50"))
	f.Add([]byte("\x05\x01\x00\x05\x01\x00\x03\x0212\x00\x50"))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte("\x05\x01\x02\x01\x047.12\x06secret\x05\x01\x00\x03\x0ba.b.example\x00\x50"))
	f.Fuzz(func(t *testing.T, in []byte) {
		negotiated(t, in, nil)
		negotiated(t, in, func(_, password string) bool { return password == "secret" })
	})
}

// negotiated reads one conversation, by a server that wants a login or none.
func negotiated(t *testing.T, in []byte, login func(name, password string) bool) {
	t.Helper()
	c := &conversation{Reader: bytes.NewReader(in)}
	target, err := negotiate(c, login)
	said := c.said.Bytes()
	if len(said) > 0 && said[0] != version {
		t.Fatalf("answered %q", said)
	}
	if login != nil && len(said) > 2 && (said[1] != namePassword || said[2] != loginVersion) {
		t.Fatalf("went on without a login: %q", said)
	}
	if err != nil {
		return
	}
	if login != nil && !bytes.Contains(in, []byte("\x06secret")) {
		t.Fatal("let in without a password")
	}
	if target.Port < 1 || target.Port > 65535 || target.Host != strings.ToLower(target.Host) || strings.ContainsAny(target.Host, " \r\n\x00/@") {
		t.Fatalf("target is %+v", target)
	}
	if a, err := netip.ParseAddr(target.Host); err == nil && a != a.Unmap() {
		t.Fatalf("target is mapped: %+v", target)
	}
	read := len(in) - c.Len()
	if want := 2 + int(in[1]) + 4 + 2; read < want {
		t.Fatalf("read %d octets of %d", read, want)
	}
}
