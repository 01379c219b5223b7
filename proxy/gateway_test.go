package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// backend is a [Backend] of a map and two functions.
type backend struct {
	loads  map[string]Load
	decide func(l Load, at *url.URL) (Decision, error)

	mu     sync.Mutex // guards what follows
	events []Event
}

func (b *backend) Find(_ context.Context, token, rest string) (Load, error) {
	if l, ok := b.loads[strings.TrimSuffix(token+"/"+rest, "/")]; ok {
		return l, nil
	}
	return Load{}, ErrUnknownToken
}

func (b *backend) Decide(_ context.Context, l Load, at *url.URL) (Decision, error) {
	return b.decide(l, at)
}

func (b *backend) Record(_ context.Context, _ Load, e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

func (b *backend) last() Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) == 0 {
		return Event{}
	}
	return b.events[len(b.events)-1]
}

// one is a backend with one load behind both tokens.
func one(l Load, d Decision) *backend {
	l.Token = tokenLong
	return &backend{
		loads:  map[string]Load{tokenLong: l, tokenShort: l},
		decide: func(Load, *url.URL) (Decision, error) { return d, nil },
	}
}

// memory is a [Keeper] of a map.
type memory struct {
	mu sync.Mutex // guards what follows
	m  map[string]Copy
}

func (m *memory) Get(url string) (Copy, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.m[url]
	return c, ok
}

func (m *memory) Put(url string, c Copy) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil {
		m.m = map[string]Copy{}
	}
	m.m[url] = c
}

// gateway serves b and returns its address.
func gateway(t testing.TB, b Backend, f *Fetcher, k Keeper) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGateway(ln, GatewayConfig{Backend: b, Fetcher: f, Keeper: k})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	return "http://" + ln.Addr().String()
}

// open asks for an address with some headers, "Name: value".
func open(t testing.TB, method, address string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	fields := make(map[string]string)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		fields[name] = value
	}
	return carry(t, r, fields)
}

// carry makes a request with some headers on a connection of its own.
func carry(t testing.TB, r *http.Request, header map[string]string) (*http.Response, []byte) {
	t.Helper()
	for name, value := range header {
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	trip := &http.Transport{Proxy: nil, DisableKeepAlives: true}
	resp, err := trip.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

var pixel = Load{URL: "http://track.shop.com/o?id=1", Sender: "Shop", Pixel: true, Picture: true, Width: 1, Height: 1}
var picture = Load{URL: "http://img.shop.com/a.png", Sender: "Shop", Picture: true, Width: 320, Height: 100}

// nobody fails the test if it is asked.
func nobody(t testing.TB) *Fetcher {
	return lab(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked for while held", r.Host) })
}

func TestHeldPixel(t *testing.T) {
	b := one(pixel, Decision{Reason: "Shop wants to know"})
	base := gateway(t, b, nobody(t), nil)
	for _, path := range []string{"/p/" + tokenLong, "/p/" + tokenLong + "_____", "/" + tokenShort + "__"} {
		resp, body := open(t, "GET", base+path)
		if resp.StatusCode != 200 || string(body) != transparent || resp.Header.Get("Content-Type") != "image/gif" {
			t.Errorf("%s: %d, %s, %d octets", path, resp.StatusCode, resp.Header.Get("Content-Type"), len(body))
		}
	}
	if e := b.last(); e.Outcome != Held || e.Reason != "Shop wants to know" || len(e.Asked) != 0 {
		t.Errorf("event %+v", e)
	}
}

func TestHeldPicture(t *testing.T) {
	base := gateway(t, one(picture, Decision{}), nobody(t), nil)
	resp, body := open(t, "GET", base+"/p/"+tokenLong)
	if resp.Header.Get("Content-Type") != "image/png" {
		t.Fatalf("answered %s", resp.Header.Get("Content-Type"))
	}
	pic, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if size := pic.Bounds().Size(); size.X != 640 || size.Y != 200 {
		t.Errorf("placeholder is %v; want twice what is declared", size)
	}
}

// What is no element that could show a placeholder gets nothing to see.
func TestHeldBackground(t *testing.T) {
	l := picture
	l.Picture = false
	_, body := open(t, "GET", gateway(t, one(l, Decision{}), nobody(t), nil)+"/p/"+tokenLong)
	if string(body) != transparent {
		t.Errorf("%d octets", len(body))
	}
}

func TestUndecidedIsHeld(t *testing.T) {
	b := one(pixel, Decision{})
	b.decide = func(Load, *url.URL) (Decision, error) { return Decision{Release: true}, errors.New("disk gone") }
	_, body := open(t, "GET", gateway(t, b, nobody(t), nil)+"/p/"+tokenLong)
	if string(body) != transparent || b.last().Outcome != Held {
		t.Errorf("%d octets, %+v", len(body), b.last())
	}
}

func TestReleased(t *testing.T) {
	pic := "\x89PNG\r\n\x1a\nthe rest"
	f := lab(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, pic) })
	b := one(picture, Decision{Release: true, Reason: "you agreed"})
	resp, body := open(t, "GET", gateway(t, b, f, nil)+"/p/"+tokenLong)
	if string(body) != pic || resp.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%q as %s", body, resp.Header.Get("Content-Type"))
	}
	if e := b.last(); e.Outcome != Released || fmt.Sprint(e.Asked) != "[img.shop.com]" {
		t.Errorf("event %+v", e)
	}
}

