package imapfilter

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// maxStatus limits a status line that must be held whole. COPYUID (RFC 4315,
// section 3) may list a whole mailbox.
const maxStatus = 4 << 20

// A refusedError is why there is no upstream, in words for the reader.
type refusedError struct {
	what string
	err  error
	said string // by the server: for the reader's eyes, not for the log
}

// Error implements error.
func (e *refusedError) Error() string { return e.what }

// Unwrap returns the cause.
func (e *refusedError) Unwrap() error { return e.err }

// An upstream is a connection to the mail server that is ready to be offered.
type upstream struct {
	leg      *leg
	greeting []byte // for the mail program, not yet rewritten
	preauth  bool
}

// connect reaches the mail server. There is no way back from TLS to plain.
func (s *Server) connect(ctx context.Context) (*upstream, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeouts.Connect)
	defer cancel()
	u := s.cfg.Upstream
	address := net.JoinHostPort(u.Host, strconv.Itoa(u.Port))
	dial := u.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, &refusedError{what: "the mail server " + address + " cannot be reached", err: err}
	}
	keepAlive(conn)
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	up := &upstream{leg: newLeg(conn, serverBuffer, commandOut)}
	err = up.begin(ctx, u)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, refusal(address, err)
	}
	return up, nil
}

// refusal puts into words why a server that was reached will not do.
func refusal(address string, err error) error {
	var refused *refusedError
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &refused):
		return err
	case errors.As(err, &untrusted):
		return &refusedError{what: "the certificate of the mail server " + address + " cannot be trusted", err: err}
	}
	return &refusedError{what: "the mail server " + address + " does not answer as it should", err: err}
}

// begin brings a fresh connection to the point where the greeting is known.
func (up *upstream) begin(ctx context.Context, u Upstream) error {
	if u.Mode == ModePlain && !loopbackAddr(up.leg.raw.RemoteAddr()) {
		return ErrNotLoopback
	}
	if u.Mode == ModeTLS {
		if err := up.handshake(ctx, u); err != nil {
			return err
		}
	}
	line, err := up.line()
	if err != nil {
		return fmt.Errorf("reading greeting: %w", err)
	}
	status, err := wire.ParseLine(line)
	if err != nil || status.Kind != wire.Untagged || !status.Status() {
		return fmt.Errorf("reading greeting: %w", &wire.SyntaxError{What: "no greeting"})
	}
	switch {
	case status.Word == "BYE":
		text := " (" + string(bytes.TrimSpace(line[status.Rest:])) + ")"
		return &refusedError{what: "the mail server refused the connection", err: errors.New("bye"), said: text}
	case status.Word == "PREAUTH" && u.Mode != ModeTLS:
		// Logged in without TLS: STARTTLS is no longer possible, and who
		// says so may be anybody (RFC 3501, section 6.2.1).
		return &refusedError{what: "the mail server says that we are logged in, but the connection is not safe", err: errors.New("preauth")}
	}
	up.preauth = status.Word == "PREAUTH"
	up.greeting = line
	if u.Mode == ModeSTARTTLS {
		return up.upgrade(ctx, u)
	}
	return nil
}

// line reads one line that must be held whole.
func (up *upstream) line() ([]byte, error) {
	up.leg.in.Begin()
	return up.leg.in.Segment(nil, maxStatus)
}

// handshake puts TLS on the connection: at least 1.2, the server's own name
// verified, ALPN "imap" (RFC 7301; IANA's registry).
func (up *upstream) handshake(ctx context.Context, u Upstream) error {
	cfg := &tls.Config{}
	if u.TLS != nil {
		cfg = u.TLS.Clone()
	}
	cfg.ServerName = u.Host
	cfg.MinVersion = max(cfg.MinVersion, tls.VersionTLS12)
	if !slices.Contains(cfg.NextProtos, "imap") {
		cfg.NextProtos = append(slices.Clone(cfg.NextProtos), "imap")
	}
	conn := tls.Client(up.leg.raw, cfg)
	if err := conn.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	up.leg.secure(conn)
	return nil
}

// upgrade does STARTTLS. What was said before it is forgotten, and what was
// sent together with its answer, so that it would be taken for something said
// under TLS, is a reason to leave (CVE-2011-0411 and its kind; RFC 3501, section
// 6.2.1).
func (up *upstream) upgrade(ctx context.Context, u Upstream) error {
	if _, err := up.ask("STARTTLS"); err != nil {
		return fmt.Errorf("asking for TLS: %w", err)
	}
	if up.leg.in.Buffered() > 0 {
		return &refusedError{what: "the mail server sent more than it may before TLS", err: errors.New("injection")}
	}
	if err := up.handshake(ctx, u); err != nil {
		return err
	}
	list, err := up.ask("CAPABILITY")
	if err != nil {
		return fmt.Errorf("asking for capabilities: %w", err)
	}
	start, end := capabilityList(list)
	if start < 0 {
		return &wire.SyntaxError{What: "no capabilities"}
	}
	up.greeting = fmt.Appendf(nil, "* OK [CAPABILITY %s] ready\r\n", list[start:end])
	return nil
}

// ask sends a command without arguments and returns the untagged line with its
// name, if there was one.
func (up *upstream) ask(name string) ([]byte, error) {
	if _, err := fmt.Fprintf(up.leg.conn, "U0 %s\r\n", name); err != nil {
		return nil, err
	}
	var found []byte
	for range 100 {
		line, err := up.line()
		if err != nil {
			return nil, err
		}
		l, err := wire.ParseLine(line)
		if err != nil {
			return nil, err
		}
		switch {
		case l.Kind == wire.Untagged && l.Word == name:
			found = line
		case l.Kind == wire.Tagged && l.Word == "OK":
			return found, nil
		case l.Kind == wire.Tagged:
			return nil, &refusedError{what: "the mail server refused " + name, err: errors.New(l.Word)}
		}
	}
	return nil, &wire.SyntaxError{What: "no end of an answer"}
}
