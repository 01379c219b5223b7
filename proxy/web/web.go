// Package web is an HTTP forward proxy on loopback (RFC 9110, section 3.7) for programs
// that show mail: it asks about every load that passes.
//
// What of an address is seen decides on how it is asked about. Of http, and of hosts
// that are opened, the whole address is: [Config.Load] is given it and answers in the
// place of the host if it is a load of a mail. Of all else only the host is seen, at
// CONNECT (section 9.3.6), and [Config.Host] says whether a tunnel to it is built,
// refused, or opened. What neither of them wants passes as it is, whatever protocol it
// speaks within.
//
// A host is opened only where Config.Host says so. Its connections end here, with a
// certificate from [Config.Certificate]; a program that does not trust it ends them, and
// the host hears nothing. The host's own certificate is verified as a browser would.
//
// # What holds
//
// Nothing is resolved, connected to or asked before a decision; an error of whoever
// decides is a refusal of theirs. [Server.Recheck] cuts the tunnels that would not be
// built now. Fields that are meant for one hop end here (section 7.6.1). Bodies of any
// length stream, trailers and interim answers go on, and an answer that breaks off
// breaks off for the program too. Two things are left out: Via, which section 7.6.3
// wants, for it would tell every host that the reader has a proxy; and HTTP
// authentication at this proxy, for which [Config.Allow] stands.
//
// Of package goproxy nothing is used that signs or goes out.
//
// # Limits
//
// 512 connections at a time; a header: 256 KiB, 10 seconds; a connection that is being
// made: 20 seconds; an answer's header: 5 minutes; a tunnel in which nobody said
// anything for an hour is closed. Nothing is logged but counts.
package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/elazarl/goproxy"
	"golang.org/x/net/netutil"
)

const (
	maxConns       = 512
	headerTime     = 10 * time.Second
	headerLimit    = 256 << 10
	dialTime       = 20 * time.Second
	handshakeTime  = 10 * time.Second
	answerTime     = 5 * time.Minute
	continueTime   = 5 * time.Second
	keepTime       = time.Minute
	idleTime       = time.Hour
	graceTime      = time.Second
	maxPerHost     = 16
	answerHeadSize = 1 << 20
)

// ErrNotLoopback is returned for a listener that other machines can reach.
var ErrNotLoopback = errors.New("web: listener is not on loopback")

// A Way is what becomes of a connection of which only the host is seen.
type Way string

// The ways. The zero value is Hold.
const (
	// Hold refuses it.
	Hold Way = ""
	// Pass tunnels it, untouched.
	Pass Way = "pass"
	// Open ends it here, so that whole addresses are seen.
	Open Way = "open"
)

// A Verdict says what becomes of a connection, and why.
type Verdict struct {
	// Way is what becomes of it.
	Way Way
	// Reason is a sentence for who is refused; "" is a general one.
	Reason string
	// Note, if not nil, is called once when it was acted on.
	Note func()
}

// Config configures a [Server].
type Config struct {
	// Load answers a request if its address is a load of a mail, and says whether it
	// did; else nothing was written. The address is as the program wrote it, with
	// scheme and host. It must not be nil.
	Load func(w http.ResponseWriter, r *http.Request, address string) bool
	// Host decides on a connection to a host of which nothing else will be seen; the
	// name is as [HostName] writes it. It must not be nil.
	Host func(ctx context.Context, host string) Verdict
	// Certificate is what a host that is opened shows. Nil opens none.
	Certificate func(host string) (*tls.Certificate, error)
	// Dial opens connections; nil means a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Upstream is the proxy that requests go through, if any; nil means none.
	Upstream func(r *http.Request) (*url.URL, error)
	// Roots are trusted for hosts that are opened; nil means the system's.
	Roots *x509.CertPool
	// Allow says whether whoever is at the other end may use the server. Nil allows
	// all.
	Allow func(c net.Conn) bool
	// Words are the sentences that programs are answered with. The zero value is
	// English.
	Words Words
	// Log takes counts; nil means none.
	Log *slog.Logger
}

// Words are sentences for whoever looks at an answer.
type Words struct {
	// Held is said of a host that is refused.
	Held string
	// Unreachable is said where a host does not answer, BadRequest of a request that
	// is none for a proxy.
	Unreachable, BadRequest string
}

