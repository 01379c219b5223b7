package account

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync"
)

// A line is a connection that remembers what the libraries above it do not
// tell: what was agreed on in TLS, and how the connection ended.
type line struct {
	net.Conn
	config *tls.Config

	mu    sync.Mutex // guards what follows
	state *tls.ConnectionState
	end   error
}

// open connects to a server. The connection ends with ctx, whatever deadlines
// are set on it later.
func (c *Checker) open(ctx context.Context, s Server) (l *line, done func(), err error) {
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", s.Addr())
	if err != nil {
		return nil, nil, err
	}
	l = &line{Conn: conn}
	l.config = &tls.Config{ServerName: s.Host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12, VerifyConnection: l.agreed}
	stop := context.AfterFunc(ctx, func() {
		l.ended(os.ErrDeadlineExceeded)
		conn.Close()
	})
	return l, func() { stop(); conn.Close() }, nil
}

// agreed notes what was agreed on, after the certificate was verified.
func (l *line) agreed(state tls.ConnectionState) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = &state
	return nil
}

// ended notes how the connection ended, the first time.
func (l *line) ended(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end == nil {
		l.end = err
	}
}

// Read reads, and notes how it ended.
func (l *line) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		l.ended(err)
	}
	return n, err
}

// why is an error with how the connection ended, which libraries leave out.
func (l *line) why(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(err, l.end)
}

// tls returns what was agreed on, nil if there is no TLS.
func (l *line) tls() *tls.ConnectionState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}