func TestEveryAnswerIsSafe(t *testing.T) {
	base := gateway(t, one(pixel, Decision{}), nobody(t), nil)
	for _, path := range []string{"/p/" + tokenLong, "/nothing", "/"} {
		resp, _ := open(t, "GET", base+path)
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q; want %q", path, name, got, want)
			}
		}
		for name := range resp.Header {
			if strings.HasPrefix(name, "Access-Control") || name == "Set-Cookie" {
				t.Errorf("%s: %s is sent", path, name)
			}
		}
	}
}

func TestFence(t *testing.T) {
	base := gateway(t, one(pixel, Decision{}), nobody(t), nil)
	host := strings.TrimPrefix(base, "http://")
	for _, c := range []struct {
		name, method string
		headers      []string
		status       int
	}{
		{"plain client", "GET", nil, 200},
		{"Thunderbird", "GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"}, 200},
		{"address typed in a browser", "GET", []string{"Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, 200},
		{"HEAD", "HEAD", nil, 200},
		{"page that fetches", "GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"}, 403},
		{"page that fetches without CORS", "GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: empty"}, 403},
		{"page that navigates", "GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, 403},
		{"page that loads a script", "GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"}, 403},
		{"page of another port", "GET", []string{"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"}, 403},
		{"web socket", "GET", []string{"Sec-Fetch-Mode: websocket"}, 403},
		{"Origin", "GET", []string{"Origin: https://evil.com"}, 403},
		{"Origin null", "GET", []string{"Origin: null"}, 403},
		{"rebound name", "GET", []string{"Host: evil.com"}, 403},
		{"rebound name with port", "GET", []string{"Host: evil.com" + host[strings.Index(host, ":"):]}, 403},
		{"localhost", "GET", []string{"Host: localhost" + host[strings.Index(host, ":"):]}, 403},
		{"no port", "GET", []string{"Host: 127.0.0.1"}, 403},
		{"POST", "POST", nil, 405},
		{"PUT", "PUT", nil, 405},
		{"DELETE", "DELETE", nil, 405},
		{"preflight", "OPTIONS", nil, 405},
		{"TRACE", "TRACE", nil, 405},
		{"unknown method", "BREW", nil, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, _ := open(t, c.method, base+"/p/"+tokenLong, c.headers...)
			if resp.StatusCode != c.status {
				t.Errorf("status %d; want %d", resp.StatusCode, c.status)
			}
		})
	}
}

// A client that looks without loading makes nothing happen.
func TestHeadAsksNobody(t *testing.T) {
	b := one(pixel, Decision{Release: true})
	resp, body := open(t, "HEAD", gateway(t, b, nobody(t), nil)+"/p/"+tokenLong)
	if resp.StatusCode != 200 || len(body) != 0 || len(b.events) != 0 {
		t.Errorf("%d, %d octets, events %v", resp.StatusCode, len(body), b.events)
	}
}

// Who guesses learns nothing from the kind of the miss.
func TestMissesAreAlike(t *testing.T) {
	base := gateway(t, one(pixel, Decision{}), nobody(t), nil)
	first, firstBody := open(t, "GET", base+"/p/"+strings.Repeat("x", longToken))
	if first.StatusCode != 404 {
		t.Fatalf("unknown token: %d", first.StatusCode)
	}
	for _, path := range []string{"/", "/" + strings.Repeat("y", shortToken), "/p/short", "/p/" + tokenLong + "?a", "/p/" + tokenLong + "?", "/favicon.ico", "/p/%41", "//" + tokenShort} {
		resp, body := open(t, "GET", base+path)
		first.Header.Set("Date", resp.Header.Get("Date"))
		if resp.StatusCode != 404 || !bytes.Equal(body, firstBody) || !maps.EqualFunc(resp.Header, first.Header, func(a, b []string) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
			t.Errorf("%s: %d %q %v", path, resp.StatusCode, body, resp.Header)
		}
	}
}

// Guessing is slowed down; opening is not.
func TestMissLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMissLimit()
		begin := time.Now()
		for range missesPerMinute {
			if !m.wait(t.Context()) {
				t.Fatal("refused within the limit")
			}
		}
		if d := time.Since(begin); d != 0 {
			t.Errorf("delayed by %v within the limit", d)
		}
		var wg sync.WaitGroup
		for range missWaiters {
			wg.Go(func() {
				if !m.wait(t.Context()) {
					t.Error("refused although few wait")
				}
			})
		}
		synctest.Wait()
		if m.wait(t.Context()) {
			t.Error("not refused although many wait")
		}
		wg.Wait()
		if d := time.Since(begin); d != missDelay {
			t.Errorf("delayed by %v; want %v", d, missDelay)
		}
		time.Sleep(time.Minute)
		begin = time.Now()
		m.wait(t.Context())
		if time.Since(begin) != 0 {
			t.Error("delayed a minute later")
		}
	})
}

