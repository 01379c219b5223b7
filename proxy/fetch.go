package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"syscall"
	"time"
)

const (
	fetchTimeout  = 10 * time.Second
	maxPicture    = 8 << 20
	maxRedirects  = 5
	maxFetches    = 16
	maxPerHost    = 6
	maxFetchHead  = 64 << 10
	idleFetchConn = 10 * time.Second
)

// What a fetch can end with besides a picture; the network's own errors aside.
var (
	// ErrNotPicture is returned where something else than a raster picture came.
	ErrNotPicture = errors.New("proxy: answer is not a raster picture")
	// ErrTooLarge is returned for a picture of more than 8 MiB.
	ErrTooLarge = errors.New("proxy: answer is too large")
	// ErrRedirect is returned for the sixth redirect, and for one that leads
	// from https to http.
	ErrRedirect = errors.New("proxy: redirect is not followed")
)

// A HeldError says that a redirect led to something that is held.
type HeldError struct {
	// Decision is why.
	Decision Decision
}

// Error does not name the address.
func (e *HeldError) Error() string { return "proxy: redirect leads to a load that is held" }

// A StatusError is an answer that is neither a success nor a redirect.
type StatusError struct {
	// Status is the code (RFC 9110, section 15).
	Status int
}

// Error names the code.
func (e *StatusError) Error() string {
	return fmt.Sprintf("proxy: server answered %d %s", e.Status, http.StatusText(e.Status))
}

// FetcherConfig configures a [Fetcher]. Its zero value is that of the product.
type FetcherConfig struct {
	// Resolver resolves host names. Nil means the system's.
	Resolver *net.Resolver
	// Lab, if not nil, keeps every fetch on this machine: for demo and tests.
	Lab *Lab
}

// A Fetcher asks for pictures on behalf of a mail.
//
// What it sends is the same for every reader and every mail: the headers of
// [Fetcher.request] and nothing else. TLS sessions are not resumed, because a
// ticket would know the reader again.
type Fetcher struct {
	lab   *Lab
	trip  *http.Transport
	slots chan struct{}
}

// NewFetcher returns a Fetcher. It connects to nothing and resolves nothing
// before it is asked to fetch.
func NewFetcher(cfg FetcherConfig) *Fetcher {
	limits := newBorder()
	dialer := &net.Dialer{
		Timeout:  fetchTimeout,
		Resolver: cfg.Resolver,
		// The address is checked when it is connected to, so it does not matter
		// how it was written, what a name resolves to, or when that changes.
		Control: func(_, address string, _ syscall.RawConn) error { return limits.checkDial(address) },
	}
	f := &Fetcher{lab: cfg.Lab, slots: make(chan struct{}, maxFetches)}
	f.trip = &http.Transport{
		Proxy:                  nil, // the environment may name ourselves
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    fetchTimeout,
		ResponseHeaderTimeout:  fetchTimeout,
		MaxResponseHeaderBytes: maxFetchHead,
		MaxConnsPerHost:        maxPerHost,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        idleFetchConn,
		ForceAttemptHTTP2:      true,
	}
	if f.lab != nil {
		f.trip.DialContext = f.lab.dial
		f.trip.TLSClientConfig.RootCAs = f.lab.Roots
	}
	return f
}

// Close closes connections that are kept for further fetches.
func (f *Fetcher) Close() { f.trip.CloseIdleConnections() }

// A Picture is what a fetch brought.
type Picture struct {
	// Type is the media type by the octets; Body the picture.
	Type string
	Body []byte
	// Fresh is how long it may be shown again, and Keep whether every
	// redirect on the way allowed it; Until is the first end that one of them
	// set, zero if none did.
	Fresh time.Duration
	Keep  bool
	Until time.Time
	// Asked are the hosts that a connection was made to, in order, also where
	// the fetch failed.
	Asked []string
}

// A Hop decides on a redirect to an address.
type Hop func(ctx context.Context, at *url.URL) (Decision, error)

