package lab

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A Sent is one mail that arrived at a [Sink].
type Sent struct {
	// User is who logged in, "" if nobody did.
	User string
	// From and To are the envelope.
	From string
	To   []string
	// Data is the message as it came, without the dots that SMTP adds
	// (RFC 5321, section 4.5.2).
	Data []byte
}

// A Sink is an SMTP server that accepts any mail and keeps it.
type Sink struct {
	// Addr offers STARTTLS, and login also without it; TLSAddr speaks TLS
	// from the first octet.
	Addr, TLSAddr string
	// Authority signed what it shows.
	Authority *Authority

	password string
	provider *Provider
	refuse   func(Sent) error

	mu   sync.Mutex // guards what follows
	mail []Sent
}

// StartSink starts a server that takes any user with the lab's [Password].
// Refuse may answer a mail with an error, an [smtp.SMTPError] for instance; it
// may be nil.
func StartSink(t testing.TB, a *Authority, refuse func(Sent) error) *Sink {
	t.Helper()
	s := &Sink{Authority: a, password: Password, refuse: refuse}
	s.Addr = s.listen(t, false)
	s.TLSAddr = s.listen(t, true)
	return s
}

// StartSinkFor starts a server that is one of a provider's, and takes its tokens too.
func StartSinkFor(t testing.TB, p *Provider) *Sink {
	t.Helper()
	s := &Sink{Authority: p.Authority, password: Password, provider: p}
	s.Addr = s.listen(t, false)
	s.TLSAddr = s.listen(t, true)
	return s
}

// Mail returns what arrived so far, in order.
func (s *Sink) Mail() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mail)
}

func (s *Sink) listen(t testing.TB, implicit bool) string {
	t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &sinkSession{sink: s}, nil
	}))
	server.Domain = "localhost"
	server.AllowInsecureAuth = true
	server.TLSConfig = s.Authority.ServerConfig()
	server.ErrorLog = discard{}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if implicit {
		ln = tls.NewListener(ln, s.Authority.ServerConfig())
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln) // it ends when it is closed
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	return addr
}

// errLogin is what a wrong password gets.
var errLogin = errors.New("lab: wrong password")

type sinkSession struct {
	sink *Sink
	sent Sent
}

func (s *sinkSession) AuthMechanisms() []string {
	if s.sink.provider == nil {
		return []string{sasl.Plain}
	}
	return []string{sasl.Plain, xoauth2, sasl.OAuthBearer}
}

func (s *sinkSession) Auth(mechanism string) (sasl.Server, error) {
	switch mechanism {
	case xoauth2:
		return &xoauth2Server{s.bearer}, nil
	case sasl.OAuthBearer:
		return sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
			if s.bearer(o.Username, o.Token) != nil {
				return &sasl.OAuthBearerError{Status: "invalid_token"}
			}
			return nil
		}), nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != s.sink.password {
			return errLogin
		}
		s.sent.User = user
		return nil
	}), nil
}

// bearer takes a token.
func (s *sinkSession) bearer(user, token string) error {
	if user == "" || s.sink.provider.User(token) != user {
		return errLogin
	}
	s.sent.User = user
	return nil
}

// xoauth2 is the mechanism that came before OAUTHBEARER (RFC 7628).
const xoauth2 = "XOAUTH2"

// An xoauth2Server takes "user=NAME^Aauth=Bearer TOKEN^A^A".
type xoauth2Server struct {
	check func(user, token string) error
}

// Next implements [sasl.Server].
func (x *xoauth2Server) Next(response []byte) ([]byte, bool, error) {
	if response == nil {
		return []byte{}, false, nil
	}
	fields := strings.Split(string(response), "\x01")
	if len(fields) < 2 {
		return nil, true, errLogin
	}
	return nil, true, x.check(strings.TrimPrefix(fields[0], "user="), strings.TrimPrefix(fields[1], "auth=Bearer "))
}

func (s *sinkSession) Mail(from string, _ *smtp.MailOptions) error {
	s.sent.From = from
	return nil
}

func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.sent.To = append(s.sent.To, to)
	return nil
}

func (s *sinkSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	sent := s.sent
	sent.Data = data
	if s.sink.refuse != nil {
		if err := s.sink.refuse(sent); err != nil {
			return err
		}
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.mail = append(s.sink.mail, sent)
	return nil
}

func (s *sinkSession) Reset() { s.sent = Sent{User: s.sent.User} }

func (s *sinkSession) Logout() error { return nil }

// discard keeps the server's complaints about clients that hang up out of the
// test's output.
type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}
