package lab

import (
	"bytes"
	"crypto/tls"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Hit is everything a tracker learns from one request.
type Hit struct {
	// Method and URL are as asked; URL is absolute, whoever the request was
	// meant for.
	Method, URL string
	// Header holds all request headers.
	Header http.Header
	// Cookies are those that were sent back.
	Cookies []*http.Cookie
	// Proxied says that the request was meant for another machine.
	Proxied bool
	// At is when it came.
	At time.Time
}

// A Tracker is a web server on loopback that writes down every request. It
// answers paths that end in "pixel" with a transparent picture of one pixel
// and all others with a blue one of 40 by 30, always with a cookie, as
// trackers do. "/redirect?to=URL" redirects.
//
// It also stands in for the rest of the internet: named as a proxy, it writes
// down what was meant for elsewhere and answers it in the same way. Tunnels
// (CONNECT) are written down and refused.
type Tracker struct {
	// URL is where it listens, without a slash at the end.
	URL string
	// Port is the port of URL.
	Port int
	// Addr and TLSAddr take connections meant for any host, without TLS and
	// with it.
	Addr, TLSAddr string
	// Authority signs the certificates of TLSAddr.
	Authority *Authority

	pixel, picture []byte

	mu   sync.Mutex // guards what follows
	hits []Hit
}

// StartTracker starts a tracker that ends with the test.
func StartTracker(t testing.TB) *Tracker {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr := &Tracker{
		URL:       "http://" + ln.Addr().String(),
		Addr:      ln.Addr().String(),
		Port:      ln.Addr().(*net.TCPAddr).Port,
		Authority: NewAuthority(t),
		pixel:     onePixel(t),
		picture:   bluePicture(t),
	}
	tr.serve(t, ln)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr.TLSAddr = inner.Addr().String()
	tr.serve(t, tls.NewListener(inner, tr.Authority.anyName()))
	return tr
}

func (tr *Tracker) serve(t testing.TB, ln net.Listener) {
	t.Helper()
	server := &http.Server{Handler: tr, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln) // it always ends with ErrServerClosed
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
}

// ServeHTTP writes the request down and answers it.
func (tr *Tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hit := Hit{
		Method:  r.Method,
		URL:     meant(r),
		Header:  r.Header.Clone(),
		Cookies: r.Cookies(),
		Proxied: r.URL.IsAbs() || r.Method == http.MethodConnect,
		At:      time.Now(),
	}
	tr.mu.Lock()
	tr.hits = append(tr.hits, hit)
	tr.mu.Unlock()

	if r.Method == http.MethodConnect {
		http.Error(w, "the lab has no way out", http.StatusForbidden)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "seen", Value: "before", Path: "/", MaxAge: 3600})
	w.Header().Set("Cache-Control", "no-store")
	if to := r.URL.Query().Get("to"); r.URL.Path == "/redirect" && to != "" {
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	if strings.HasSuffix(r.URL.Path, "pixel") || strings.HasSuffix(r.URL.Path, "pixel.gif") {
		w.Header().Set("Content-Type", "image/gif")
		_, _ = w.Write(tr.pixel) // the client may have gone: no matter
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(tr.picture)
}

// meant is the address that a request was for.
func meant(r *http.Request) string {
	switch {
	case r.Method == http.MethodConnect:
		return r.Host
	case r.URL.IsAbs():
		return r.URL.String()
	case r.TLS != nil:
		return "https://" + r.Host + r.URL.String()
	}
	return "http://" + r.Host + r.URL.String()
}

// Hits returns what was learnt so far, in order.
func (tr *Tracker) Hits() []Hit {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return slices.Clone(tr.hits)
}

// For returns the hits whose address contains a word.
func (tr *Tracker) For(word string) []Hit {
	var out []Hit
	for _, h := range tr.Hits() {
		if strings.Contains(h.URL, word) {
			out = append(out, h)
		}
	}
	return out
}

// Forget empties the log and returns what was in it.
func (tr *Tracker) Forget() []Hit {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	hits := tr.hits
	tr.hits = nil
	return hits
}

// Wait returns as soon as a hit contains the word, or false if none came in
// time.
func (tr *Tracker) Wait(word string, limit time.Duration) bool {
	return Until(limit, func() bool { return len(tr.For(word)) > 0 })
}

// Address returns the address of a path on the tracker with a query, as it
// would stand in a mail before HTML escapes it.
func (tr *Tracker) Address(path string, query url.Values) string {
	if len(query) == 0 {
		return tr.URL + path
	}
	return tr.URL + path + "?" + query.Encode()
}

func onePixel(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	img := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Transparent})
	if err := gif.Encode(&buf, img, nil); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func bluePicture(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	img := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.RGBA{0, 0, 200, 255}})
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
