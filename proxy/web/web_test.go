package web_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/proxy/web"
)

// A street is a proxy, and all hosts of the world at one address.
type street struct {
	addr   string
	server *web.Server
	// world is where every host is, by its port.
	world map[string]string

	mu sync.Mutex // guards what follows
	// dialled are addresses that were connected to.
	dialled []string
	// held are keys and hosts that are held, opened hosts that are opened.
	held, opened map[string]bool
	// asked are the addresses that were asked about.
	asked []string
}

// startStreet starts a proxy in front of a web server.
func startStreet(t testing.TB, h http.Handler, change ...func(c *web.Config)) *street {
	t.Helper()
	s := &street{world: map[string]string{}, held: map[string]bool{}, opened: map[string]bool{}}
	if h != nil {
		origin := httptest.NewServer(h)
		t.Cleanup(origin.Close)
		s.world["80"] = origin.Listener.Addr().String()
	}
	cfg := web.Config{Load: s.load, Host: s.host, Dial: s.dial}
	for _, f := range change {
		f(&cfg)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr, s.server = ln.Addr().String(), web.New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return s
}

func (s *street) load(w http.ResponseWriter, _ *http.Request, address string) bool {
	key, _, _ := web.Key(address)
	s.mu.Lock()
	s.asked = append(s.asked, address)
	held := s.held[key]
	s.mu.Unlock()
	if held {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, "placeholder")
	}
	return held
}

func (s *street) host(_ context.Context, host string) web.Verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.held[host]:
		return web.Verdict{Reason: "held: " + host}
	case s.opened[host]:
		return web.Verdict{Way: web.Open}
	}
	return web.Verdict{Way: web.Pass}
}

func (s *street) dial(ctx context.Context, network, address string) (net.Conn, error) {
	s.mu.Lock()
	s.dialled = append(s.dialled, address)
	s.mu.Unlock()
	_, port, err := net.SplitHostPort(address)
	if err != nil || s.world[port] == "" {
		return nil, errors.New("nobody is there")
	}
	return new(net.Dialer).DialContext(ctx, network, s.world[port])
}

// took returns what was connected to since the last time.
func (s *street) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.dialled
	s.dialled = nil
	return list
}

func (s *street) hold(what string, held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[what] = held
}

// client is a program with the proxy set.
func (s *street) client(t testing.TB) *http.Client {
	tr := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: s.addr}), ExpectContinueTimeout: 10e9}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// talk says something on a connection of its own and returns all that comes back.
func (s *street) talk(t testing.TB, words string) string {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, words)
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	b, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%.60q: %v", words, err)
	}
	return string(b)
}

// get asks for an address.
func get(t testing.TB, c *http.Client, at string) (int, string) {
	t.Helper()
	resp, err := c.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// What nobody wants passes as it is.
func TestPass(t *testing.T) {
	s := startStreet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/echo":
			b, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%s %s %d %x", r.Method, r.Host, len(b), sha256.Sum256(b))
		case "/away":
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		case "/same":
			w.WriteHeader(http.StatusNotModified)
		case "/long":
			w.Header().Set("Content-Length", "12345")
		}
	}))
	c := s.client(t)
	big := bytes.Repeat([]byte("octets \x00\xff\r\n"), 400_000)
	for _, method := range []string{"POST", "PUT", "PATCH", "REPORT"} {
		for _, known := range []bool{true, false} {
			var body io.Reader = bytes.NewReader(big)
			if !known {
				body = io.MultiReader(body) // so that it goes in chunks
			}
			q, _ := http.NewRequest(method, "http://shop.example/echo", body)
			resp, err := c.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if want := fmt.Sprintf("%s shop.example %d %x", method, len(big), sha256.Sum256(big)); string(b) != want {
				t.Errorf("%s, length known %v: %s", method, known, b)
			}
		}
	}
	if code, _ := get(t, c, "http://shop.example/away"); code != http.StatusFound {
		t.Errorf("a redirect is answered %d", code)
	}
	if code, _ := get(t, c, "http://shop.example/same"); code != http.StatusNotModified {
		t.Errorf("nothing new is answered %d", code)
	}
	resp, err := c.Head("http://shop.example/long")
	if err != nil || resp.ContentLength != 12345 {
		t.Errorf("HEAD: %v, %v", resp, err)
	}
	if conns := len(s.took()); conns > 9 {
		t.Errorf("%d connections were made: none is kept", conns)
	}
}

