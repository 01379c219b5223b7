package imapfilter

import (
	"context"
	"net"
)

// A session is one mail program's connection.
type session struct{}

func (s *Server) serve(ctx context.Context, conn net.Conn, mode Mode) { conn.Close() }

// Nudge says that the network may have changed: connections that are dead are
// closed within [Timeouts.Dead].
func (s *Server) Nudge() {}
