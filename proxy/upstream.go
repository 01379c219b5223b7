package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

const (
	greetTimeout = 5 * time.Minute  // RFC 5321, section 4.5.3.2.1
	replyTimeout = 5 * time.Minute  // RFC 5321, section 4.5.3.2.2
	finalTimeout = 10 * time.Minute // RFC 5321, section 4.5.3.2.6
	writeTimeout = 3 * time.Minute  // RFC 5321, section 4.5.3.2.5
	// lastWord is how long is waited for what a server said before it broke off.
	lastWord = 2 * time.Second
	// serverRoom is how much may be on its way to a server: see [narrow].
	serverRoom = 256 << 10
)

// check says what is wrong with a server before it is needed.
func (u *Upstream) check() error {
	host, _, err := net.SplitHostPort(u.Address)
	if err != nil || host == "" {
		return fmt.Errorf("server %q is not host:port", u.Address)
	}
	switch u.Security {
	case "", SecurityTLS, SecurityStartTLS:
	case SecurityPlain:
		if a, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !a.IsLoopback()) {
			return errors.New("a server without TLS must be on this machine")
		}
	default:
		return fmt.Errorf("security %q is none of tls, starttls, plain", u.Security)
	}
	return nil
}

// tlsConfig is the configuration with the host to be verified.
func (u *Upstream) tlsConfig() *tls.Config {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if u.TLS != nil {
		cfg = u.TLS.Clone()
	}
	if cfg.ServerName == "" {
		cfg.ServerName, _, _ = net.SplitHostPort(u.Address)
	}
	return cfg
}

// A server is a connection to a submission server.
type server struct {
	conn net.Conn
	r    *bufio.Reader
}

// dial connects, verifies, and reads the greeting.
func (u *Upstream) dial(ctx context.Context) (*server, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	connect := u.Dial
	if connect == nil {
		connect = new(net.Dialer).DialContext
	}
	conn, err := connect(ctx, "tcp", u.Address)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(serverRoom) // if not, all works as it did
	}
	s := &server{conn: conn, r: bufio.NewReader(conn)}
	if err := s.open(ctx, u); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

// open brings a new connection to where a client's EHLO can be sent.
func (s *server) open(ctx context.Context, u *Upstream) error {
	switch u.Security {
	case SecurityPlain:
		if err := checkLoopback(s.conn.RemoteAddr()); err != nil {
			return err
		}
		return s.greeting()
	case SecurityStartTLS:
		if err := s.greeting(); err != nil {
			return err
		}
		if err := s.startTLS(); err != nil {
			return err
		}
		return s.handshake(ctx, u)
	}
	if err := s.handshake(ctx, u); err != nil {
		return err
	}
	return s.greeting()
}

// greeting waits for the server's 220 (RFC 5321, section 3.1).
func (s *server) greeting() error {
	r, err := s.reply(greetTimeout)
	if err != nil {
		return fmt.Errorf("reading greeting: %w", err)
	}
	if r.code != 220 {
		return fmt.Errorf("server greets with %d", r.code)
	}
	return nil
}

// startTLS asks for TLS (RFC 3207, section 4).
func (s *server) startTLS() error {
	r, err := s.command("EHLO [127.0.0.1]\r\n")
	if err != nil {
		return fmt.Errorf("greeting server: %w", err)
	}
	if _, ok := r.extension("STARTTLS"); !ok {
		return errors.New("server offers no STARTTLS, and without it nothing is sent")
	}
	if r, err = s.command("STARTTLS\r\n"); err != nil {
		return fmt.Errorf("asking for TLS: %w", err)
	}
	if r.code != 220 {
		return fmt.Errorf("server answers STARTTLS with %d", r.code)
	}
	// What came with it was not protected and could be anybody's.
	if s.r.Buffered() > 0 {
		return errors.New("server sends octets before TLS began")
	}
	return nil
}

// handshake begins TLS and verifies the server.
func (s *server) handshake(ctx context.Context, u *Upstream) error {
	conn := tls.Client(s.conn, u.tlsConfig())
	if err := conn.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("beginning TLS: %w", err)
	}
	s.conn, s.r = conn, bufio.NewReader(conn)
	return nil
}

// send writes octets.
func (s *server) send(b []byte) error {
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := s.conn.Write(b)
	return err
}

// sendPiece is how much of a mail is written within one time-out, so that a slow
// line is not taken for a dead one.
const sendPiece = 128 << 10

// sendAll writes octets of any number.
func (s *server) sendAll(b []byte) error {
	for len(b) > 0 {
		n := min(len(b), sendPiece)
		if err := s.send(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// command sends a line, which has its line end, and waits for the reply.
func (s *server) command(line string) (reply, error) {
	if err := s.send([]byte(line)); err != nil {
		return reply{}, err
	}
	return s.reply(replyTimeout)
}

// reply waits for a reply.
func (s *server) reply(wait time.Duration) (reply, error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return reply{}, err
	}
	return readReply(s.r)
}

// early says whether the server has said something that it was not asked. It
// waits for nothing that is not here yet.
func (s *server) early() bool {
	if s.r.Buffered() > 0 {
		return true
	}
	if err := s.conn.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		return false
	}
	_, err := s.r.Peek(1)
	return err == nil
}

// close ends the connection without a word; QUIT was relayed, or there is
// nobody to talk to.
func (s *server) close() { s.conn.Close() }

// hostOf names a server to the reader.
func (u *Upstream) hostOf() string { return strings.TrimSpace(u.Address) }
