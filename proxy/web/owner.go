package web

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// A peer is the program at the other end of a connection.
type peer struct {
	conn net.Conn
	once sync.Once
	ok   bool
}

// peerKey is the context key of a peer.
type peerKey struct{}

// withConn keeps the connection, whose owner is asked for once.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, &peer{conn: c})
}

// allowed says whether whoever sends a request may.
func (s *Server) allowed(r *http.Request) bool {
	p, ok := r.Context().Value(peerKey{}).(*peer)
	if !ok || s.cfg.Allow == nil {
		return s.cfg.Allow == nil
	}
	p.once.Do(func() { p.ok = s.cfg.Allow(p.conn) })
	return p.ok
}
