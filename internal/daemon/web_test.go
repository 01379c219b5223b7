package daemon_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/store"
)

const (
	logoURL = "http://img.shop.example/logo.gif"
	logo    = `<img src="` + logoURL + `" width="300" height="80" alt="Shop">`
)

// webbed starts a house with mail that was fetched, and the proxy for the web on.
func webbed(t *testing.T, mails ...string) (*house, *http.Client, api.Proxy) {
	t.Helper()
	h := newHouse(t, mails...)
	h.start()
	a := h.connect(anywhere)
	h.fetch(a, "INBOX")
	h.tracker.take()
	client, p := h.webProgram(nil)
	return h, client, p
}

// webProgram turns the proxy on, and returns a program that is set to it.
func (h *house) webProgram(roots *x509.CertPool) (*http.Client, api.Proxy) {
	h.t.Helper()
	on := true
	p, err := h.client.SwitchProxy(context.Background(), api.ProxyRequest{Web: &on})
	if err != nil || !p.Web || p.HTTP == "" || p.WebProblem != "" {
		h.t.Fatalf("%+v, %v", p, err)
	}
	tr := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: p.HTTP}), TLSClientConfig: &tls.Config{RootCAs: roots}}
	h.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}, p
}

// load asks for an address as a mail program does that has a cookie for it and tells
// where it stands, and returns the status and what came.
func (h *house) load(c *http.Client, method, at string) (int, string) {
	h.t.Helper()
	q, err := http.NewRequest(method, at, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	q.Header.Set("Cookie", "id=1")
	q.Header.Set("Referer", "imap://me@mail.example/INBOX")
	q.Header.Set("Accept", "image/png,image/*;q=0.8,*/*;q=0.5")
	resp, err := c.Do(q)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// A load that a program makes itself is decided on as one behind a token is: held until
// the reader agrees, told of once a day, tied to its mail, and held again.
func TestWebLoads(t *testing.T) {
	h, c, _ := webbed(t, mailFrom("shop.example", pixel+logo))
	expect := func(what string, want ...string) {
		t.Helper()
		if got := h.tracker.take(); !slices.Equal(got, want) {
			t.Errorf("%s: asked %q, want %q", what, got, want)
		}
	}
	for _, at := range []string{pixelURL, strings.Replace(pixelURL, "click.tracker.example", "CLICK.Tracker.example.:80", 1), strings.Replace(pixelURL, "/track/", "/tr%61ck/", 1)} {
		if code, body := h.load(c, "GET", at); code != 200 || !strings.HasPrefix(body, "GIF89a") || body == trackerGIF {
			t.Errorf("held: %d %q", code, body)
		}
	}
	expect("held")
	e := h.lastLoad()
	if e.Outcome != "held" || e.Sender != "shop.example" || e.Host != "click.tracker.example" || e.Reason == "" {
		t.Errorf("event is %+v", e)
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "HEAD"} {
		if code, _ := h.load(c, method, pixelURL); (code == 200) != (method == "HEAD") {
			t.Errorf("%s is answered %d", method, code)
		}
	}
	expect("other methods")
	// The program shows pictures, so one that tells nobody anything is fetched, without
	// what the program would have said of the reader.
	h.load(c, "GET", logoURL)
	h.load(c, "GET", logoURL)
	expect("a picture", logoURL)
	h.decide("granted", "shop.example")
	h.load(c, "GET", pixelURL)
	expect("granted", pixelURL)
	if e := h.lastLoad(); e.Outcome != "released" || e.Sender != "shop.example" {
		t.Errorf("event is %+v", e)
	}
	h.load(c, "GET", pixelURL)
	expect("the same day")
	h.decide("withdrawn", "shop.example")
	h.load(c, "GET", pixelURL)
	expect("withdrawn")
	if e := h.lastLoad(); e.Outcome != "held" {
		t.Errorf("event is %+v", e)
	}
}

// What is no load of a mail passes as it is, unless it is nothing but a tracker's.
func TestWebStrangers(t *testing.T) {
	h, c, _ := webbed(t, mailFrom("shop.example", logo))
	page := "http://news.example/page?x=1"
	if code, _ := h.load(c, "GET", page); code != 200 {
		t.Errorf("a page is answered %d", code)
	}
	if got := h.tracker.take(); !slices.Equal(got, []string{page, "with a cookie or a referrer"}) {
		t.Errorf("asked %q", got)
	}
	// A mail from before, say, that the program has stored.
	old := "http://shop.us1.list-manage.com/track/open.php?u=30400001&id=0123456789&e=abcdef0123"
	if code, body := h.load(c, "GET", old); code != 200 || !strings.HasPrefix(body, "GIF89a") {
		t.Errorf("%d %q", code, body)
	}
	if got := h.tracker.take(); len(got) > 0 {
		t.Errorf("asked %q", got)
	}
	if e := h.lastLoad(); e.Outcome != "held" || e.Sender != "" || e.Vendor != "mailchimp" {
		t.Errorf("event is %+v", e)
	}
}

// Mail that was planned before loads were looked up comes into the index by itself.
func TestWebOlderMail(t *testing.T) {
	h, _, _ := webbed(t, mailFrom("shop.example", pixel))
	h.asOlder(func(ctx context.Context, s *store.Store, _ store.Account) {
		db, err := sql.Open("sqlite", filepath.Join(s.Dir(), "unseen.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(ctx, "DELETE FROM loads; DELETE FROM load_hosts"); err != nil {
			t.Fatal(err)
		}
		if err := s.SetSetting(ctx, "loads to index", "1"); err != nil {
			t.Fatal(err)
		}
	})
	c, _ := h.webProgram(nil)
	h.until("it is known whose load it is", func() bool {
		h.load(c, "GET", pixelURL)
		list, err := h.client.Events(context.Background(), -1, 1)
		return err == nil && len(list) == 1 && list[0].Sender == "shop.example" && list[0].Outcome == "held"
	})
}

// One address in mails of several senders: a no to one of them counts, else a yes does.
func TestWebSeveralSenders(t *testing.T) {
	h, c, _ := webbed(t, mailFrom("shop.example", pixel), mailFrom("club.example", pixel))
	h.decide("granted", "shop.example")
	h.load(c, "GET", pixelURL)
	if got := h.tracker.take(); len(got) != 1 {
		t.Errorf("granted to one: asked %q", got)
	}
	h.decide("refused", "club.example")
	h.load(c, "GET", pixelURL)
	if got := h.tracker.take(); len(got) != 0 {
		t.Errorf("refused to the other: asked %q", got)
	}
}

// connectBy asks the proxy for a connection, and returns the status.
func connectBy(t *testing.T, at, address string) (int, net.Conn) {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address)
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: "CONNECT"})
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, c
}

