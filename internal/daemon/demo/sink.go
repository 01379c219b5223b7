package demo

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// maxSent is the largest mail that the sink takes.
const maxSent = 16 << 20

// A Sink takes what the reader sends, and sends it nowhere.
type Sink struct {
	addr   net.Addr
	server *smtp.Server
	work   sync.WaitGroup

	mu   sync.Mutex // guards what follows
	sent [][]byte
	tell func(raw []byte)
}

// errLogin is a login that is not demo/demo.
var errLogin = errors.New("demo: wrong user name or password")

// startSink starts the server.
func startSink() (*Sink, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the demo's submission server: %w", err)
	}
	s := &Sink{addr: ln.Addr()}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &sinkSession{sink: s}, nil }))
	s.server.Domain, s.server.AllowInsecureAuth, s.server.MaxMessageBytes = "localhost", true, maxSent
	// It would complain of every client that hangs up.
	s.server.ErrorLog = log.New(io.Discard, "", 0)
	s.work.Go(func() { _ = s.server.Serve(ln) }) // it ends when it is closed
	return s, nil
}

// close ends the server.
func (s *Sink) close() {
	s.server.Close()
	s.work.Wait()
}

// Sent returns the mails that arrived, in order.
func (s *Sink) Sent() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([][]byte(nil), s.sent...)
}

// onSent sets who is told of each mail.
func (s *Sink) onSent(tell func(raw []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell = tell
}

// take keeps a mail.
func (s *Sink) take(raw []byte) {
	s.mu.Lock()
	s.sent = append(s.sent, raw)
	tell := s.tell
	s.mu.Unlock()
	if tell != nil {
		tell(raw)
	}
}

// sinkSession is one connection.
type sinkSession struct {
	sink *Sink
	in   bool
}

// AuthMechanisms implements [smtp.AuthSession].
func (*sinkSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements [smtp.AuthSession].
func (s *sinkSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return errLogin
		}
		s.in = true
		return nil
	}), nil
}

// Mail implements [smtp.Session].
func (s *sinkSession) Mail(string, *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	return nil
}

// Rcpt implements [smtp.Session].
func (*sinkSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data implements [smtp.Session].
func (s *sinkSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.sink.take(raw)
	return nil
}

// Reset implements [smtp.Session].
func (*sinkSession) Reset() {}

// Logout implements [smtp.Session].
func (*sinkSession) Logout() error { return nil }
