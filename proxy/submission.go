package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

// What a [Restorer] can say of a mail that must not leave.
var (
	// ErrUnknownAddress means that the mail carries an address of this machine
	// that stands for nothing known here.
	ErrUnknownAddress = errors.New("proxy: mail carries an unknown address of this machine")
	// ErrSigned means that the mail carries an address of this machine under a
	// signature, so it cannot be replaced.
	ErrSigned = errors.New("proxy: signed mail carries an address of this machine")
)

// A Restorer returns a writer through which one mail leaves: it writes to to what
// the mail is to be, with no address of this machine in it, and no tracker passed
// on. It may hold back what it has to see the end of, and writes the rest when it
// is closed. After an error from Write or Close the mail is not sent. A mail that
// broke off is dropped without a Close.
type Restorer func(ctx context.Context, to io.Writer) io.WriteCloser

// Security is how an upstream server is reached.
type Security string

// The ways to reach a server.
const (
	// SecurityTLS is TLS from the first octet (RFC 8314, section 3.3).
	SecurityTLS Security = "tls"
	// SecurityStartTLS is RFC 3207; without it nothing is sent.
	SecurityStartTLS Security = "starttls"
	// SecurityPlain has no TLS. It is refused except to loopback.
	SecurityPlain Security = "plain"
)

// An Upstream is a submission server.
type Upstream struct {
	// Address is host and port, "smtp.example.org:465".
	Address string
	// Security is how it is reached. Empty means SecurityTLS.
	Security Security
	// TLS is the configuration of the connection. Nil means TLS 1.2 or later,
	// the system's roots and the host of Address. It is not changed.
	TLS *tls.Config
	// Dial opens the connection; nil means a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// SubmissionConfig configures a [Submission].
type SubmissionConfig struct {
	// Upstream is where mails go.
	Upstream Upstream
	// Restore sees every mail before it leaves. It must not be nil.
	Restore Restorer
	// TLS is the certificate of the local leg. Nil means no TLS there.
	TLS *tls.Config
	// Implicit says that the local leg is TLS from the first octet; otherwise
	// STARTTLS is offered.
	Implicit bool
	// MaxMessage is the size over which a mail is refused, if the server's own
	// is not smaller. Zero means 64 MiB.
	MaxMessage int64
	// Log takes counts and reply codes. Nil means that nothing is logged.
	Log *slog.Logger
	// Replies are in the reader's language. The zero value is English.
	Replies Replies

	// hold is holdBack, or less in tests.
	hold int
}

const (
	defaultMaxMessage = 64 << 20
	submissionConns   = 32
	dialTimeout       = 15 * time.Second
	acceptPause       = time.Second
)

// A Submission relays what a mail program sends to its submission server.
type Submission struct {
	cfg SubmissionConfig
	ln  net.Listener
}

// NewSubmission returns a relay that will listen on ln, which must be on
// loopback, or [ErrNotLoopback] is returned. It connects to nothing before a
// mail program does.
func NewSubmission(ln net.Listener, cfg SubmissionConfig) (*Submission, error) {
	if err := checkLoopback(ln.Addr()); err != nil {
		return nil, fmt.Errorf("making submission relay: %w", err)
	}
	if cfg.Restore == nil {
		return nil, errors.New("making submission relay: no restorer")
	}
	if cfg.Implicit && cfg.TLS == nil {
		return nil, errors.New("making submission relay: TLS from the first octet needs a certificate")
	}
	if err := cfg.Upstream.check(); err != nil {
		return nil, fmt.Errorf("making submission relay: %w", err)
	}
	if cfg.MaxMessage <= 0 {
		cfg.MaxMessage = defaultMaxMessage
	}
	if cfg.hold <= 0 {
		cfg.hold = holdBack
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Submission{cfg: cfg, ln: ln}, nil
}

// Serve relays until the context is done. It returns when the last mail under
// way has its answer, and closes the listener.
func (s *Submission) Serve(ctx context.Context) error {
	ln := newLimitListener(narrow{s.ln}, submissionConns)
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	var talks sync.WaitGroup
	defer talks.Wait()
	for {
		c, err := ln.Accept()
		switch {
		case err == nil:
			talks.Go(func() { s.talk(ctx, c) })
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accepting a mail program: %w", err)
		default: // too many open files, say: it passes
			s.cfg.Log.Warn("accepting a mail program", "err", err)
			select {
			case <-time.After(acceptPause):
			case <-ctx.Done():
			}
		}
	}
}

// A narrow listener gives its connections little room to receive: what a client
// has handed over but the server has not got is what the client waits for in
// silence after the end of a mail, and some wait for 100 seconds only.
type narrow struct{ net.Listener }

// clientRoom is how much may come of a client before it is read.
const clientRoom = 64 << 10

// Accept implements [net.Listener].
func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		_ = tcp.SetReadBuffer(clientRoom) // if not, all works as it did
	}
	return c, err
}
