package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/proxy/socks"
)

const (
	releasedWrite  = time.Minute
	releasedHeader = 16 << 10
)

// ReleasedConfig configures a [Released]. Login and Load must not be nil.
type ReleasedConfig struct {
	// Login says whether a name and a password are right.
	Login func(name, password string) bool
	// Load answers the one request of a connection. The name is that of the login, the
	// address whole, with scheme and host.
	Load func(w http.ResponseWriter, r *http.Request, name, address string)
	// Allow says whether whoever is at the other end may use the server. Nil allows
	// all.
	Allow func(c net.Conn) bool
	// Log takes counts; nil means none.
	Log *slog.Logger
}

// A Released takes loads without TLS from a program that has asked before whether it may
// make them, and has one name for each. The program comes by SOCKS5 with that name and a
// password (RFC 1929), since this is what a mail program can be told for one load; what
// it then says, as if to the host, is answered here by [ReleasedConfig.Load]. Nothing is
// connected to or tunnelled, and there is one request to a connection.
type Released struct {
	cfg  ReleasedConfig
	feed *feed

	mu sync.Mutex // guards what follows
	// over says that nothing more is begun.
	over bool
	work sync.WaitGroup
}

// NewReleased returns a server. It starts nothing.
func NewReleased(cfg ReleasedConfig) *Released { return &Released{cfg: cfg, feed: newFeed()} }

// A releasedConn is a connection for one load.
type releasedConn struct {
	*openedConn
	name string
}

// Serve answers on a loopback listener until ctx ends, closes it, and returns when the
// last answer is over.
func (s *Released) Serve(ctx context.Context, ln net.Listener) error {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	inner := &http.Server{
		Handler: s, ReadHeaderTimeout: headerTime, ReadTimeout: headerTime, WriteTimeout: releasedWrite, MaxHeaderBytes: releasedHeader,
		// It would log what programs send.
		ErrorLog:    log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return life },
		ConnContext: withOpened,
	}
	inner.SetKeepAlivesEnabled(false)
	var parts sync.WaitGroup
	parts.Go(func() { _ = inner.Serve(s.feed) }) // it ends with the feed
	front := socks.New(socks.Config{Route: s.route, Login: s.cfg.Login, Allow: s.cfg.Allow, Log: s.cfg.Log})
	err := front.Serve(ctx, ln)
	s.close()
	end()
	s.feed.Close()
	inner.Close()
	parts.Wait()
	s.work.Wait()
	return err
}

// close lets nothing more begin.
func (s *Released) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

// enter says that an answer is begun which Serve has to wait for; false if it must not
// be.
func (s *Released) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.work.Add(1)
	return true
}

// errNameless is a connection of nobody.
var errNameless = errors.New("web: no name was given")

// route takes every connection over.
func (s *Released) route(_ context.Context, t socks.Target) (socks.Handler, error) {
	if t.Name == "" {
		return nil, errNameless
	}
	return func(ctx context.Context, c net.Conn) {
		o := &openedConn{Conn: c, r: bufio.NewReader(c), host: t.Host, port: strconv.Itoa(t.Port), over: make(chan struct{})}
		defer o.Close()
		if !s.feed.give(&releasedConn{o, t.Name}) {
			return
		}
		select {
		case <-o.over:
		case <-ctx.Done():
		}
	}, nil
}

// ServeHTTP answers the one request of a connection.
func (s *Released) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		return
	}
	defer s.work.Done()
	c, ok := r.Context().Value(openedKey{}).(*releasedConn)
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead || !strings.HasPrefix(r.RequestURI, "/") {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	authority := c.host
	if strings.Contains(authority, ":") {
		authority = "[" + authority + "]"
	}
	if c.port != "80" {
		authority += ":" + c.port
	}
	if !sameHost(r.Host, authority, "80") {
		// RFC 9110, section 15.5.20: what was asked about is another host.
		http.Error(w, "", http.StatusMisdirectedRequest)
		return
	}
	s.cfg.Load(w, r, c.name, "http://"+authority+r.RequestURI)
}
