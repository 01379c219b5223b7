package web_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/proxy/localcert"
	"github.com/unseen-mail/unseen/proxy/web"
)

// through asks for a connection, and says something along with it.
func (s *street) through(t testing.TB, address, along string) (net.Conn, *bufio.Reader, *http.Response) {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n%s", address, address, along)
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, &http.Request{Method: "CONNECT"})
	if err != nil {
		t.Fatal(err)
	}
	return c, r, resp
}

// A tunnel passes every octet, those too that come along with the request, and each end
// as such.
func TestTunnel(t *testing.T) {
	s := startStreet(t, nil)
	s.world["993"] = lab.Echo(t)
	c, r, resp := s.through(t, "MAIL.example.:993", "along ")
	if resp.StatusCode != 200 {
		t.Fatal(resp.Status)
	}
	sent := strings.Repeat("octets \x00\xff\r\n", 100_000)
	go func() {
		_, _ = io.WriteString(c, sent)
		_ = c.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(r)
	if err != nil || string(got) != "along "+sent+lab.Farewell {
		t.Errorf("%d octets came back, %v", len(got), err)
	}
	if list := s.took(); len(list) != 1 || list[0] != "mail.example:993" {
		t.Errorf("connected to %q", list)
	}
}

// A consent that is withdrawn cuts what was built on it, and nothing else.
func TestRecheck(t *testing.T) {
	s := startStreet(t, nil)
	s.world["443"] = lab.Echo(t)
	kept, keptBy, _ := s.through(t, "shop.example:443", "")
	_, cutBy, _ := s.through(t, "t.example:443", "")
	s.hold("t.example", true)
	s.server.Recheck(t.Context())
	if b, _ := io.ReadAll(cutBy); strings.Contains(string(b), lab.Farewell) {
		t.Errorf("it is ended, not cut: %q", b)
	}
	io.WriteString(kept, "x")
	if b, err := keptBy.ReadByte(); err != nil || b != 'x' {
		t.Errorf("the other is cut too: %v", err)
	}
	if _, _, resp := s.through(t, "t.example:443", ""); resp.StatusCode != 403 {
		t.Errorf("the next is answered %s", resp.Status)
	}
}

// A shop is a host that is opened, with a certificate of its own.
type shop struct {
	*street
	ring *localcert.Keyring
	// ours trusts the authority of this computer.
	ours *x509.CertPool
}

// openShop starts one.
func openShop(t testing.TB, h http.Handler) *shop {
	t.Helper()
	their := lab.NewAuthority(t, "shop.example", "bank.example")
	origin := httptest.NewUnstartedServer(h)
	origin.Config.ErrorLog = log.New(io.Discard, "", 0)
	origin.TLS, origin.EnableHTTP2 = their.ServerConfig(), true
	origin.StartTLS()
	t.Cleanup(origin.Close)
	ring, err := localcert.OpenKeyring(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	made, err := ring.Cover([]string{"shop.example"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	x := &shop{ring: ring, ours: x509.NewCertPool()}
	x.ours.AppendCertsFromPEM(made[0].PEM())
	x.street = startStreet(t, nil, func(c *web.Config) {
		c.Roots = their.Pool
		c.Certificate = func(host string) (*tls.Certificate, error) { return ring.Leaf(host, time.Now()) }
	})
	x.world["443"] = origin.Listener.Addr().String()
	x.opened["shop.example"] = true
	return x
}

// client trusts some.
func (x *shop) program(t testing.TB, trusts *x509.CertPool, two bool) *http.Client {
	tr := &http.Transport{
		Proxy:           http.ProxyURL(&url.URL{Scheme: "http", Host: x.addr}),
		TLSClientConfig: &tls.Config{RootCAs: trusts}, ForceAttemptHTTP2: two,
	}
	if !two {
		tr.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// Of a host that is opened, each address is asked about; HTTP/1.1 and HTTP/2 pass.
func TestOpen(t *testing.T) {
	x := openShop(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s", r.Host, r.URL, r.Proto)
	}))
	x.hold("shop.example/open?m=4711", true)
	for _, two := range []bool{false, true} {
		c := x.program(t, x.ours, two)
		if code, body := get(t, c, "https://shop.example/logo.png?x=1"); code != 200 || body != "shop.example /logo.png?x=1 HTTP/2.0" {
			t.Errorf("HTTP/2 %v: %d %q", two, code, body)
		}
		if _, body := get(t, c, "https://shop.example/open?m=4711"); body != "placeholder" {
			t.Errorf("HTTP/2 %v: held: %q", two, body)
		}
		resp, err := c.Get("https://shop.example/x")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if want := map[bool]int{false: 1, true: 2}[two]; resp.ProtoMajor != want {
			t.Errorf("the program speaks HTTP/%d, want %d", resp.ProtoMajor, want)
		}
	}
}

// Who does not trust us ends it, and the host hears nothing; so does a program that
// means another host than it said.
func TestOpenTrust(t *testing.T) {
	x := openShop(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "from there") }))
	var unknown x509.UnknownAuthorityError
	if _, err := x.program(t, x509.NewCertPool(), true).Get("https://shop.example/"); !errors.As(err, &unknown) {
		t.Errorf("without trust: %v", err)
	}
	c := x.program(t, x.ours, false)
	q, _ := http.NewRequest("GET", "https://shop.example/", nil)
	q.Host = "bank.example"
	resp, err := c.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another host within: %s", resp.Status)
	}
	if list := x.took(); len(list) > 0 {
		t.Errorf("connected to %q", list)
	}
	// A host that was not named is not opened, and shows its own certificate.
	if _, err := c.Get("https://bank.example/"); !errors.As(err, &unknown) {
		t.Errorf("another host: %v", err)
	}
}