// Fetch asks for the picture at u, which was released, and asks hop before each
// redirect. A Picture returned with an error has only Asked.
func (f *Fetcher) Fetch(ctx context.Context, u *url.URL, hop Hop) (Picture, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-ctx.Done():
		return Picture{}, fmt.Errorf("waiting for a free connection: %w", ctx.Err())
	}
	pic := Picture{Keep: true}
	for hops := 0; ; hops++ {
		resp, at, err := f.ask(ctx, u, &pic)
		if err != nil {
			return Picture{Asked: pic.Asked}, err
		}
		next, err := redirect(resp, at)
		if err == nil && next == nil {
			err = readPicture(resp, &pic)
		}
		// Not drained: the rest could be endless.
		resp.Body.Close()
		if err == nil && next != nil {
			err = f.decide(ctx, hops, next, hop, &pic)
		}
		if err != nil {
			return Picture{Asked: pic.Asked}, err
		}
		if next == nil {
			return pic, nil
		}
		u = next
	}
}

// decide says whether a redirect is followed.
func (f *Fetcher) decide(ctx context.Context, hops int, next *url.URL, hop Hop, pic *Picture) error {
	if hops >= maxRedirects {
		return fmt.Errorf("after %d redirects: %w", maxRedirects, ErrRedirect)
	}
	d, err := hop(ctx, next)
	if err != nil {
		return fmt.Errorf("deciding on redirect: %w", err)
	}
	if !d.Release {
		return &HeldError{Decision: d}
	}
	pic.Keep = pic.Keep && d.Keep
	pic.Until = earlier(pic.Until, d.Until)
	return nil
}

// earlier returns the earlier of two times; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// ask sends one request and returns the answer and the address as it was sent.
func (f *Fetcher) ask(ctx context.Context, u *url.URL, pic *Picture) (*http.Response, *url.URL, error) {
	at, err := f.clean(u)
	if err != nil {
		return nil, nil, err
	}
	met := make(chan struct{}, 8) // more connections than one request tries
	note := func() {
		select {
		case met <- struct{}{}:
		default:
		}
	}
	trace := &httptrace.ClientTrace{
		// Whoever is connected to has learned of the opening, even if the TLS
		// handshake fails after its name was said.
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				note()
			}
		},
		GotConn: func(httptrace.GotConnInfo) { note() },
	}
	resp, err := f.trip.RoundTrip(f.request(httptrace.WithClientTrace(ctx, trace), at))
	select {
	case <-met:
		pic.Asked = append(pic.Asked, at.Hostname())
	default:
	}
	if err != nil {
		// The transport's error may name the address.
		return nil, nil, fmt.Errorf("asking for a picture: %w", err)
	}
	return resp, at, nil
}

// clean applies the rules on the form of an address.
func (f *Fetcher) clean(u *url.URL) (*url.URL, error) {
	if f.lab != nil {
		return f.lab.clean(u)
	}
	return cleanURL(u)
}

// UserAgent is what a fetch says of the program that asks: a common browser, the
// same for every reader, and never Unseen.
const UserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"

// request makes the only request that is ever sent. The browser it names is a
// common one: not the reader's, and not Unseen.
func (f *Fetcher) request(ctx context.Context, at *url.URL) *http.Request {
	r := &http.Request{
		Method: http.MethodGet, URL: at, Host: at.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"User-Agent": {UserAgent},
			// Formats that every mail program shows; a kept copy serves all.
			"Accept":          {"image/png,image/jpeg,image/gif,image/*;q=0.8,*/*;q=0.5"},
			"Accept-Language": {"en-US,en;q=0.5"},
		},
	}
	return r.WithContext(ctx)
}

// redirect returns where an answer leads, nil if it is none (RFC 9110, section
// 15.4).
func redirect(resp *http.Response, at *url.URL) (*url.URL, error) {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	next, err := at.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		return nil, fmt.Errorf("reading where it leads: %w", ErrRedirect)
	}
	if at.Scheme == "https" && next.Scheme == "http" {
		return nil, fmt.Errorf("from https to http: %w", ErrRedirect)
	}
	return next, nil
}

// readPicture reads the body of the last answer. The transport decompresses, so
// the limit holds for what comes out.
func readPicture(resp *http.Response, pic *Picture) error {
	if resp.StatusCode != http.StatusOK {
		return &StatusError{Status: resp.StatusCode}
	}
	if resp.ContentLength > maxPicture {
		return ErrTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPicture+1))
	if err != nil {
		return fmt.Errorf("reading a picture: %w", err)
	}
	if len(body) > maxPicture {
		return ErrTooLarge
	}
	mediaType, ok := Raster(body)
	if !ok {
		return ErrNotPicture
	}
	pic.Type, pic.Body = mediaType, body
	pic.Fresh = freshness(resp.Header, time.Now())
	return nil
}
