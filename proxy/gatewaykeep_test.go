package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestTenOpeningsOneRequest(t *testing.T) {
	var asked counter
	f := lab(t, func(w http.ResponseWriter, _ *http.Request) { asked.add(); fmt.Fprint(w, transparent) })
	b := one(picture, Decision{Release: true, Keep: true})
	base := gateway(t, b, f, &memory{})
	for range 10 {
		open(t, "GET", base+"/p/"+tokenLong)
	}
	if asked.get() != 1 || b.last().Outcome != Copied || len(b.last().Asked) != 0 {
		t.Errorf("%d requests, last %+v", asked.get(), b.last())
	}
	// The copy does not outlive the consent.
	b.decide = func(Load, *url.URL) (Decision, error) { return Decision{}, nil }
	if resp, _ := open(t, "GET", base+"/p/"+tokenLong); resp.Header.Get("Content-Type") != "image/png" {
		t.Error("the copy was shown after the withdrawal")
	}
}

// What differs between readers is asked for at each opening and never kept.
func TestIndividualIsNotKept(t *testing.T) {
	var asked counter
	f := lab(t, func(w http.ResponseWriter, _ *http.Request) { asked.add(); fmt.Fprint(w, transparent) })
	k := &memory{}
	base := gateway(t, one(picture, Decision{Release: true}), f, k)
	for range 3 {
		open(t, "GET", base+"/p/"+tokenLong)
	}
	if asked.get() != 3 || len(k.m) != 0 {
		t.Errorf("%d requests, %d kept", asked.get(), len(k.m))
	}
}

func TestConcurrentOpeningsOneRequest(t *testing.T) {
	var asked counter
	come, release := make(chan struct{}, 1), make(chan struct{})
	f := lab(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.add()
		come <- struct{}{}
		<-release
		fmt.Fprint(w, transparent)
	})
	b := one(picture, Decision{Release: true, Keep: true})
	base := gateway(t, b, f, nil) // nothing kept: only the shared fetch can help
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() { open(t, "GET", base+"/p/"+tokenLong) })
		if i == 0 {
			<-come
		}
	}
	time.Sleep(50 * time.Millisecond)
	close(release)
	wg.Wait()
	if n := asked.get(); n > 2 { // one that came late may start another
		t.Errorf("%d requests", n)
	}
}

// The first of two openings goes away; the second still gets its picture.
func TestFlightOutlivesItsStarter(t *testing.T) {
	var f flights
	begun, release := make(chan struct{}), make(chan struct{})
	fetch := func(ctx context.Context) (Picture, error) {
		close(begun)
		<-release
		return Picture{Type: "image/gif", Asked: []string{"a.com"}}, ctx.Err()
	}
	first, cancel := context.WithCancel(t.Context())
	gone := make(chan []string, 1)
	go func() {
		fl, err := f.join(first, "u", "a", fetch)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("first = %v", err)
		}
		gone <- fl.asked()
	}()
	<-begun
	given, giveUp := context.WithCancel(t.Context())
	giveUp()
	if fl, err := f.join(given, "u", "b", nil); !errors.Is(err, context.Canceled) || fl.asked() != nil {
		t.Errorf("one that gives up = %v", err)
	}
	cancel()
	done := make(chan *flight)
	go func() {
		fl, _ := f.join(t.Context(), "u", "b", nil)
		done <- fl
	}()
	time.Sleep(10 * time.Millisecond)
	close(release)
	if fl := <-done; fl == nil || fl.err != nil || fl.pic.Type != "image/gif" || fl.token != "a" {
		t.Errorf("second = %+v", fl)
	}
	// Who began it can tell who was asked, though it had given up.
	if asked := <-gone; fmt.Sprint(asked) != "[a.com]" {
		t.Errorf("asked %v", asked)
	}
	f.wg.Wait()
}