// Where only the host is seen, one that only tracks is refused until all that is loaded
// from it may be; one that shows something too, and one that is not known, pass.
func TestWebHosts(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", strings.ReplaceAll(pixel+logo, "http:", "https:")+
		strings.ReplaceAll(pixel, "http://click.tracker.example", "https://img.shop.example")))
	h.lab.Web.TLS = lab.Echo(t)
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	_, p := h.webProgram(nil)
	for host, want := range map[string]int{
		"click.tracker.example:443": 403, "CLICK.tracker.example.:443": 403, "img.shop.example:443": 200, "news.example:443": 200,
	} {
		if got, _ := connectBy(t, p.HTTP, host); got != want {
			t.Errorf("%s is answered %d, want %d", host, got, want)
		}
	}
	h.decide("granted", "shop.example")
	code, c := connectBy(t, p.HTTP, "click.tracker.example:443")
	if code != 200 {
		t.Fatalf("granted: %d", code)
	}
	if e := h.lastLoad(); e.Outcome != "released" || e.Host != "click.tracker.example" || e.Sender != "shop.example" {
		t.Errorf("event is %+v", e)
	}
	h.decide("withdrawn", "shop.example")
	if b, _ := io.ReadAll(c); strings.Contains(string(b), lab.Farewell) {
		t.Error("what was granted is not cut")
	}
	if code, _ := connectBy(t, p.HTTP, "click.tracker.example:443"); code != 403 {
		t.Errorf("withdrawn: %d", code)
	}
	// Nothing leads to ourselves.
	for _, at := range []string{strings.TrimPrefix(h.daemon.Origin(), "http://"), p.HTTP} {
		if code, _ := connectBy(t, p.HTTP, at); code == 200 {
			t.Errorf("%s is connected to", at)
		}
	}
}

