package proxy

import (
	"context"
	"net"
	"testing"
)

// A mail that is being sent when the relay is stopped is sent, and confirmed; then the
// talk ends with a word.
func TestSubmissionStop(t *testing.T) {
	s := &sink{}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	relay, err := NewSubmission(ln, SubmissionConfig{Upstream: Upstream{Address: upstream(t, s, SecurityPlain, nil), Security: SecurityPlain}, Restore: asIs})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- relay.Serve(ctx) }()
	l := begin(t, ln.Addr().String())
	l.say("DATA", "354")
	cancel()
	l.send("Subject: x\r\n\r\ny\r\n.\r\n")
	l.expect("250")
	l.expect("421 4.3.2")
	l.closed()
	if got := s.got(); len(got) != 1 {
		t.Errorf("delivered %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
}
