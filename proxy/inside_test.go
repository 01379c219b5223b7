package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/elazarl/goproxy"
)

// outside returns a fetcher of the product that reaches one server by some names, as if
// it were on the internet. Whatever else it connects to is checked as always.
func outside(t *testing.T, h http.HandlerFunc, resolver *net.Resolver, public func(address string) bool) *Fetcher {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	f := NewFetcher(FetcherConfig{Resolver: resolver})
	t.Cleanup(f.Close)
	guarded := f.trip.DialContext
	f.trip.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if public(address) {
			return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
		}
		return guarded(ctx, network, address)
	}
	return f
}

// A redirect leads inside in no spelling.
func TestRedirectNeverReachesInside(t *testing.T) {
	resolver, _ := nameServer(t, map[string]string{
		"evil.com": "127.0.0.1", "six.com": "::1", "meta.com": "169.254.169.254", "link.com": "fe80::1", "ula.com": "fd00::1",
		"mapped.com": "::ffff:127.0.0.1", "lan.com": "10.1.2.3", "nat.com": "64:ff9b::7f00:1", "6to4.com": "2002:7f00:1::", "cgn.com": "100.64.0.1", "start.com": "93.184.216.34",
	})
	for _, to := range []string{
		"http://127.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://2130706433/", "http://017700000001/", "http://0/", "http://0.0.0.0/",
		"http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
		"http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/", "http://[2002:c0a8:101::1]/", "http://[fe80::1]/", "http://[fd12::1]/",
		"http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://198.18.0.1/",
		"http://１２７.０.０.１/", "http://127。0。0。1/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://localhost/", "http://LOCALHOST./", "http://a.localhost/",
		"http://router/", "http://printer.local/", "http://metadata.google.internal/",
		"http://evil.com/", "http://six.com/", "http://meta.com/", "http://link.com/", "http://ula.com/", "http://mapped.com/", "http://lan.com/",
		"http://nat.com/", "http://6to4.com/", "http://cgn.com/", "http://start.com:22/", "//127.0.0.1/", "http://me@127.0.0.1/", "http://start.com@127.0.0.1/",
		"gopher://127.0.0.1/", "file:///etc/passwd",
	} {
		t.Run(to, func(t *testing.T) {
			f := outside(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Location"] = []string{to}
				w.WriteHeader(http.StatusFound)
			}, resolver, func(address string) bool { return address == "start.com:80" })
			pic, err := f.Fetch(t.Context(), mustURL(t, "http://start.com/"), follow)
			if !errors.Is(err, ErrForbidden) && !errors.Is(err, ErrRedirect) {
				t.Errorf("Fetch = %v", err)
			}
			if got := strings.Join(pic.Asked, " "); got != "start.com" {
				t.Errorf("asked %s", got)
			}
		})
	}
}

// A name that was public when it was asked for, and is this machine the next time, is
// checked each time that it is connected to.
func TestNameThatChanges(t *testing.T) {
	resolver, asked := nameServer(t, map[string]string{"flip.com": "127.0.0.1"})
	dials := 0
	f := outside(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		http.Redirect(w, r, "http://flip.com/again", http.StatusFound)
	}, resolver, func(string) bool { dials++; return dials == 1 })
	pic, err := f.Fetch(t.Context(), mustURL(t, "http://flip.com/"), follow)
	if !errors.Is(err, ErrForbidden) || dials != 2 || asked.get() == 0 || strings.Join(pic.Asked, " ") != "flip.com" {
		t.Errorf("Fetch = %v; %d dials, %d questions, asked %v", err, dials, asked.get(), pic.Asked)
	}
}

// A tripwire is where goproxy's signer would look for a certificate first.
type tripwire struct{ t *testing.T }

func (w tripwire) Fetch(host string, _ func() (*tls.Certificate, error)) (*tls.Certificate, error) {
	w.t.Errorf("goproxy's signer was asked to sign for %s", host)
	return nil, errors.New("no")
}

// goproxy's signer is reached by no request: its certificate authority has a published
// key.
func TestSignerIsNeverReached(t *testing.T) {
	p := newForward(http.NotFoundHandler())
	p.CertStore = tripwire{t}
	srv := httptest.NewServer(p)
	defer srv.Close()
	for _, head := range []string{
		"CONNECT shop.com:443 HTTP/1.1\r\nHost: shop.com:443", "CONNECT shop.com HTTP/1.1\r\nHost: shop.com", "CONNECT 127.0.0.1:443 HTTP/1.1\r\nHost: x",
		"CONNECT shop.com:80 HTTP/1.1\r\nHost: shop.com:80", "GET https://shop.com/ HTTP/1.1\r\nHost: shop.com", "GET http://shop.com/ HTTP/1.1\r\nHost: shop.com",
		"GET http://shop.com/ HTTP/1.1\r\nHost: shop.com\r\nConnection: Upgrade\r\nUpgrade: websocket",
	} {
		c, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "%s\r\n\r\n\x16\x03\x01", head)
		answer := make([]byte, 12)
		_, _ = c.Read(answer) // what is short is no refusal
		if !strings.Contains(string(answer), " 403") {
			t.Errorf("%q is answered %q", head, answer)
		}
		c.Close()
	}
	// The control: where goproxy intercepts as it would by itself, the wire is tripped.
	seen := make(chan bool, 8)
	loose := goproxy.NewProxyHttpServer()
	loose.Logger, loose.CertStore = silent{}, storeFunc(func() { seen <- true })
	loose.OnRequest().HandleConnectFunc(func(host string, _ *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
		return &goproxy.ConnectAction{Action: goproxy.ConnectReject + 1, TLSConfig: goproxy.OkConnect.TLSConfig}, host
	})
	other := httptest.NewServer(loose)
	defer other.Close()
	c, err := net.Dial("tcp", other.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "CONNECT shop.com:443 HTTP/1.1\r\nHost: shop.com:443\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if tls.Client(c, &tls.Config{ServerName: "shop.com"}).Handshake() == nil || len(seen) == 0 {
		t.Error("the control does not trip the wire")
	}
}

// storeFunc calls a function when it is asked.
type storeFunc func()

func (f storeFunc) Fetch(string, func() (*tls.Certificate, error)) (*tls.Certificate, error) {
	f()
	return nil, errors.New("no")
}
