package web

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// firstTime is how long a program may take to say its first octet.
const firstTime = 30 * time.Second

// recordHandshake begins a connection that speaks TLS (RFC 8446, section 5.1).
const recordHandshake = 0x16

// An openedConn is a connection that ends here instead of at a host.
type openedConn struct {
	net.Conn
	r *bufio.Reader
	// host and port are those that the program asked for.
	host, port string
	// over is closed with it.
	over chan struct{}
	once sync.Once
}

// Read implements [net.Conn].
func (o *openedConn) Read(p []byte) (int, error) { return o.r.Read(p) }

// Close implements [net.Conn].
func (o *openedConn) Close() error {
	defer o.once.Do(func() { close(o.over) })
	return o.Conn.Close()
}

// open ends a connection here: with a certificate of this computer where it speaks TLS.
func (s *Server) open(ctx context.Context, c net.Conn, _ *tunnel, address string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return
	}
	if _, err := io.WriteString(c, established); err != nil {
		return
	}
	o := &openedConn{Conn: c, r: bufio.NewReader(c), host: host, port: port, over: make(chan struct{})}
	defer o.Close()
	if c.SetDeadline(time.Now().Add(firstTime)) != nil {
		return
	}
	first, err := o.r.Peek(1)
	if err != nil {
		return
	}
	var served net.Conn = o
	if first[0] == recordHandshake {
		if served, err = s.secure(ctx, o); err != nil {
			// A program that does not trust us ends it, and nothing was said to anybody.
			s.cfg.Log.Info("a program did not begin TLS", "err", err)
			return
		}
	}
	if c.SetDeadline(time.Time{}) == nil && s.opened.give(served) {
		<-o.over
	}
}

// secure does what the host would have done.
func (s *Server) secure(ctx context.Context, o *openedConn) (net.Conn, error) {
	cfg := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.cfg.Certificate(o.host) },
	}
	begin, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	c := tls.Server(o, cfg)
	return c, c.HandshakeContext(begin)
}

// openedKey is the context key of the connection that a request came by.
type openedKey struct{}

// withOpened keeps which host a connection was for.
func withOpened(ctx context.Context, c net.Conn) context.Context {
	secure, ok := c.(*tls.Conn)
	if ok {
		c = secure.NetConn()
	}
	return context.WithValue(ctx, openedKey{}, c)
}

// serveOpened answers a request to a host that is opened.
func (s *Server) serveOpened(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		return
	}
	defer s.work.Done()
	o, ok := r.Context().Value(openedKey{}).(*openedConn)
	if !ok || r.Method == http.MethodConnect || !strings.HasPrefix(r.RequestURI, "/") {
		s.say(w, http.StatusBadRequest, s.cfg.Words.BadRequest)
		return
	}
	scheme, usual := "http", "80"
	if r.TLS != nil {
		scheme, usual = "https", "443"
	}
	authority := o.host
	if strings.Contains(authority, ":") {
		authority = "[" + authority + "]"
	}
	if o.port != usual {
		authority += ":" + o.port
	}
	if !sameHost(r.Host, authority, usual) {
		// RFC 9110, section 15.5.20: what was decided on is another host.
		s.say(w, http.StatusMisdirectedRequest, s.cfg.Words.BadRequest)
		return
	}
	r.URL.Scheme, r.URL.Host, r.Host = scheme, authority, authority
	s.request(w, r, scheme+"://"+authority+r.RequestURI)
}

// sameHost says whether a Host field names the host of the connection.
func sameHost(field, authority, usual string) bool {
	norm := func(a string) string {
		host, port, err := net.SplitHostPort(a)
		if err != nil {
			host, port = strings.Trim(a, "[]"), usual
		}
		return HostName(host) + ":" + port
	}
	return norm(field) == norm(authority)
}

// A feed is a listener that is handed its connections.
type feed struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newFeed() *feed { return &feed{conns: make(chan net.Conn), done: make(chan struct{})} }

// give hands a connection over; false if nobody takes it any more.
func (f *feed) give(c net.Conn) bool {
	select {
	case f.conns <- c:
		return true
	case <-f.done:
		return false
	}
}

// Accept implements [net.Listener].
func (f *feed) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.done:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (f *feed) Close() error {
	f.once.Do(func() { close(f.done) })
	return nil
}

// Addr implements [net.Listener].
func (f *feed) Addr() net.Addr { return feedAddr{} }

// feedAddr is no address.
type feedAddr struct{}

// Network implements [net.Addr].
func (feedAddr) Network() string { return "feed" }

// String implements [net.Addr].
func (feedAddr) String() string { return "feed:" + strconv.Itoa(0) }