func TestStaleCopyStandsIn(t *testing.T) {
	f := lab(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	k := &memory{m: map[string]Copy{picture.URL: {Type: "image/gif", Body: []byte(transparent), Until: time.Now().Add(-time.Hour)}}}
	b := one(picture, Decision{Release: true, Keep: true})
	_, body := open(t, "GET", gateway(t, b, f, k)+"/p/"+tokenLong)
	if string(body) != transparent || b.last().Outcome != Copied || len(b.last().Asked) != 1 {
		t.Errorf("%d octets, %+v", len(body), b.last())
	}
}

func TestFreshness(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for _, c := range []struct {
		name, cache, expires string
		want                 time.Duration
	}{
		{"nothing said", "", "", 7 * day},
		{"shorter", "max-age=60", "", 7 * day},
		{"longer", "public, max-age=2592000", "", 30 * day},
		{"quoted", `max-age="2592000"`, "", 30 * day},
		{"no-store", "no-store", "", 7 * day},
		{"endless", "max-age=2147483647", "", 365 * day},
		{"garbage", "max-age=soon", "", 7 * day},
		{"Expires", "", "Tue, 31 Mar 2026 00:00:00 GMT", 30 * day},
		{"max-age before Expires", "max-age=864000", "Tue, 31 Mar 2026 00:00:00 GMT", 10 * day},
		{"Expires in the past", "", "Thu, 01 Jan 1970 00:00:00 GMT", 7 * day},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{"Cache-Control": {c.cache}, "Expires": {c.expires}}
			if got := freshness(h, now); got != c.want {
				t.Errorf("freshness = %v; want %v", got, c.want)
			}
		})
	}
}

// raw sends octets and returns the first line of the answer, and the rest.
func raw(t *testing.T, base, request string) (string, string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprint(c, request)
	r := bufio.NewReader(c)
	line, _ := r.ReadString('\n')
	rest, _ := io.ReadAll(r)
	return strings.TrimSpace(line), string(rest)
}

// Proxy requests are refused, whatever the environment says of other proxies.
func TestNoProxy(t *testing.T) {
	outside := nobody(t)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:9")
	base := gateway(t, one(pixel, Decision{}), outside, nil)
	for name, request := range map[string]string{
		"absolute":           "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"absolute to itself": "GET " + base + "/p/" + tokenLong + " HTTP/1.1\r\nHost: " + base[7:] + "\r\n\r\n",
		"absolute POST":      "POST http://example.com/ HTTP/1.1\r\nHost: example.com\r\nContent-Length: 0\r\n\r\n",
		"CONNECT":            "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
		"CONNECT to itself":  "CONNECT " + base[7:] + " HTTP/1.1\r\nHost: " + base[7:] + "\r\n\r\n",
		"web socket":         "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			status, rest := raw(t, base, request)
			if status != "HTTP/1.1 403 Forbidden" || !strings.Contains(rest, "Unseen is not a proxy") {
				t.Errorf("%q, %q", status, rest)
			}
			if !strings.Contains(rest, "no-store") {
				t.Error("the answer lacks the headers of all answers")
			}
		})
	}
}

func TestGatewayLimits(t *testing.T) {
	base := gateway(t, one(pixel, Decision{}), nobody(t), nil)
	status, _ := raw(t, base, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("a", 64<<10)+"\r\n\r\n")
	if !strings.Contains(status, "431") {
		t.Errorf("large header: %q", status)
	}
	status, _ = raw(t, base, "GET /p/"+tokenLong+" HTTP/1.1\r\n\r\n")
	if !strings.Contains(status, "400") {
		t.Errorf("no Host: %q", status)
	}
}

// A shutdown gives up fetches that do not come to an end.
func TestGatewayShutdown(t *testing.T) {
	come, release := make(chan struct{}, 1), make(chan struct{})
	f := lab(t, func(http.ResponseWriter, *http.Request) { come <- struct{}{}; <-release })
	defer close(release)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := one(pixel, Decision{Release: true})
	g, err := NewGateway(ln, GatewayConfig{Backend: b, Fetcher: f})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx) }()
	opened := make(chan struct{})
	go func() { defer close(opened); open(t, "GET", "http://"+ln.Addr().String()+"/p/"+tokenLong) }()
	<-come
	cancel()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
	<-opened
	if b.last().Outcome != Failed || len(b.last().Asked) != 1 {
		t.Errorf("event %+v", b.last())
	}
}

func TestGatewayListensOnLoopbackOnly(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0"} {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Skipf("listening on %s: %v", address, err)
		}
		_, err = NewGateway(ln, GatewayConfig{Backend: one(pixel, Decision{})})
		ln.Close()
		if !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// The limit holds back connections, and a closed one makes room.
func TestLimitListener(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := newLimitListener(inner, 1)
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 2 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Fatal("a second connection was accepted")
	case <-time.After(30 * time.Millisecond):
	}
	first.Close()
	first.Close() // frees one slot only
	second := <-accepted
	ln.Close()
	second.Close()
	if _, ok := <-accepted; ok {
		t.Error("accepted after Close")
	}
}
