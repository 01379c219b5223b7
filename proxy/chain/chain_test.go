package chain_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/proxy/chain"
	"github.com/unseen-mail/unseen/proxy/socks"
)

// direct is the dialler at the end.
var direct = new(net.Dialer).DialContext

// socksProxy answers for whatever it is asked for by its name.
func socksProxy(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		done <- socks.New(socks.Config{Route: func(_ context.Context, target socks.Target) (socks.Handler, error) {
			if target.Host == "closed.example" {
				return nil, socks.ErrRefused
			}
			return func(_ context.Context, c net.Conn) {
				fmt.Fprintln(c, "through to", target.Address())
				c.Close()
			}, nil
		}}).Serve(ctx, ln)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return ln.Addr().String()
}

// httpProxy does the same by CONNECT, for whoever has the password.
func httpProxy(t *testing.T) string {
	t.Helper()
	return lab.Answer(t, func(c net.Conn) {
		q, err := http.ReadRequest(bufio.NewReader(c))
		switch {
		case err != nil:
		case q.Method != "CONNECT" || q.Header.Get("Proxy-Authorization") != "Basic bWU6aXQ=":
			fmt.Fprint(c, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
		case q.Host == "closed.example:993":
			fmt.Fprint(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
		default:
			// The host's first words come in one piece with the answer.
			fmt.Fprintf(c, "HTTP/1.1 200 Fine\r\n\r\nthrough to %s\n", q.Host)
		}
	})
}

func TestThrough(t *testing.T) {
	for kind, address := range map[string]string{"socks5": "socks5://" + socksProxy(t), "http": "http://me:it@" + httpProxy(t)} {
		t.Run(kind, func(t *testing.T) {
			u, err := chain.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			dial := chain.Through(u, direct)
			c, err := dial(t.Context(), "tcp", "imap.example.org:993")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if got, err := io.ReadAll(c); err != nil || strings.TrimSpace(string(got)) != "through to imap.example.org:993" {
				t.Errorf("%q, %v", got, err)
			}
			if c, err := dial(t.Context(), "tcp", "closed.example:993"); err == nil {
				c.Close()
				t.Error("what was refused is connected")
			}
		})
	}
}

// Of several ways the first that leads there is gone; where there is none, nothing is
// connected.
func TestFirst(t *testing.T) {
	good, err := chain.Parse("socks5://" + socksProxy(t))
	if err != nil {
		t.Fatal(err)
	}
	dead, err := chain.Parse("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	var straight []string
	next := func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "127.0.0.1:") {
			return direct(ctx, network, address)
		}
		straight = append(straight, address)
		return nil, errors.New("noted")
	}
	for name, c := range map[string]struct {
		ways  []*url.URL
		ok    bool
		round int
	}{
		"the second": {[]*url.URL{dead, good}, true, 0}, "the first": {[]*url.URL{good, nil}, true, 0}, "none leads": {[]*url.URL{dead}, false, 0},
		"none at last": {[]*url.URL{dead, nil}, false, 1}, "no ways": {nil, false, 0},
	} {
		straight = nil
		conn, err := chain.First(c.ways, next)(t.Context(), "tcp", "imap.example.org:993")
		if (err == nil) != c.ok || len(straight) != c.round {
			t.Errorf("%s: %v, directly %v", name, err, straight)
		}
		if conn != nil {
			conn.Close()
		}
	}
	if _, err := chain.First(nil, next)(t.Context(), "tcp", "imap.example.org:993"); !errors.Is(err, chain.ErrRefused) {
		t.Errorf("no ways: %v", err)
	}
}

// A proxy that is reached by TLS has to be the one that it is said to be, before it is
// told anything.
func TestSecureProxy(t *testing.T) {
	told := make(chan string, 1)
	cert := lab.NewAuthority(t, "proxy.example").Leaf
	at := lab.Answer(t, func(c net.Conn) {
		secure := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
		line, _ := bufio.NewReader(secure).ReadString('\n')
		told <- line
	})
	u, err := chain.Parse("https://me:it@" + at)
	if err != nil {
		t.Fatal(err)
	}
	var unknown *tls.CertificateVerificationError
	if _, err := chain.Through(u, direct)(t.Context(), "tcp", "imap.example.org:993"); !errors.As(err, &unknown) {
		t.Errorf("a proxy that nobody vouches for: %v", err)
	}
	if line := <-told; line != "" {
		t.Errorf("it was told %q", line)
	}
}

func TestRefusal(t *testing.T) {
	u, err := chain.Parse("http://nobody:it@" + httpProxy(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chain.Through(u, direct)(t.Context(), "tcp", "imap.example.org:993"); !errors.Is(err, chain.ErrRefused) {
		t.Errorf("error is %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := chain.Through(u, direct)(cancelled, "tcp", "imap.example.org:993"); err == nil {
		t.Error("connected although nobody waits")
	}
}

// This machine is reached directly: the proxy could not.
func TestHere(t *testing.T) {
	u, err := chain.Parse("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	dial := chain.Through(u, func(_ context.Context, _, address string) (net.Conn, error) {
		asked = append(asked, address)
		return nil, errors.New("noted")
	})
	for _, address := range []string{"localhost:993", "127.0.0.1:993", "[::1]:993", "imap.example.org:993"} {
		_, _ = dial(t.Context(), "tcp", address) // it is noted, and fails
	}
	if got := strings.Join(asked, " "); got != "localhost:993 127.0.0.1:993 [::1]:993 127.0.0.1:1" {
		t.Errorf("connected to %s", got)
	}
}

func TestParse(t *testing.T) {
	for address, good := range map[string]bool{
		"socks5://127.0.0.1:9050": true, "http://proxy.example:3128": true, "http://me:secret@proxy.example:3128/": true,
		"https://proxy.example:3128": true, "socks4://proxy.example:1080": false, "proxy.example:3128": false, "http://proxy.example": false, "": false,
		"http://proxy.example:3128/x": false, "http://proxy.example:3128?x": false, "socks5://:9050": false, "http://a\x7fb:1": false,
	} {
		_, err := chain.Parse(address)
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func ExampleThrough() {
	u, err := chain.Parse("socks5://127.0.0.1:9050")
	if err != nil {
		return
	}
	dial := chain.Through(u, new(net.Dialer).DialContext)
	if c, err := dial(context.Background(), "tcp", "imap.example.org:993"); err == nil {
		c.Close()
	}
}

// What is taken for the address of a proxy can be dialled, and an error never repeats it:
// it may hold a password.
func FuzzParse(f *testing.F) {
	f.Add("socks5://127.0.0.1:9050")
	f.Add("http://me:it@proxy.example:3128/")
	f.Add("http://[::1%25a]:1")
	f.Fuzz(func(t *testing.T, address string) {
		u, err := chain.Parse(address)
		if err != nil {
			if len(address) > 12 && strings.Contains(err.Error(), address) {
				t.Errorf("%q is repeated: %v", address, err)
			}
			return
		}
		if _, _, err := net.SplitHostPort(u.Host); err != nil {
			t.Errorf("%q: %v", address, err)
		}
	})
}