// A host that the reader names is opened once there is a certificate for it: then each
// address is decided on.
func TestWebIntercept(t *testing.T) {
	tracked := strings.Replace(pixelURL, "http://click.tracker.example", "https://example.com", 1)
	h := newHouse(t, mailFrom("shop.example", strings.ReplaceAll(pixel, pixelURL, tracked)+`<img src="https://example.com/logo.gif" width="300" height="80">`))
	far := httptest.NewUnstartedServer(h.tracker)
	far.Config.ErrorLog = log.New(io.Discard, "", 0)
	far.StartTLS() // its certificate is for example.com
	defer far.Close()
	h.lab.Web.TLS, h.lab.Web.Roots = far.Listener.Addr().String(), x509.NewCertPool()
	h.lab.Web.Roots.AddCert(far.Certificate())
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	ours := x509.NewCertPool()
	c, _ := h.webProgram(ours)
	p, err := h.client.SwitchProxy(t.Context(), api.ProxyRequest{Open: "Example.com."})
	if err != nil || len(p.Opened) != 1 || p.Opened[0] != (api.OpenedHost{Host: "example.com", Missing: true}) {
		t.Fatalf("%+v, %v", p.Opened, err)
	}
	var unknown x509.UnknownAuthorityError
	if _, err := c.Get(tracked); !errors.As(err, &unknown) {
		t.Errorf("before there is a certificate it is opened: %v", err)
	}
	all, err := h.client.CoverHosts(t.Context())
	if err != nil || len(all.List) != 1 || !slices.Contains(all.List[0].Hosts, "example.com") {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := c.Get(tracked); !errors.As(err, &unknown) {
		t.Errorf("without trust: %v", err)
	}
	ours.AppendCertsFromPEM([]byte(all.List[0].Certificate))
	c, _ = h.webProgram(ours)
	h.load(c, "GET", tracked)
	if got := h.tracker.take(); len(got) > 0 {
		t.Errorf("held: asked %q", got)
	}
	h.load(c, "GET", "https://example.com/logo.gif")
	h.load(c, "GET", "https://example.com/other")
	if got := h.tracker.take(); !slices.Equal(got, []string{"http://example.com/logo.gif", "http://example.com/other", "with a cookie or a referrer"}) {
		t.Errorf("asked %q", got)
	}
	h.restart()
	if p, err = h.client.Proxy(t.Context()); err != nil || !p.Web || len(p.Opened) != 1 || p.Opened[0].Missing {
		t.Errorf("after a restart: %+v, %v", p, err)
	}
	if p, err = h.client.SwitchProxy(t.Context(), api.ProxyRequest{Close: "example.com"}); err != nil || len(p.Opened) != 0 {
		t.Errorf("%+v, %v", p.Opened, err)
	}
	c, _ = h.webProgram(ours)
	if _, err := c.Get(tracked); !errors.As(err, &unknown) {
		t.Errorf("taken away, it is opened: %v", err)
	}
}

// Names that are none are refused, and where config.toml has the list it is the list.
func TestWebInterceptNames(t *testing.T) {
	h := newHouse(t)
	h.start()
	for _, host := range []string{"com", "https://shop.example", "192.0.2.1", "[::1]", "a b.example", "*.shop.example", "-a.example", "shop.example:443"} {
		var wrong *api.Error
		if _, err := h.client.SwitchProxy(t.Context(), api.ProxyRequest{Open: host}); !errors.As(err, &wrong) || wrong.Code != api.CodeWrong {
			t.Errorf("%q: %v", host, err)
		}
	}
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if h.settings, err = config.Parse("config.toml", `proxy = { intercept = ["img.shop.example"] }`); err != nil {
		t.Fatal(err)
	}
	h.start()
	var conflict *api.Error
	if _, err := h.client.SwitchProxy(t.Context(), api.ProxyRequest{Open: "other.example"}); !errors.As(err, &conflict) || conflict.Code != api.CodeConflict || conflict.Hint == "" {
		t.Errorf("pinned: %v", err)
	}
	if p, err := h.client.Proxy(t.Context()); err != nil || len(p.Opened) != 1 || p.Opened[0].Host != "img.shop.example" {
		t.Errorf("%+v, %v", p.Opened, err)
	}
}

// Off, there is nothing on its port; on again, it is the same one.
func TestWebOff(t *testing.T) {
	h, _, p := webbed(t)
	off := false
	gone, err := h.client.SwitchProxy(t.Context(), api.ProxyRequest{Web: &off})
	if err != nil || gone.Web || gone.Mail {
		t.Fatalf("%+v, %v", gone, err)
	}
	if c, err := net.Dial("tcp", p.HTTP); err == nil {
		c.Close()
		t.Error("it listens")
	}
	if _, again := h.webProgram(nil); again.HTTP != p.HTTP {
		t.Errorf("it is at %s, and was at %s", again.HTTP, p.HTTP)
	}
	h.restart()
	if c, err := net.Dial("tcp", p.HTTP); err != nil {
		t.Errorf("after a restart: %v", err)
	} else {
		c.Close()
	}
}
