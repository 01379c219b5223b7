package web_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/proxy/web"
)

// However a program that follows the standard writes an address that it was shown, it
// has the form of the one in the mail. net/url stands for such a program where it can.
func FuzzKey(f *testing.F) {
	for _, seed := range []string{
		"http://shop.example/a b?q=\u00e9", "HTTPS://Me:It@SHOP.example:443/%7euser/../x/./%2e%2E/?", "http:\\\\shop.example\\a", "http://2130706433/x",
		"http://0x7f.1/", "http://[::1]:80/", "http://b\u00fccher.example/\u00fc", "http://shop.example/%", "http://shop.example/&#233;", "http:shop.example", "http://sh\top.example/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, at string) {
		key, host, ok := web.Key(at)
		if !ok {
			return
		}
		if host == "" || !strings.HasPrefix(key, host) || host != web.HostName(host) {
			t.Fatalf("%q: %q, host %q", at, key, host)
		}
		if strings.ContainsAny(host, " /\\@?#\r\n\x00") {
			t.Fatalf("%q: host is %q", at, host)
		}
		u, err := url.Parse(at)
		// Without two slashes, and with blanks at its ends, net/url reads something else.
		if err != nil || u.Opaque != "" || u.Host == "" || at != strings.TrimSpace(at) || strings.ContainsAny(at, "\\\t\r\n") || strings.ContainsAny(u.Host, "%") {
			return
		}
		u.Fragment, u.RawFragment, u.User = "", "", nil
		written := u.String()
		if again, _, ok := web.Key(written); !ok || again != key {
			t.Fatalf("%q is %q, and %q is %q", at, key, written, again)
		}
	})
}

// However long an address is, its form is found in a time that grows as it does: a mail
// can hold any.
func TestKeyLong(t *testing.T) {
	const n = 1 << 20
	for name, at := range map[string]string{
		"path": "http://shop.example/" + strings.Repeat("../a%2F", n/7), "query": "http://shop.example/?" + strings.Repeat("&#1;\u00e9", n/6),
		"host": "http://" + strings.Repeat("\u00fc", n/2) + "/", "labels": "http://" + strings.Repeat("\u00fc.", n/3) + "/",
	} {
		_, _, ok := web.Key(at)
		if long := name == "host" || name == "labels"; ok == long {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

// Whatever a program says, nothing is connected to but what was decided on, and the
// server answers with HTTP or not at all.
func FuzzServe(f *testing.F) {
	s := startStreet(f, nil, func(c *web.Config) {
		c.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("nobody is there") }
		c.Host = func(_ context.Context, host string) web.Verdict {
			if host != web.HostName(host) || host == "" {
				f.Errorf("decided on %q", host)
			}
			return web.Verdict{Way: web.Pass}
		}
	})
	f.Add("CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n\x16\x03\x01")
	f.Add("GET http://shop.example/ HTTP/1.1\r\nHost: x\r\nConnection: close, X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
	f.Add("GET http://shop.example/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	f.Fuzz(func(t *testing.T, words string) {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, words)
		_ = c.(*net.TCPConn).CloseWrite()
		if b, _ := io.ReadAll(c); len(b) > 0 && !strings.HasPrefix(string(b), "HTTP/1.") {
			t.Fatalf("%q is answered %q", words, b)
		}
	})
}

// No address that is held is asked for, and no host that is held is connected to, in
// whatever spelling and whatever order decisions change.
func TestNothingHeldIsFetched(t *testing.T) {
	asked := make(chan string, 1)
	s := startStreet(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		key, _, _ := web.Key("http://" + r.Host + r.RequestURI)
		asked <- key
	}))
	spellings := []func(host, path string) string{
		func(h, p string) string { return "http://" + h + p },
		func(h, p string) string { return "http://" + strings.ToUpper(h) + ".:80" + p },
		func(h, p string) string { return "http://me@" + h + "/x/.." + p },
		func(h, p string) string { return "http://" + h + strings.ReplaceAll(p, "o", "%6F") },
		func(h, p string) string { return "HTTP://" + h + p + "#top" },
	}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			host := rapid.SampledFrom([]string{"a.example", "b.example"}).Draw(r, "host")
			path := rapid.SampledFrom([]string{"/open?o=1", "/logo", "/"}).Draw(r, "path")
			switch rapid.IntRange(0, 3).Draw(r, "what") {
			case 0:
				s.hold(host+path, rapid.Bool().Draw(r, "held"))
			case 1:
				s.hold(host, rapid.Bool().Draw(r, "held"))
			case 2:
				s.took()
				s.mu.Lock()
				held := s.held[host]
				s.mu.Unlock()
				answer := connectTo(r, s, strings.ToUpper(host)+":80")
				if list := s.took(); held != (answer == 403) || held && len(list) > 0 {
					r.Fatalf("held %v: answered %d, connected to %q", held, answer, list)
				}
			default:
				at := rapid.SampledFrom(spellings).Draw(r, "spelling")(host, path)
				s.mu.Lock()
				held := s.held[host+path]
				s.mu.Unlock()
				plainGet(r, s, at)
				select {
				case got := <-asked:
					if held || got != host+path {
						r.Fatalf("%s: asked for %s, held %v", at, got, held)
					}
				default:
					if !held {
						r.Fatalf("%s: not asked for", at)
					}
				}
			}
		}
	})
}

// connectTo asks for a connection and returns the status.
func connectTo(r *rapid.T, s *street, address string) int {
	return statusOf(r, s, "CONNECT "+address+" HTTP/1.1\r\nHost: x\r\n\r\n", &http.Request{Method: "CONNECT"})
}

// plainGet asks for an address as it is written.
func plainGet(r *rapid.T, s *street, at string) int {
	at, _, _ = strings.Cut(at, "#")
	return statusOf(r, s, "GET "+at+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", nil)
}

func statusOf(r *rapid.T, s *street, words string, q *http.Request) int {
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		r.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, words)
	resp, err := http.ReadResponse(bufio.NewReader(c), q)
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
