package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/proxy"

	"github.com/unseen-mail/unseen/proxy/socks"
	"github.com/unseen-mail/unseen/proxy/web"
)

// A gate is where released loads go, with what came through it.
type gate struct {
	addr string

	mu    sync.Mutex // guards what follows
	asked []string
}

// startGate starts one whose password is "secret".
func startGate(t *testing.T, change ...func(c *web.ReleasedConfig)) *gate {
	t.Helper()
	g := new(gate)
	cfg := web.ReleasedConfig{
		Login: func(_, password string) bool { return password == "secret" },
		Load: func(w http.ResponseWriter, _ *http.Request, name, address string) {
			g.mu.Lock()
			g.asked = append(g.asked, name+" "+address)
			g.mu.Unlock()
			fmt.Fprint(w, "a picture")
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.addr = ln.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- web.NewReleased(cfg).Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return g
}

// took is what came through, since the last time.
func (g *gate) took() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := g.asked
	g.asked = nil
	return list
}

// says opens a connection by a name, to a host, and says something there.
func (g *gate) says(t *testing.T, name, password, host, words string) (string, error) {
	t.Helper()
	d, err := proxy.SOCKS5("tcp", g.addr, &proxy.Auth{User: name, Password: password}, proxy.Direct)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Dial("tcp", host)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := io.WriteString(c, words); err != nil {
		return "", err
	}
	got, err := io.ReadAll(c)
	return string(got), err
}

// A load comes with its name and its whole address; what is no load of that host does
// not come at all, and a second one on the same connection neither.
func TestReleased(t *testing.T) {
	g := startGate(t)
	get := func(host string) string { return "GET /a.gif?x=1 HTTP/1.1\r\nHost: " + host + "\r\n\r\n" }
	for name, c := range map[string]struct {
		host, said, answer string
		asked              []string
	}{
		"a load":              {"shop.example:80", get("shop.example"), "HTTP/1.1 200", []string{"7.1 http://shop.example/a.gif?x=1"}},
		"on another port":     {"shop.example:8080", get("shop.example:8080"), "HTTP/1.1 200", []string{"7.1 http://shop.example:8080/a.gif?x=1"}},
		"by another spelling": {"shop.example:80", get("SHOP.example.:80"), "HTTP/1.1 200", []string{"7.1 http://shop.example/a.gif?x=1"}},
		"of a numbered host":  {"[2001:db8::7]:80", get("[2001:db8::7]"), "HTTP/1.1 200", []string{"7.1 http://[2001:db8::7]/a.gif?x=1"}},
		"two of them":         {"shop.example:80", get("shop.example") + get("shop.example"), "HTTP/1.1 200", []string{"7.1 http://shop.example/a.gif?x=1"}},
		"another host":        {"shop.example:80", get("evil.example"), "HTTP/1.1 421", nil},
		"another port":        {"shop.example:80", get("shop.example:81"), "HTTP/1.1 421", nil},
		"an absolute address": {"shop.example:80", "GET http://shop.example/a.gif HTTP/1.1\r\nHost: shop.example\r\n\r\n", "HTTP/1.1 400", nil},
		"a tunnel":            {"shop.example:80", "CONNECT shop.example:80 HTTP/1.1\r\nHost: shop.example:80\r\n\r\n", "HTTP/1.1 400", nil},
		"something sent":      {"shop.example:80", "POST /a.gif HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 400", nil},
		"TLS":                 {"shop.example:443", "\x16\x03\x01\x00\x05hello\r\n\r\n", "HTTP/1.1 400", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := g.says(t, "7.1", "secret", c.host, c.said)
			if err != nil || !strings.HasPrefix(got, c.answer) || strings.Count(got, "HTTP/1.1 ") != 1 {
				t.Errorf("it answers %q, %v", got, err)
			}
			if asked := g.took(); !slices.Equal(asked, c.asked) {
				t.Errorf("asked were %q", asked)
			}
		})
	}
	for _, who := range [][2]string{{"7.1", "guess"}, {"7.1", ""}, {"", "secret"}} {
		if got, err := g.says(t, who[0], who[1], "shop.example:80", get("shop.example")); err == nil {
			t.Errorf("%q: %q", who, got)
		}
	}
	if asked := g.took(); len(asked) != 0 {
		t.Errorf("without a name and a password, asked were %q", asked)
	}
}

// Who may not use it is not spoken with; the end ends what is under way, and waits for it.
func TestReleasedEnds(t *testing.T) {
	other := startGate(t, func(c *web.ReleasedConfig) { c.Allow = func(net.Conn) bool { return false } })
	if got, err := other.says(t, "7.1", "secret", "shop.example:80", "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"); err == nil {
		t.Errorf("another user's program is answered %q", got)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, left := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- web.NewReleased(web.ReleasedConfig{
			Login: func(string, string) bool { return true },
			Load: func(_ http.ResponseWriter, r *http.Request, _, _ string) {
				close(begun)
				<-r.Context().Done()
				close(left)
			},
		}).Serve(ctx, ln)
	}()
	g := &gate{addr: ln.Addr().String()}
	go func() { <-begun; cancel() }()
	if got, err := g.says(t, "7.1", "x", "shop.example:80", "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"); strings.Contains(got, "200") {
		t.Errorf("it answers %q, %v", got, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	select {
	case <-left:
	default:
		t.Error("it ended before what was under way")
	}
	far, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skip("no such listener here")
	}
	if err := web.NewReleased(web.ReleasedConfig{}).Serve(t.Context(), far); !errors.Is(err, socks.ErrNotLoopback) {
		t.Errorf("for other machines: %v", err)
	}
}
