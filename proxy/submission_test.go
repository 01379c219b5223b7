package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/smtp"
	"strings"
	"testing"

	gosmtp "github.com/emersion/go-smtp"
)

const mail = "Subject: hello\r\n\r\n.a line with a dot\r\n..two\r\nend\r\n"

// Each way to the server, with each way from the client.
func TestSubmissionDelivers(t *testing.T) {
	cert, roots := testTLS(t)
	for _, up := range []Security{SecurityPlain, SecurityStartTLS, SecurityTLS} {
		for _, local := range []string{"plain", "starttls", "tls"} {
			t.Run(string(up)+" from "+local, func(t *testing.T) {
				s := &sink{}
				cfg := SubmissionConfig{Upstream: Upstream{Address: upstream(t, s, up, cert), Security: up, TLS: roots}}
				if local != "plain" {
					cfg.TLS, cfg.Implicit = cert, local == "tls"
				}
				c := client(t, relay(t, cfg), local, roots)
				if err := c.Auth(smtp.PlainAuth("", "me", "secret", "localhost")); err != nil {
					t.Fatal(err)
				}
				deliver(t, c)
				if err := c.Quit(); err != nil {
					t.Error(err)
				}
				if got := s.got(); len(got) != 1 || got[0] != "me@a.example>you@b.example \n"+mail {
					t.Errorf("delivered %q", got)
				}
			})
		}
	}
}

// client connects net/smtp, which is not of this project nor of the sink's.
func client(t *testing.T, address, local string, roots *tls.Config) *smtp.Client {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if local == "tls" {
		conn = tls.Client(conn, roots)
	}
	c, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if local == "starttls" {
		if err := c.StartTLS(roots); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func deliver(t *testing.T, c *smtp.Client) {
	t.Helper()
	if err := c.Mail("me@a.example"); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("you@b.example"); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, mail); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSubmissionRestores(t *testing.T) {
	s := &sink{}
	var seen []byte
	l := begin(t, plainRelay(t, s, func(_ context.Context, raw []byte) ([]byte, error) {
		seen = bytes.Clone(raw)
		return bytes.ReplaceAll(raw, []byte("http://127.0.0.1:4180/p/"), []byte("\r\n.http://shop.example/")), nil
	}))
	l.say("DATA", "354")
	l.say("Subject: x\r\n\r\nsee http://127.0.0.1:4180/p/\r\n..dot\r\n.", "250")
	if string(seen) != "Subject: x\r\n\r\nsee http://127.0.0.1:4180/p/\r\n.dot\r\n" {
		t.Errorf("restorer saw %q", seen)
	}
	want := "me@client.example>you@sink.example \nSubject: x\r\n\r\nsee \r\n.http://shop.example/\r\n.dot\r\n"
	if got := s.got(); len(got) != 1 || got[0] != want {
		t.Errorf("delivered %q", got)
	}
}

// What must not leave does not, the client is told what to do, and the next mail
// of the same talk goes.
func TestSubmissionRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		reply string
	}{
		{"unknown address", fmt.Errorf("restoring: %w", ErrUnknownAddress), "554 5.6.0 "},
		{"signed", ErrSigned, "554 5.6.0 "},
		{"broken", errors.New("disk full at /secret"), "451 4.3.0 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, fail := &sink{}, c.err
			l := begin(t, plainRelay(t, s, func(_ context.Context, raw []byte) ([]byte, error) { return raw, fail }))
			l.say("DATA", "354")
			if reply := l.say("Subject: x\r\n\r\ny\r\n.", c.reply); strings.Contains(reply, "secret") {
				t.Errorf("reply tells too much: %q", reply)
			}
			if got := s.got(); len(got) != 0 {
				t.Fatalf("delivered %q", got)
			}
			fail = nil
			l.say("DATA", "503") // the mail is forgotten
			l.say("MAIL FROM:<me@client.example>", "250")
			l.say("RCPT TO:<you@sink.example>", "250")
			l.say("DATA", "354")
			l.say("Subject: x\r\n\r\ny\r\n.", "250")
			if len(s.got()) != 1 {
				t.Errorf("delivered %q", s.got())
			}
		})
	}
}

// A mail that ends with CR CR LF has an end for every server.
func TestSubmissionDoubleCR(t *testing.T) {
	s := &sink{}
	l := begin(t, plainRelay(t, s, nil))
	l.say("DATA", "354")
	l.say("Subject: x\r\r\n.", "250")
	if got := s.got(); len(got) != 1 || got[0] != sender+"Subject: x\r\r\n\r\n" {
		t.Errorf("delivered %q", got)
	}
}

// The server's refusal is the client's, word by word.
func TestSubmissionPassesRefusal(t *testing.T) {
	s := &sink{refuse: &gosmtp.SMTPError{Code: 552, EnhancedCode: gosmtp.EnhancedCode{5, 2, 2}, Message: "Mailbox is full"}}
	l := begin(t, plainRelay(t, s, nil))
	l.say("RCPT TO:<nobody@sink.example>", "550 5.1.1 No such person")
	l.say("DATA", "354")
	l.say("x\r\n.", "552 5.2.2 Mailbox is full")
	l.say("QUIT", "221")
	l.closed()
}