// What is held is answered here, and nothing is connected to or looked up.
func TestHold(t *testing.T) {
	s := startStreet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "from there") }))
	s.hold("t.example/open", true)
	s.hold("only.example", true)
	c := s.client(t)
	for _, at := range []string{
		"http://t.example/open", "http://T.EXAMPLE/open", "http://t.example:80/open", "http://t.example./open", "http://me:it@t.example/open",
		"http://t.example/%6fpen", "http://t.example/a/../open",
	} {
		if code, body := get(t, c, at); code != 200 || body != "placeholder" {
			t.Errorf("%s: %d %q", at, code, body)
		}
	}
	if got := s.talk(t, "CONNECT only.example:443 HTTP/1.1\r\nHost: only.example:443\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 403 ") || !strings.Contains(got, "held: only.example") {
		t.Errorf("CONNECT is answered %q", got)
	}
	if list := s.took(); len(list) > 0 {
		t.Errorf("connected to %q", list)
	}
	if _, body := get(t, c, "http://t.example/open2"); body != "from there" {
		t.Errorf("another address: %q", body)
	}
}

// Fields for one hop end here, in both directions, and nothing is added that tells of a
// proxy.
func TestHop(t *testing.T) {
	var seen http.Header
	s := startStreet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		h := w.Header()
		h.Set("Connection", "X-Mine")
		h.Set("X-Mine", "1")
		h.Set("Keep-Alive", "timeout=5")
		h.Set("Proxy-Authenticate", "Basic")
		h.Set("X-Theirs", "2")
	}))
	got := s.talk(t, "GET http://shop.example/ HTTP/1.1\r\nHost: other.example\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eA==\r\n"+
		"Connection: X-Hop, close\r\nX-Hop: 1\r\nTE: trailers, gzip\r\nKeep-Alive: 3\r\nUpgrade: h2c\r\nCookie: a=b\r\n\r\n")
	for _, name := range []string{"X-Hop", "Proxy-Connection", "Proxy-Authorization", "Keep-Alive", "Upgrade", "Via", "X-Forwarded-For", "Forwarded", "User-Agent", "Accept-Encoding"} {
		if v := seen.Values(name); len(v) > 0 {
			t.Errorf("the host sees %s: %q", name, v)
		}
	}
	if seen.Get("Cookie") != "a=b" || seen.Get("Te") != "trailers" {
		t.Errorf("the host sees %v", seen)
	}
	for _, name := range []string{"X-Mine", "Keep-Alive", "Proxy-Authenticate", "Via"} {
		if strings.Contains(got, "\r\n"+name+":") {
			t.Errorf("the program sees %s", name)
		}
	}
	if !strings.Contains(got, "X-Theirs: 2") {
		t.Errorf("the program sees %q", got)
	}
}

// Trailers go both ways, and interim answers go on.
func TestTrailers(t *testing.T) {
	s := startStreet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</a.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("Trailer", "X-Sum")
		io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, "body")
		w.Header().Set("X-Sum", "of "+r.Trailer.Get("X-Asked"))
	}))
	q, _ := http.NewRequest("POST", "http://shop.example/", io.MultiReader(strings.NewReader("x")))
	q.Trailer = http.Header{"X-Asked": {"me"}}
	var early []string
	q = q.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		early = append(early, fmt.Sprint(code, h.Get("Link")))
		return nil
	}}))
	resp, err := s.client(t).Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	if got := resp.Trailer.Get("X-Sum"); got != "of me" {
		t.Errorf("trailer is %q", got)
	}
	if !slices.Equal(early, []string{"103</a.css>; rel=preload"}) {
		t.Errorf("interim answers: %q", early)
	}
}