// orEnglish fills in what is missing.
func (w Words) orEnglish() Words {
	if w.Held == "" {
		w.Held = "Unseen holds this back: the host is known as a tracker's, and you have not agreed to it."
	}
	if w.Unreachable == "" {
		w.Unreachable = "The host does not answer, or not as it should."
	}
	if w.BadRequest == "" {
		w.BadRequest = "This port is for the requests of a proxy, http and CONNECT."
	}
	return w
}

// A Server answers programs. Make it with [New].
type Server struct {
	cfg     Config
	proxy   *goproxy.ProxyHttpServer
	trip    *http.Transport
	opened  *feed
	tunnels tunnels

	mu sync.Mutex // guards what follows
	// over says that nothing more is begun.
	over bool
	work sync.WaitGroup
}

// New returns a server. It starts nothing.
func New(cfg Config) *Server {
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Words = cfg.Words.orEnglish()
	s := &Server{cfg: cfg, opened: newFeed()}
	s.proxy = s.newProxy()
	s.trip = &http.Transport{
		Proxy: cfg.Upstream, DialContext: s.dial,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.Roots},
		TLSHandshakeTimeout: handshakeTime, ResponseHeaderTimeout: answerTime, ExpectContinueTimeout: continueTime,
		MaxResponseHeaderBytes: answerHeadSize, MaxIdleConnsPerHost: maxPerHost, IdleConnTimeout: keepTime,
		ForceAttemptHTTP2: true,
		// What a program did not ask to be compressed is not.
		DisableCompression: true,
	}
	return s
}

// dial opens a connection within its time.
func (s *Server) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	return s.cfg.Dial(ctx, network, address)
}

// Serve answers on a loopback listener until ctx ends, closes it, and returns when the
// last connection is over. Answers under way may be finished for a second.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	defer ln.Close()
	at, err := netip.ParseAddrPort(ln.Addr().String())
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("listening on %s: %w", ln.Addr(), ErrNotLoopback)
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	outer := s.server(life, s)
	outer.ConnContext = withConn
	inner := s.server(life, http.HandlerFunc(s.serveOpened))
	inner.ConnContext = withOpened
	var parts sync.WaitGroup
	parts.Go(func() { _ = inner.Serve(s.opened) }) // it ends with the feed
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		grace, cancel := context.WithTimeout(context.Background(), graceTime)
		defer cancel()
		_ = outer.Shutdown(grace) // what is left is closed below
	})
	err = outer.Serve(netutil.LimitListener(ln, maxConns))
	if !stop() {
		<-ended
	}
	s.close()
	end()
	s.opened.Close()
	outer.Close()
	inner.Close()
	s.tunnels.closeAll()
	parts.Wait()
	s.work.Wait()
	s.trip.CloseIdleConnections()
	if ctx.Err() != nil && errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving programs: %w", err)
}

// server makes one of the two: that of the port, and that of hosts that are opened.
// Neither bounds how long a body takes.
func (s *Server) server(life context.Context, h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, DisableGeneralOptionsHandler: true, ReadHeaderTimeout: headerTime, IdleTimeout: keepTime, MaxHeaderBytes: headerLimit,
		// It would log what programs send.
		ErrorLog:    log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return life },
	}
}

// enter says that something is begun which Serve has to wait for; false if it must not
// be.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.work.Add(1)
	return true
}

// close lets nothing more begin.
func (s *Server) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

// ServeHTTP answers one request on the port.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		return
	}
	defer s.work.Done()
	if !s.allowed(r) {
		s.cfg.Log.Warn("another user's program was turned away")
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch {
	case r.Method == http.MethodConnect, !r.URL.IsAbs():
		s.proxy.ServeHTTP(draining{w}, r)
	case r.URL.Scheme != "http" && r.URL.Scheme != "https" || r.URL.Host == "":
		s.say(w, http.StatusBadRequest, s.cfg.Words.BadRequest)
	default:
		s.request(w, r, r.RequestURI)
	}
}

// request answers a request of which the whole address is seen.
func (s *Server) request(w http.ResponseWriter, r *http.Request, address string) {
	if _, _, ok := Key(address); !ok {
		// What cannot be looked up cannot be decided on.
		s.say(w, http.StatusBadRequest, s.cfg.Words.BadRequest)
		return
	}
	if s.cfg.Load(w, r, address) {
		return
	}
	if upgrades(r.Header) && r.ProtoMajor == 1 {
		s.upgrade(w, r)
		return
	}
	s.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), writerKey{}, w)))
}

// say answers with a sentence.
func (s *Server) say(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // a program that has gone needs none
}