// A host whose own certificate is not good is not shown as if it were.
func TestOpenVerifies(t *testing.T) {
	x := openShop(t, http.NotFoundHandler())
	x.world["443"] = tlsAnswer(t, lab.NewAuthority(t, "shop.example"))
	if code, body := get(t, x.program(t, x.ours, true), "https://shop.example/"); code != http.StatusBadGateway {
		t.Errorf("%d %q", code, body)
	}
}

// tlsAnswer is a server with a certificate of somebody's.
func tlsAnswer(t testing.TB, a *lab.Authority) string {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "false friend") }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.TLS = a.ServerConfig()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv.Listener.Addr().String()
}

// Large answers pass a host that is opened without being held, and WebSocket does.
func TestOpenStreams(t *testing.T) {
	more := make(chan struct{})
	x := openShop(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if names := r.Header.Get("Upgrade"); names == "websocket" {
			c, rw, err := http.NewResponseController(w).Hijack()
			if err != nil {
				w.WriteHeader(http.StatusNotImplemented)
				return
			}
			defer c.Close()
			fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
			rw.Flush()
			line, _ := rw.ReadString('\n')
			fmt.Fprint(c, "heard ", line)
			return
		}
		chunk := make([]byte, 1<<20)
		for i := range 24 {
			if i == 1 {
				_ = http.NewResponseController(w).Flush()
				<-more
			}
			_, _ = w.Write(chunk)
		}
	}))
	resp, err := x.program(t, x.ours, true).Get("https://shop.example/film")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadFull(resp.Body, make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	close(more)
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != 23<<20 {
		t.Errorf("%d octets, %v", n, err)
	}
	c, r, _ := x.through(t, "shop.example:443", "")
	secure := tls.Client(&buffered{c, r}, &tls.Config{RootCAs: x.ours, ServerName: "shop.example"})
	fmt.Fprint(secure, "GET /chat HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nwords\n")
	if got, _ := io.ReadAll(secure); !strings.HasPrefix(string(got), "HTTP/1.1 101 ") || !strings.HasSuffix(string(got), "heard words\n") {
		t.Errorf("WebSocket: %q", got)
	}
}

// buffered is a connection of which something was read.
type buffered struct {
	net.Conn
	r *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.r.Read(p) }

// An end ends everything: tunnels, hosts that are opened, and what nobody answers.
func TestEnd(t *testing.T) {
	ring, err := localcert.OpenKeyring(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &street{world: map[string]string{"443": lab.Echo(t)}, held: map[string]bool{}, opened: map[string]bool{"shop.example": true}}
	server := web.New(web.Config{Load: s.load, Host: s.host, Dial: s.dial, Certificate: func(h string) (*tls.Certificate, error) { return ring.Leaf(h, time.Now()) }})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, ln) }()
	s.through(t, "t.example:443", "")
	s.through(t, "shop.example:443", "")
	s.through(t, "shop.example:443", "GET / HTTP/1.1\r\nHost: shop.exa")
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