// A program that waits to be told to go on is told by the host, or that it need not.
func TestExpect(t *testing.T) {
	s := startStreet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		b, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, len(b))
	}))
	for path, want := range map[string]int{"/yes": 200, "/no": 413} {
		read := false
		q, _ := http.NewRequest("POST", "http://shop.example"+path, readerFunc(func() { read = true }))
		q.Header.Set("Expect", "100-continue")
		resp, err := s.client(t).Do(q)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want || read != (want == 200) {
			t.Errorf("%s: %d, body sent %v", path, resp.StatusCode, read)
		}
	}
}

// readerFunc is a body of one octet that tells when it is read.
type readerFunc func()

func (f readerFunc) Read(p []byte) (int, error) {
	f()
	p[0] = 'x'
	return 1, io.EOF
}

// What has come is passed on before more is waited for, and what breaks off breaks off.
func TestStream(t *testing.T) {
	more := make(chan struct{})
	s := startStreet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "first ")
		_ = http.NewResponseController(w).Flush()
		<-more
		if r.URL.Path == "/broken" {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, "second")
	}))
	for path, whole := range map[string]bool{"/": true, "/broken": false} {
		resp, err := s.client(t).Get("http://shop.example" + path)
		if err != nil {
			t.Fatal(err)
		}
		first := make([]byte, 6)
		if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "first " {
			t.Fatalf("%q, %v", first, err)
		}
		more <- struct{}{}
		rest, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if (err == nil) != whole || whole && string(rest) != "second" {
			t.Errorf("%s: %q, %v", path, rest, err)
		}
	}
}

// WebSocket passes, also where its first words come in one piece with the request, and
// a refusal of it is an answer like others.
func TestWebSocket(t *testing.T) {
	s := startStreet(t, nil)
	s.world["80"] = lab.Answer(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		q, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if q.Header.Get("Upgrade") != "websocket" || q.URL.Path == "/no" {
			fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
			return
		}
		fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")
		line, _ := r.ReadString('\n')
		fmt.Fprint(c, "heard ", line)
	})
	ask := "GET http://shop.example%s HTTP/1.1\r\nHost: shop.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: x\r\n\r\nfirst words\n"
	if got := s.talk(t, fmt.Sprintf(ask, "/chat")); !strings.HasPrefix(got, "HTTP/1.1 101 ") || !strings.HasSuffix(got, "\r\n\r\nheard first words\n") ||
		!strings.Contains(got, "Sec-Websocket-Accept: x") {
		t.Errorf("answer is %q", got)
	}
	if got := s.talk(t, fmt.Sprintf(ask, "/no")); !strings.HasPrefix(got, "HTTP/1.1 400 ") || !strings.Contains(got, "no") {
		t.Errorf("a refusal is %q", got)
	}
	s.hold("shop.example/chat", true)
	s.took()
	if got := s.talk(t, fmt.Sprintf(ask, "/chat")); !strings.Contains(got, "placeholder") || len(s.took()) > 0 {
		t.Errorf("held: %q", got)
	}
}

