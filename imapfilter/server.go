package imapfilter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// A Server relays one account. Its zero value is of no use; see [New].
type Server struct {
	cfg    Config
	counts counts

	entered chan struct{} // a session was added

	mu       sync.Mutex // guards what follows
	sessions map[*session]struct{}
}

// New checks a configuration. It starts nothing.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return &Server{cfg: cfg, sessions: map[*session]struct{}{}, entered: make(chan struct{}, 1)}, nil
}

// Serve accepts mail programs on a loopback listener until the context ends
// or the listener is closed; then what is under way on a connection has a few seconds to
// be finished, the connections end with a BYE, and it returns when the last is over. ModeTLS speaks TLS at once; ModeSTARTTLS offers it if there is a
// certificate; ModePlain does not. The listener is closed in the end. It may
// be called for several listeners at once.
func (s *Server) Serve(ctx context.Context, ln net.Listener, mode Mode) error {
	defer ln.Close()
	if !loopbackAddr(ln.Addr()) {
		return fmt.Errorf("listening on %s: %w", ln.Addr(), ErrNotLoopback)
	}
	if mode == ModeTLS && s.cfg.LocalTLS == nil {
		return errors.New("imapfilter: no certificate for the local leg")
	}
	ctx, cancel := context.WithCancel(ctx)
	var conns sync.WaitGroup
	defer conns.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	if s.cfg.Timeouts.Watch > 0 {
		conns.Go(func() { s.watch(ctx) })
	}
	return s.accept(ctx, ln, func(conn net.Conn) {
		conns.Go(func() { s.serve(ctx, conn, mode) })
	})
}

// maxFailures is how often in a row accepting may fail, for want of file
// descriptors, say, before the listener is given up.
const maxFailures = 100

// accept hands on connections until the listener is closed.
func (s *Server) accept(ctx context.Context, ln net.Listener, serve func(net.Conn)) error {
	for failures := 0; ; {
		conn, err := ln.Accept()
		switch {
		case err == nil:
			failures = 0
			serve(conn)
			continue
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		}
		if failures++; failures > maxFailures {
			return fmt.Errorf("accepting mail program: %w", err)
		}
		s.cfg.Logger.Warn("mail program: not accepted", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}
