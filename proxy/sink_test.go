package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/proxy/localcert"
)

// A sink is a submission server that keeps what it is given.
type sink struct {
	mu sync.Mutex // guards what follows
	// mails are what was confirmed, with "from>to" before it.
	mails []string
	// refuse, if set, is what it says to the next mail.
	refuse error
	logins []string
}

func (s *sink) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return &sinkSession{sink: s}, nil }

type sinkSession struct {
	sink     *sink
	from, to string
}

func (s *sinkSession) AuthMechanisms() []string {
	return []string{"PLAIN", "LOGIN", "SCRAM-SHA-1-PLUS"}
}

func (s *sinkSession) Auth(mech string) (sasl.Server, error) {
	check := func(name, password string) error {
		s.sink.mu.Lock()
		defer s.sink.mu.Unlock()
		s.sink.logins = append(s.sink.logins, mech+" "+name)
		if password != "secret" {
			return gosmtp.ErrAuthFailed
		}
		return nil
	}
	if mech == "LOGIN" {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, name, password string) error { return check(name, password) }), nil
}

// loginServer is a mechanism of several steps.
type loginServer struct {
	check func(name, password string) error
	name  string
	step  int
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.name = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.name, string(response))
}

func (s *sinkSession) Reset()        { s.from, s.to = "", "" }
func (s *sinkSession) Logout() error { return nil }

func (s *sinkSession) Mail(from string, _ *gosmtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *sinkSession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody") {
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "No such person"}
	}
	s.to += to + " "
	return nil
}

func (s *sinkSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	if s.sink.refuse != nil {
		return s.sink.refuse
	}
	s.sink.mails = append(s.sink.mails, fmt.Sprintf("%s>%s\n%s", s.from, s.to, b))
	return nil
}

func (s *sink) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.mails...)
}

// testTLS is a certificate for loopback and the roots to check it with.
func testTLS(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	leaf, err := localcert.Load(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf.Certificate.Leaf)
	return leaf.Config(), &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

// upstream starts a sink reached in some way.
func upstream(t testing.TB, s *sink, sec Security, cert *tls.Config) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	srv := gosmtp.NewServer(s)
	srv.Domain = "sink.example"
	srv.AllowInsecureAuth = true
	srv.MaxMessageBytes = 1 << 20
	srv.EnableBINARYMIME = true
	srv.EnableSMTPUTF8 = true
	srv.ErrorLog = discard{}
	switch sec {
	case SecurityTLS:
		ln = tls.NewListener(ln, cert)
	case SecurityStartTLS:
		srv.TLSConfig = cert
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }()
	t.Cleanup(func() { srv.Close(); <-done })
	return address
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

// A rewriter restores a mail that it has whole.
type rewriter func(ctx context.Context, raw []byte) ([]byte, error)

// asIs restores nothing.
func asIs(_ context.Context, to io.Writer) io.WriteCloser { return passing{to} }

type passing struct{ io.Writer }

func (passing) Close() error { return nil }

// whole makes a restorer that holds all of a mail back.
func (w rewriter) restorer(ctx context.Context, to io.Writer) io.WriteCloser {
	return &holding{ctx: ctx, to: to, rewrite: w}
}

type holding struct {
	bytes.Buffer
	ctx     context.Context
	to      io.Writer
	rewrite rewriter
}

func (h *holding) Close() error {
	out, err := h.rewrite(h.ctx, h.Bytes())
	if err == nil {
		_, err = h.to.Write(out)
	}
	return err
}

// relay starts a relay and returns its address.
func relay(t testing.TB, cfg SubmissionConfig) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Restore == nil {
		cfg.Restore = asIs
	}
	s, err := NewSubmission(ln, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	return ln.Addr().String()
}

// plainRelay is a relay to a sink without TLS anywhere.
func plainRelay(t testing.TB, s *sink, rewrite rewriter) string {
	t.Helper()
	cfg := SubmissionConfig{Upstream: Upstream{Address: upstream(t, s, SecurityPlain, nil), Security: SecurityPlain}}
	if rewrite != nil {
		cfg.Restore = rewrite.restorer
	}
	return relay(t, cfg)
}

// A line is one end of an SMTP talk.
type line struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

func dialLine(t testing.TB, address string) *line {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return &line{t: t, conn: c, r: bufio.NewReader(c)}
}

// send sends octets as they are.
func (l *line) send(s string) {
	l.t.Helper()
	if _, err := io.WriteString(l.conn, s); err != nil {
		l.t.Fatal(err)
	}
}

// expect reads one reply, all its lines, and checks how it begins.
func (l *line) expect(begin string) string {
	l.t.Helper()
	var all strings.Builder
	for {
		s, err := l.r.ReadString('\n')
		if err != nil {
			l.t.Fatalf("reading: %v after %q; want %q", err, all.String(), begin)
		}
		all.WriteString(s)
		if len(s) < 4 || s[3] != '-' {
			break
		}
	}
	if !strings.HasPrefix(all.String(), begin) {
		l.t.Fatalf("reply %q; want %q", all.String(), begin)
	}
	return all.String()
}

// say sends a line and expects a reply.
func (l *line) say(s, begin string) string {
	l.t.Helper()
	l.send(s + "\r\n")
	return l.expect(begin)
}

// closed checks that the other side has ended the talk.
func (l *line) closed() {
	l.t.Helper()
	if b, err := l.r.ReadByte(); err == nil {
		l.t.Fatalf("talk goes on with %q", b)
	}
}

// begin brings a talk to where DATA can be said.
func begin(t testing.TB, address string) *line {
	t.Helper()
	l := dialLine(t, address)
	l.expect("220 ")
	l.say("EHLO client.example", "250")
	l.say("MAIL FROM:<me@client.example>", "250")
	l.say("RCPT TO:<you@sink.example>", "250")
	return l
}
