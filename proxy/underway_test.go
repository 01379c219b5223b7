package proxy

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A slowWeb answers nothing before it is told to.
type slowWeb struct {
	answer  chan struct{} // closed when it answers
	picture []byte

	mu   sync.Mutex // guards what follows
	asks []string
	more chan struct{} // one for each ask
}

func newSlowWeb() *slowWeb {
	return &slowWeb{answer: make(chan struct{}), picture: pngOf(4), more: make(chan struct{}, 1000)}
}

func (s *slowWeb) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asks = append(s.asks, r.Host+r.URL.RequestURI())
	s.mu.Unlock()
	s.more <- struct{}{}
	select {
	case <-s.answer:
	case <-r.Context().Done():
		return
	}
	if r.URL.Path == "/hop" {
		http.Redirect(w, r, "http://elsewhere.com/", http.StatusFound)
		return
	}
	w.Write(s.picture)
}

func (s *slowWeb) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asks)
}

// pngOf is a picture.
func pngOf(side int) []byte {
	m := image.NewGray(image.Rect(0, 0, side, side))
	for i := range m.Pix {
		m.Pix[i] = byte(rand.Uint32())
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}

// A ledger is a [Backend] of senders that may know.
type ledger struct {
	loads map[string]Load
	keep  bool

	mu      sync.Mutex // guards what follows
	granted map[string]bool
	events  []Event
}

func (b *ledger) Find(_ context.Context, token, _ string) (Load, error) {
	if l, ok := b.loads[token]; ok {
		return l, nil
	}
	return Load{}, ErrUnknownToken
}

func (b *ledger) Decide(_ context.Context, l Load, _ *url.URL) (Decision, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.granted[l.Sender] {
		return Decision{Release: true, Keep: b.keep}, nil
	}
	return Decision{Reason: l.Sender + " may not know"}, nil
}

func (b *ledger) Record(_ context.Context, _ Load, e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

func (b *ledger) withdraw(sender string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.granted[sender] = false
}

// served is a gateway and its address.
func served(t *testing.T, cfg GatewayConfig) (*Gateway, string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGateway(ln, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	return g, "http://" + ln.Addr().String() + "/p/"
}

// fifty makes loads of two senders in turn.
func fifty(address func(i int) string) map[string]Load {
	loads := make(map[string]Load)
	for i := range 50 {
		token := fmt.Sprintf("%022d", i)
		loads[token] = Load{
			Token: token, URL: address(i), Sender: []string{"shop", "rival"}[i%2], Picture: true, Width: 4, Height: 4,
		}
	}
	return loads
}

// With fifty loads on their way a withdrawal asks nobody any more and shows
// nothing, and disturbs nothing of anybody else.
func TestRecheck(t *testing.T) {
	for _, c := range []struct {
		name    string
		keep    bool
		address func(i int) string
		// first is how many ask before the withdrawal, rest how many after it.
		first, rest int
	}{
		{"each of its own", false, func(i int) string { return fmt.Sprintf("http://img%d.com/", i) }, maxFetches, 25},
		{"one for all of a sender", true, func(i int) string { return fmt.Sprintf("http://img%d.com/", i%2) }, 2, 1},
		{"one for all", true, func(int) string { return "http://img.com/" }, 1, 1},
		{"with a redirect", false, func(i int) string { return fmt.Sprintf("http://img%d.com/hop", i) }, maxFetches, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			web := newSlowWeb()
			b := &ledger{loads: fifty(c.address), keep: c.keep, granted: map[string]bool{"shop": true, "rival": true}}
			g, base := served(t, GatewayConfig{Backend: b, Fetcher: lab(t, web.ServeHTTP), Keeper: &memory{}})
			pictures := make(map[string]bool)
			var mu sync.Mutex
			var opened sync.WaitGroup
			for token := range b.loads {
				opened.Go(func() {
					_, body := open(t, "GET", base+token)
					mu.Lock()
					defer mu.Unlock()
					pictures[token] = bytes.Equal(body, web.picture)
				})
			}
			for range c.first {
				<-web.more
			}
			waitFor(t, func() bool { return len(g.passages.list()) >= 50 })
			b.withdraw("shop")
			g.Recheck(t.Context())
			before := len(web.asked())
			if got := len(g.flightsNow()); got > 1 {
				t.Errorf("%d fetches are shared still", got)
			}
			close(web.answer)
			opened.Wait()
			for token, shown := range pictures {
				if shown != (b.loads[token].Sender == "rival") {
					t.Errorf("%s of %s: shown %v", token, b.loads[token].Sender, shown)
				}
			}
			for _, ask := range web.asked()[before:] {
				var number int
				if _, err := fmt.Sscanf(ask, "img%d.com", &number); err == nil && number%2 == 0 {
					t.Errorf("%s was asked after the withdrawal", ask)
				}
			}
			hosts := make(map[string]int)
			for _, e := range b.events {
				hosts[string(e.Outcome)]++
			}
			if len(b.events) != 50 || hosts[string(Held)] != 25 {
				t.Errorf("events %v", hosts)
			}
			if n := len(web.asked()); n > c.first+c.rest {
				t.Errorf("%d asks in all", n)
			}
		})
	}
}

// waitFor waits until something is so.
func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	for !so() {
		select {
		case <-t.Context().Done():
			t.Fatal("never")
		case <-time.After(time.Millisecond):
		}
	}
}

// flightsNow are the addresses of shared fetches under way.
func (g *Gateway) flightsNow() []string {
	g.flights.mu.Lock()
	defer g.flights.mu.Unlock()
	return slices.Collect(maps.Keys(g.flights.now))
}

// Who was asked before the withdrawal is said all the same.
func TestRecheckTellsWhoWasAsked(t *testing.T) {
	web := newSlowWeb()
	for _, keep := range []bool{false, true} {
		b := &ledger{loads: fifty(func(int) string { return "http://img.com/" }), keep: keep, granted: map[string]bool{"shop": true}}
		first := fmt.Sprintf("%022d", 0)
		wide := b.loads[first]
		wide.Width, wide.Height = 320, 100
		b.loads[first] = wide
		g, base := served(t, GatewayConfig{Backend: b, Fetcher: lab(t, web.ServeHTTP), Keeper: &memory{}})
		done := make(chan []byte)
		go func() {
			_, body := open(t, "GET", base+first)
			done <- body
		}()
		<-web.more
		b.withdraw("shop")
		g.Recheck(t.Context())
		if body := <-done; !bytes.HasPrefix(body, []byte("\x89PNG")) || bytes.Equal(body, web.picture) {
			t.Errorf("keep %v: no placeholder, but %q", keep, body)
		}
		want := Event{Outcome: Held, Reason: "shop may not know", Asked: []string{"img.com"}}
		if len(b.events) != 1 || fmt.Sprint(b.events[0]) != fmt.Sprint(want) {
			t.Errorf("keep %v: events %+v", keep, b.events)
		}
	}
}

// A picture that is being written when the withdrawal comes does not arrive.
func TestRecheckCutsAnAnswer(t *testing.T) {
	// More than the buffers of a connection hold, and what a picture may have.
	large := append(pngOf(4), make([]byte, 7<<20)...)
	b := &ledger{loads: fifty(func(int) string { return "http://img.com/" }), granted: map[string]bool{"shop": true}}
	g, base := served(t, GatewayConfig{Backend: b, Fetcher: lab(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(large) })})
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(base, "http://"), "/p/"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /p/%022d HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", 0, conn.RemoteAddr())
	first := make([]byte, 4096)
	if _, err := io.ReadFull(conn, first); err != nil || !bytes.Contains(first, []byte("image/png")) {
		t.Fatalf("%q, %v", first, err)
	}
	b.withdraw("shop")
	g.Recheck(t.Context())
	rest, _ := io.ReadAll(conn)
	if got := len(first) + len(rest); got >= len(large) {
		t.Errorf("%d octets came of %d", got, len(large))
	}
}

// Nothing is on its way, or nothing has changed: nothing is cut.
func TestRecheckOfNothing(t *testing.T) {
	web := newSlowWeb()
	b := &ledger{loads: fifty(func(int) string { return "http://img.com/" }), granted: map[string]bool{"shop": true}}
	g, base := served(t, GatewayConfig{Backend: b, Fetcher: lab(t, web.ServeHTTP)})
	g.Recheck(t.Context())
	done := make(chan []byte)
	go func() {
		_, body := open(t, "GET", base+fmt.Sprintf("%022d", 0))
		done <- body
	}()
	<-web.more
	g.Recheck(t.Context())
	close(web.answer)
	<-done
	waitFor(t, func() bool { return len(g.passages.list()) == 0 })
	if len(b.events) != 1 || b.events[0].Outcome != Released {
		t.Errorf("events %+v", b.events)
	}
}