// What is no request for a proxy, or none at all, is told so, and leads nowhere.
func TestBad(t *testing.T) {
	s := startStreet(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "from there") }))
	for words, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n":                                      "400",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                          "400",
		"GET ftp://shop.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                            "400",
		"GET file:///etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                             "400",
		"GET http:///x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                      "400",
		"GET http://shop.example/ HTTP/1.1\r\n\r\n":                                                           "400",
		"GET http://shop.example/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n":                                     "400",
		"GET http://shop.example/%zz HTTP/1.1\r\nHost: x\r\n\r\n":                                             "400",
		"GET http://shop.example/ HTTP/2.0\r\nHost: x\r\n\r\n":                                                "505",
		"CONNECT shop.example HTTP/1.1\r\nHost: x\r\n\r\n":                                                    "400",
		"CONNECT shop.example:0 HTTP/1.1\r\nHost: x\r\n\r\n":                                                  "400",
		"CONNECT shop.example:99999 HTTP/1.1\r\nHost: x\r\n\r\n":                                              "400",
		"CONNECT :443 HTTP/1.1\r\nHost: x\r\n\r\n":                                                            "400",
		"CONNECT shop.example:993 HTTP/1.1\r\nHost: x\r\n\r\n":                                                "502",
		"GET http://shop.example:81/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                        "502",
		"OPTIONS http://shop.example/ HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n":    "200",
		"TRACE http://shop.example/ HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n":      "405",
		"OPTIONS http://shop.example/ HTTP/1.1\r\nHost: x\r\nMax-Forwards: many\r\nConnection: close\r\n\r\n": "400",
		"GET http://shop.example/ HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 300<<10):                  "431",
	} {
		if got := s.talk(t, words); !strings.HasPrefix(got, "HTTP/1.1 "+want) || strings.Contains(got, "from there") {
			t.Errorf("%.60q is answered %.80q, want %s", words, got, want)
		}
	}
	for _, at := range s.took() {
		if at != "shop.example:993" && at != "shop.example:81" {
			t.Errorf("connected to %s", at)
		}
	}
	if got := s.talk(t, "\x16\x03\x01 no HTTP\r\n\r\n"); strings.Contains(strings.ToLower(got), "unseen") {
		t.Errorf("what is no HTTP is told %q", got)
	}
}

// Another user's program gets nothing.
func TestAllow(t *testing.T) {
	asked := 0
	s := startStreet(t, nil, func(c *web.Config) { c.Allow = func(net.Conn) bool { asked++; return false } })
	for _, words := range []string{"GET http://shop.example/ HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT shop.example:80 HTTP/1.1\r\nHost: x\r\n\r\n"} {
		if got := s.talk(t, words); !strings.HasPrefix(got, "HTTP/1.1 403 ") {
			t.Errorf("%q is answered %q", words, got)
		}
	}
	if len(s.took()) > 0 || asked != 2 {
		t.Errorf("connected, or asked %d times", asked)
	}
}

// Where the network has a proxy of its own, requests go to it.
func TestUpstream(t *testing.T) {
	var heard []string
	theirs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.Method+" "+r.RequestURI)
		io.WriteString(w, "through theirs")
	}))
	defer theirs.Close()
	u, _ := url.Parse(theirs.URL)
	s := startStreet(t, nil, func(c *web.Config) {
		c.Upstream = func(*http.Request) (*url.URL, error) { return u, nil }
		c.Dial = new(net.Dialer).DialContext
	})
	if _, body := get(t, s.client(t), "http://shop.example/a?b"); body != "through theirs" || !slices.Equal(heard, []string{"GET http://shop.example/a?b"}) {
		t.Errorf("%q, heard %q", body, heard)
	}
}

// A listener that others reach is not served.
func TestLoopbackOnly(t *testing.T) {
	ln, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	err = web.New(web.Config{}).Serve(t.Context(), ln)
	if !errors.Is(err, web.ErrNotLoopback) {
		t.Errorf("Serve = %v", err)
	}
}

func ExampleKey() {
	for _, at := range []string{"HTTP://Shop.Example:80/a/../caf%C3%A9?q=%61#top", "https://shop.example/caf\u00e9?q=a"} {
		key, host, ok := web.Key(at)
		fmt.Printf("%q %s %v\n", key, host, ok)
	}
	// Output:
	// "shop.example/caf\xff?q=a" shop.example true
	// "shop.example/caf\xff?q=a" shop.example true
}
