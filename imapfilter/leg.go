package imapfilter

import (
	"bufio"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// Sizes of the buffers of one connection. Bulk goes from server to client, so
// that direction reads in large pieces; large writes go past the buffers.
const (
	serverBuffer = 64 << 10
	clientBuffer = 16 << 10
	outBuffer    = 16 << 10
	commandOut   = 4 << 10
)

// A leg is one of the two connections of a session.
type leg struct {
	raw  net.Conn // without TLS
	conn net.Conn // with TLS, if there is any
	in   *wire.Reader
	out  *bufio.Writer
	// before is called before a read that may wait. It writes out what the
	// other side may be waiting for, and sets the deadline.
	before func()
	// heard counts reads, so that silence can be noticed.
	heard atomic.Int64
	// cut drops what is not yet written when the leg is closed.
	cut atomic.Bool
}

func newLeg(conn net.Conn, in, out int) *leg {
	l := &leg{raw: conn, conn: conn}
	l.in = wire.NewReader(l, in)
	l.out = bufio.NewWriterSize(l, out)
	return l
}

// Read implements io.Reader for the leg's buffer.
func (l *leg) Read(p []byte) (int, error) {
	if l.before != nil {
		l.before()
	}
	n, err := l.conn.Read(p)
	l.heard.Add(1)
	return n, err
}

// Write implements io.Writer for the leg's buffer.
func (l *leg) Write(p []byte) (int, error) {
	n, err := l.conn.Write(p)
	if err != nil {
		err = &writeError{err}
	}
	return n, err
}

// A writeError tells a failed write from a failed read, where octets are copied
// from one leg to the other.
type writeError struct{ err error }

// Error implements error.
func (e *writeError) Error() string { return "writing: " + e.err.Error() }

// Unwrap returns the cause.
func (e *writeError) Unwrap() error { return e.err }

// secure puts TLS on the leg. Nothing may be buffered in either direction.
func (l *leg) secure(conn *tls.Conn) { l.conn = conn }

// close ends the leg. A leg that is cut is reset, so that nobody takes what
// came so far for all there is.
func (l *leg) close() {
	if !l.cut.Load() {
		l.conn.Close()
		return
	}
	if tcp, ok := l.raw.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	l.raw.Close()
}

// expire makes every wait on the leg end now.
func (l *leg) expire() { l.raw.SetDeadline(time.Unix(1, 0)) }

// keepAlive notices in minutes that the other side is gone without a word.
func keepAlive(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetKeepAliveConfig(net.KeepAliveConfig{
			Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4,
		})
	}
}
