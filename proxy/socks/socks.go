// Package socks is a SOCKS5 server (RFC 1928) on loopback to which a mail program is
// pointed once.
//
// For each connection a [Router] says whether it is taken over, by a relay that speaks
// with the program in place of the host it asked for, refused, or tunnelled: then every
// octet passes as it is. Only CONNECT is answered; there is no BIND and no UDP.
//
// # Who may use it
//
// Whoever reaches the port, as far as [Config.Allow] lets them: a PAC can carry no
// password (RFC 1929 needs one in each program). Where [Config.Login] is set, whoever
// knows one. A web page cannot: a browser speaks HTTP to it, and anything that does not begin as SOCKS5 is
// closed without an answer.
//
// # Limits
//
// A handshake: 10 seconds. Connections: 256 at a time. A tunnel in which neither side
// said anything for an hour is closed. Nothing is logged but counts and reply codes.
package socks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	handshakeTime = 10 * time.Second
	dialTime      = 20 * time.Second
	idleTime      = time.Hour
	maxConns      = 256
	acceptPause   = 100 * time.Millisecond
)

// ErrRefused is returned by a [Router] for what must not be connected to, and by a
// dialler for the same.
var ErrRefused = errors.New("socks: connection is not allowed")

// ErrNotLoopback is returned for a listener that other machines can reach.
var ErrNotLoopback = errors.New("socks: listener is not on loopback")

// A Target is what a program asks to be connected to.
type Target struct {
	// Host is a name in small letters without a dot at the end, or an address.
	Host string
	// Port is that of TCP.
	Port int
	// Name is who asks, "" where no login is wanted.
	Name string
}

// Address is host and port as diallers take them.
func (t Target) Address() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// IP is the address, if the host is one.
func (t Target) IP() (netip.Addr, bool) {
	a, err := netip.ParseAddr(t.Host)
	return a.Unmap(), err == nil
}

// A Handler takes a connection over, which by then waits for the first octets of the
// host. It closes it.
type Handler func(ctx context.Context, c net.Conn)

// A Router says who takes a connection over: nil for a tunnel, [ErrRefused] for nobody.
type Router func(ctx context.Context, t Target) (Handler, error)

// Config configures a [Server].
type Config struct {
	// Route decides on each connection. Nil tunnels all.
	Route Router
	// Dial opens tunnels; nil means a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Allow says whether whoever is at the other end may use the server. Nil allows
	// all.
	Allow func(c net.Conn) bool
	// Login, if not nil, is asked about a name and a password (RFC 1929), and nobody
	// gets on without.
	Login func(name, password string) bool
	// Log takes counts and codes; nil means none.
	Log *slog.Logger
}

// A Server answers programs.
type Server struct{ cfg Config }

// New returns a server. It starts nothing.
func New(cfg Config) *Server {
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{cfg: cfg}
}

// Serve answers on a loopback listener until ctx ends, closes it, and returns when the
// last connection is over. Tunnels are cut then; what handlers do with theirs is their
// own.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	defer ln.Close()
	at, err := netip.ParseAddrPort(ln.Addr().String())
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("listening on %s: %w", ln.Addr(), ErrNotLoopback)
	}
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	var conns sync.WaitGroup
	defer conns.Wait()
	slots := make(chan struct{}, maxConns)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		c, err := ln.Accept()
		switch {
		case err == nil:
			conns.Go(func() {
				defer func() { <-slots }()
				s.serve(ctx, c)
			})
			continue
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accepting a program: %w", err)
		}
		<-slots // too many open files, say: it passes
		select {
		case <-time.After(acceptPause):
		case <-ctx.Done():
		}
	}
}

// serve answers one program.
func (s *Server) serve(ctx context.Context, c net.Conn) {
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	if s.cfg.Allow != nil && !s.cfg.Allow(c) {
		s.cfg.Log.Warn("another user's program was turned away")
		return
	}
	if c.SetDeadline(time.Now().Add(handshakeTime)) != nil {
		return
	}
	t, err := negotiate(c, s.cfg.Login)
	if err != nil {
		s.cfg.Log.Debug("no SOCKS5", "err", err)
		return
	}
	if c.SetDeadline(time.Time{}) != nil {
		return
	}
	var handle Handler
	if s.cfg.Route != nil {
		handle, err = s.cfg.Route(ctx, t)
	}
	switch {
	case err != nil:
		s.cfg.Log.Warn("connection refused", "err", err)
		_ = reply(c, notAllowed) // a program that has gone needs none
	case handle == nil:
		s.tunnel(ctx, c, t)
	case reply(c, granted) == nil && stop():
		handle(ctx, c)
	}
}

// tunnel passes octets both ways until both sides are done.
func (s *Server) tunnel(ctx context.Context, c net.Conn, t Target) {
	dial, cancel := context.WithTimeout(ctx, dialTime)
	far, err := s.cfg.Dial(dial, "tcp", t.Address())
	cancel()
	if err != nil {
		_ = reply(c, codeOf(err)) // a program that has gone needs none
		return
	}
	defer far.Close()
	stop := context.AfterFunc(ctx, func() { far.Close() })
	defer stop()
	if reply(c, granted) != nil {
		return
	}
	Join(c, far)
}

// codeOf is the reply for why a host could not be reached (RFC 1928, section 6).
func codeOf(err error) code {
	var name *net.DNSError
	switch {
	case errors.Is(err, ErrRefused):
		return notAllowed
	case errors.As(err, &name):
		return hostUnreachable
	case errors.Is(err, syscall.ECONNREFUSED):
		return connRefused
	case errors.Is(err, syscall.ENETUNREACH):
		return netUnreachable
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, context.DeadlineExceeded):
		return hostUnreachable
	}
	return failed
}

// Join passes octets both ways and returns when both sides have ended, or nothing was
// said for an hour. Each end is passed on as such, for some protocols go on one way.
func Join(a, b net.Conn) {
	idle := time.AfterFunc(idleTime, func() { a.Close(); b.Close() })
	defer idle.Stop()
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		both.Go(func() {
			_, err := io.Copy(touching{pair[1], idle}, pair[0])
			half, ok := pair[1].(interface{ CloseWrite() error })
			if err != nil || !ok || half.CloseWrite() != nil {
				a.Close()
				b.Close()
			}
		})
	}
	both.Wait()
}

// A touching writer puts off the end of an idle tunnel.
type touching struct {
	net.Conn
	idle *time.Timer
}

// Write implements [io.Writer].
func (t touching) Write(b []byte) (int, error) {
	t.idle.Reset(idleTime)
	return t.Conn.Write(b)
}
