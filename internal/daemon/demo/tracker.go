package demo

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Hit is what the tracker learns from one request.
type Hit struct {
	// URL is what was asked for, with the host that the mail names.
	URL string
	// Headers are the names of the request's headers, sorted.
	Headers []string
	// Cookie is the cookie that came back, "" if none did.
	Cookie string
	// Agent and Referer are what the request says of the reader's program and
	// of where it read the address.
	Agent, Referer string
}

// A Tracker is a web server that stands for every host of the internet, writes
// down what it learns, and sets a cookie as trackers do.
type Tracker struct {
	// Plain and TLS are where it listens.
	Plain, TLS string
	// Roots is who vouches for its certificates.
	Roots *x509.CertPool

	server *http.Server
	work   sync.WaitGroup

	mu   sync.Mutex // guards what follows
	hits []Hit
	tell func(Hit)
}

// startTracker starts the server.
func startTracker() (*Tracker, error) {
	authority, err := newAuthority()
	if err != nil {
		return nil, fmt.Errorf("starting the demo's tracker: %w", err)
	}
	t := &Tracker{Roots: authority.pool}
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	plain, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the demo's tracker: %w", err)
	}
	secure, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		plain.Close()
		return nil, fmt.Errorf("starting the demo's tracker: %w", err)
	}
	t.Plain, t.TLS = plain.Addr().String(), secure.Addr().String()
	config := &tls.Config{GetCertificate: authority.certificate, MinVersion: tls.VersionTLS12}
	// Both end when the server is closed.
	t.work.Go(func() { _ = t.server.Serve(plain) })
	t.work.Go(func() { _ = t.server.Serve(tls.NewListener(secure, config)) })
	return t, nil
}

// close ends the server.
func (t *Tracker) close() {
	t.server.Close()
	t.work.Wait()
}

// ServeHTTP writes the request down and answers it with a picture.
func (t *Tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	t.learn(Hit{
		URL: scheme + "://" + r.Host + r.URL.RequestURI(), Headers: slices.Sorted(maps.Keys(r.Header)),
		Cookie: r.Header.Get("Cookie"), Agent: r.UserAgent(), Referer: r.Referer(),
	})
	http.SetCookie(w, &http.Cookie{Name: "reader", Value: "0f3a9c", MaxAge: 31536000})
	body, mediaType := picture(r.URL.Path)
	w.Header().Set("Content-Type", mediaType)
	_, _ = w.Write(body) // whoever asked may have left
}

// learn writes a hit down.
func (t *Tracker) learn(h Hit) {
	t.mu.Lock()
	t.hits = append(t.hits, h)
	tell := t.tell
	t.mu.Unlock()
	if tell != nil {
		tell(h)
	}
}

// Hits returns what was learned so far.
func (t *Tracker) Hits() []Hit {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.hits)
}

// onHit sets who is told of each hit.
func (t *Tracker) onHit(tell func(Hit)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tell = tell
}

// picture makes a picture for a path: a coloured one for what is named like a
// picture, and the smallest there is for everything else.
func picture(name string) (body []byte, mediaType string) {
	var out bytes.Buffer
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".png":
		if path.Base(name) == "px.png" {
			break
		}
		sum := fnv.New32a()
		sum.Write([]byte(name))
		n := sum.Sum32()
		img := image.NewPaletted(image.Rect(0, 0, 300, 160), color.Palette{
			color.RGBA{uint8(64 + n%128), uint8(64 + n>>8%128), uint8(64 + n>>16%128), 255},
		})
		if png.Encode(&out, img) == nil {
			return out.Bytes(), "image/png"
		}
	}
	out.Reset()
	dot := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Transparent})
	_ = gif.Encode(&out, dot, nil) // a buffer takes everything
	return out.Bytes(), "image/gif"
}