func TestSubmissionNoRecipient(t *testing.T) {
	s := &sink{}
	l := dialLine(t, plainRelay(t, s, nil))
	l.expect("220 ")
	l.say("EHLO a", "250")
	l.say("DATA", "503")
	// All at once, as a client may when it sees PIPELINING; the mail must not be
	// asked for.
	l.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<nobody@c.example>\r\nDATA\r\n")
	l.expect("250")
	l.expect("550")
	l.expect("503")
	l.say("DATA now", "501")
}

func TestSubmissionPipelining(t *testing.T) {
	s := &sink{}
	l := dialLine(t, plainRelay(t, s, nil))
	l.expect("220 ")
	l.send("EHLO a\r\n")
	if ehlo := l.expect("250"); !strings.Contains(ehlo, "PIPELINING\r\n") {
		t.Errorf("offered %q", ehlo)
	}
	l.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
	l.expect("250")
	l.expect("250")
	l.expect("354")
	l.send("x\r\n.\r\nMAIL FROM:<e@b.example>\r\nRCPT TO:<c@d.example>\r\nNOOP\r\nRSET\r\nQUIT\r\n")
	for range 5 {
		l.expect("250")
	}
	l.expect("221")
	l.closed()
	if len(s.got()) != 1 {
		t.Errorf("delivered %q", s.got())
	}
}

func TestSubmissionEHLO(t *testing.T) {
	cert, _ := testTLS(t)
	s := &sink{}
	address := relay(t, SubmissionConfig{TLS: cert, Upstream: Upstream{Address: upstream(t, s, SecurityPlain, nil), Security: SecurityPlain}})
	l := dialLine(t, address)
	l.expect("220 ")
	ehlo := l.say("EHLO a", "250")
	for _, want := range []string{"AUTH PLAIN LOGIN\r\n", "SIZE 1048576\r\n", "STARTTLS\r\n", "SMTPUTF8\r\n", "8BITMIME\r\n", "CHUNKING\r\n"} {
		if !strings.Contains(ehlo, want) {
			t.Errorf("%q is not offered in %q", want, ehlo)
		}
	}
	for _, bad := range []string{"BINARYMIME", "-PLUS"} {
		if strings.Contains(ehlo, bad) {
			t.Errorf("%s is offered in %q", bad, ehlo)
		}
	}
}

func TestSubmissionAuth(t *testing.T) {
	s := &sink{}
	var log bytes.Buffer
	address := relay(t, SubmissionConfig{
		Upstream: Upstream{Address: upstream(t, s, SecurityPlain, nil), Security: SecurityPlain},
		Log:      slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	l := dialLine(t, address)
	l.expect("220 ")
	l.say("EHLO a", "250")
	l.say("AUTH PLAIN AG1lAHdyb25n", "535")
	l.say("AUTH SCRAM-SHA-1-PLUS abc", "504")
	l.say("AUTH LOGIN", "334 VXNlcm5hbWU6")
	l.say("*", "501") // cancelled
	l.say("NOOP", "250")
	l.say("AUTH PLAIN", "334")
	l.say("AG1lAHNlY3JldA==", "235")
	if fmt.Sprint(s.logins) != "[PLAIN me PLAIN me]" {
		t.Errorf("logins %v", s.logins)
	}
	l2 := dialLine(t, address)
	l2.expect("220 ")
	l2.say("EHLO a", "250")
	l2.say("AUTH LOGIN", "334 VXNlcm5hbWU6")
	l2.say("bWU=", "334 UGFzc3dvcmQ6")
	l2.say("c2VjcmV0", "235")
	for _, secret := range []string{"AG1l", "c2VjcmV0", "bWU=", "secret"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("log holds %q", secret)
		}
	}
}

func TestSubmissionCommands(t *testing.T) {
	l := begin(t, plainRelay(t, &sink{}, nil))
	l.say("XCLIENT NAME=evil", "500")
	l.say("TURN", "500")
	l.say("BURL imap://a/b LAST", "500")
	l.say("MAIL FROM:<a@b.example> BODY=BINARYMIME", "555")
	l.say("MAIL FROM:<a@b.example> SIZE=99999999999", "552")
	l.say("NOOP", "250")
	l.say("VRFY you", "252")
	l.say("STARTTLS", "503")
}

func TestSubmissionGivesUpOnGarbage(t *testing.T) {
	l := begin(t, plainRelay(t, &sink{}, nil))
	l.say("GET / HTTP/1.1", "500")
	l.send(strings.Repeat("X\r\n", maxBadCommands))
	for range maxBadCommands - 1 {
		l.expect("500")
	}
	l.expect("421")
	l.closed()
}
