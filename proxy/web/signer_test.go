package web

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
)

// A tripwire is where goproxy's signer would look for a certificate first.
type tripwire struct{ t *testing.T }

func (w tripwire) Fetch(host string, _ func() (*tls.Certificate, error)) (*tls.Certificate, error) {
	w.t.Errorf("goproxy's signer was asked to sign for %s", host)
	return nil, errors.New("no")
}

// goproxy's signer is reached by no request, of hosts that are opened neither: its
// certificate authority has a published key.
func TestSignerIsNeverReached(t *testing.T) {
	minted := 0
	s := New(Config{
		Load: func(http.ResponseWriter, *http.Request, string) bool { return false },
		Host: func(_ context.Context, host string) Verdict {
			return Verdict{Way: map[string]Way{"open.example": Open, "pass.example": Pass}[host]}
		},
		Certificate: func(string) (*tls.Certificate, error) { minted++; return nil, errors.New("none") },
		Dial:        func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("nobody") },
	})
	s.proxy.CertStore = tripwire{t}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	for _, host := range []string{"open.example", "pass.example", "held.example"} {
		for _, port := range []string{"443", "80", "8443"} {
			c, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(c, "CONNECT %s:%s HTTP/1.1\r\nHost: x\r\n\r\n", host, port)
			if _, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: "CONNECT"}); err != nil {
				t.Fatal(err)
			}
			if tls.Client(c, &tls.Config{ServerName: host, InsecureSkipVerify: true}).Handshake() == nil {
				t.Errorf("%s:%s shows a certificate", host, port)
			}
			c.Close()
		}
	}
	if minted != 3 {
		t.Errorf("our own was asked for %d times", minted)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
