package imapfilter

import "sync/atomic"

// Stats counts what a [Server] did since it was made.
type Stats struct {
	// Connections is how many mail programs were connected.
	Connections int64
	// Whole and Pieces are the values that were looked into.
	Whole, Pieces int64
	// Injected is how many commands of the relay's own were sent upstream;
	// InjectedOctets is how much content they brought.
	Injected, InjectedOctets int64
	// Recent values were served from what had just been fetched.
	Recent int64
	// Realigned pieces did not stand where the plan says, and were found.
	Realigned int64
	// Passed values went through as they were although they should have been
	// looked into.
	Passed int64
	// Panics are planners that broke; their messages are among Passed.
	Panics int64
	// Restored is how many appended messages were given their originals back.
	Restored int64
	// Refused is how many commands the relay did not let through.
	Refused int64
}

type counts struct {
	connections, whole, pieces, injected, injectedOctets atomic.Int64
	recent, realigned, passed, panics, restored, refused atomic.Int64
}

// Stats returns the counts as they stand.
func (s *Server) Stats() Stats {
	c := &s.counts
	return Stats{
		Connections: c.connections.Load(), Whole: c.whole.Load(), Pieces: c.pieces.Load(),
		Injected: c.injected.Load(), InjectedOctets: c.injectedOctets.Load(),
		Recent: c.recent.Load(), Realigned: c.realigned.Load(), Passed: c.passed.Load(), Panics: c.panics.Load(),
		Restored: c.restored.Load(), Refused: c.refused.Load(),
	}
}