// While as many misses wait as may, the next one is turned away and an opening
// is not.
func TestHitsAreNotDelayedByMisses(t *testing.T) {
	base := gateway(t, one(pixel, Decision{}), nobody(t), nil)
	for range missesPerMinute {
		open(t, "GET", base+"/x")
	}
	var waiting sync.WaitGroup
	defer waiting.Wait()
	refused := make(chan struct{}, 4*missWaiters)
	for range 4 * missWaiters {
		waiting.Go(func() {
			if resp, _ := open(t, "GET", base+"/x"); resp.StatusCode == http.StatusTooManyRequests {
				refused <- struct{}{}
			}
		})
	}
	<-refused
	if resp, _ := open(t, "GET", base+"/p/"+tokenLong); resp.StatusCode != http.StatusOK {
		t.Errorf("an opening while misses wait: %s", resp.Status)
	}
}

func TestResources(t *testing.T) {
	for _, c := range []struct {
		resource, mediaType, body string
		status                    int
	}{
		{ResourceStyle, "text/css; charset=utf-8", "", 200},
		{ResourceFont, "text/plain; charset=utf-8", missText, 404},
		{ResourceMedia, "text/plain; charset=utf-8", missText, 404},
		{ResourceFrame, "text/html; charset=utf-8", framePage(Words{}.orEnglish()), 200},
	} {
		t.Run(c.resource, func(t *testing.T) {
			b := one(Load{URL: "http://a.com/x", Resource: c.resource}, Decision{Release: true})
			resp, body := open(t, "GET", gateway(t, b, nobody(t), nil)+"/p/"+tokenLong)
			if resp.StatusCode != c.status || string(body) != c.body || resp.Header.Get("Content-Type") != c.mediaType {
				t.Errorf("%d %s %q", resp.StatusCode, resp.Header.Get("Content-Type"), body)
			}
			if framed := resp.Header.Get("X-Frame-Options") == ""; framed != (c.resource == ResourceFrame) {
				t.Errorf("may be framed: %v", framed)
			}
			if b.last().Outcome != Held {
				t.Errorf("event %+v", b.last())
			}
		})
	}
}

// A picture's token in a frame or a player does not make it go out.
func TestPictureInFrame(t *testing.T) {
	b := one(picture, Decision{Release: true})
	base := gateway(t, b, nobody(t), nil)
	open(t, "GET", base+"/p/"+tokenLong, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe")
	open(t, "GET", base+"/p/"+tokenLong, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: video")
	if b.last().Outcome != Held {
		t.Errorf("event %+v", b.last())
	}
}

func TestNotAPicture(t *testing.T) {
	for _, body := range []string{"<svg xmlns='http://www.w3.org/2000/svg'/>", "<!DOCTYPE html><script>1</script>", ""} {
		f := lab(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/gif")
			fmt.Fprint(w, body)
		})
		b := one(picture, Decision{Release: true, Keep: true})
		k := &memory{}
		resp, _ := open(t, "GET", gateway(t, b, f, k)+"/p/"+tokenLong)
		if resp.Header.Get("Content-Type") != "image/png" || b.last().Outcome != Failed || len(b.last().Asked) != 1 || len(k.m) != 0 {
			t.Errorf("%q: %s, %+v, %d kept", body, resp.Header.Get("Content-Type"), b.last(), len(k.m))
		}
	}
}

// A pixel was asked for whatever came back, and the record says so.
func TestReleasedPixelWithoutPicture(t *testing.T) {
	for status, want := range map[int]Outcome{200: Released, 204: Released, 404: Failed, 500: Failed} {
		f := lab(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		b := one(pixel, Decision{Release: true})
		_, body := open(t, "GET", gateway(t, b, f, nil)+"/p/"+tokenLong)
		if string(body) != transparent || b.last().Outcome != want || len(b.last().Asked) != 1 {
			t.Errorf("%d: %d octets, %+v", status, len(body), b.last())
		}
	}
}

func TestHeldHop(t *testing.T) {
	f := lab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "tracker.com" {
			t.Error("the held hop was asked for")
		}
		http.Redirect(w, r, "http://tracker.com/?id=1", http.StatusFound)
	})
	b := one(picture, Decision{})
	b.decide = func(_ Load, at *url.URL) (Decision, error) {
		return Decision{Release: at.Host != "tracker.com", Keep: true, Reason: at.Host}, nil
	}
	k := &memory{}
	open(t, "GET", gateway(t, b, f, k)+"/p/"+tokenLong)
	if e := b.last(); e.Outcome != Held || e.Reason != "tracker.com" || fmt.Sprint(e.Asked) != "[img.shop.com]" || len(k.m) != 0 {
		t.Errorf("event %+v, %d kept", e, len(k.m))
	}
}
