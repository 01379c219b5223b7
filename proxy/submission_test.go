package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/smtp"
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

// asIs restores nothing.
func asIs(_ context.Context, raw []byte) ([]byte, error) { return raw, nil }

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
func plainRelay(t testing.TB, s *sink, restore Restorer) string {
	t.Helper()
	return relay(t, SubmissionConfig{Upstream: Upstream{Address: upstream(t, s, SecurityPlain, nil), Security: SecurityPlain}, Restore: restore})
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
	for _, want := range []string{"AUTH PLAIN LOGIN\r\n", "SIZE 1048576\r\n", "STARTTLS\r\n", "SMTPUTF8\r\n", "8BITMIME\r\n"} {
		if !strings.Contains(ehlo, want) {
			t.Errorf("%q is not offered in %q", want, ehlo)
		}
	}
	for _, bad := range []string{"CHUNKING", "BINARYMIME", "-PLUS"} {
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
	l.send("BDAT 21 LAST\r\nRSET\r\nQUIT\r\nDATA\r\n\r\n!")
	l.expect("502")
	l.say("MAIL FROM:<a@b.example> BODY=BINARYMIME", "555")
	l.say("MAIL FROM:<a@b.example> SIZE=99999999999", "552")
	l.say("NOOP", "250")
	l.say("VRFY you", "252")
	l.say("STARTTLS", "503")
	l.say("BDAT -1", "502")
	l.closed()
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

// Lines that end in two ways are where one server sees one command and another
// sees two.
func TestSubmissionLineEnds(t *testing.T) {
	address := plainRelay(t, &sink{}, nil)
	for name, sent := range map[string]string{
		"LF alone":     "NOOP\n",
		"CR inside":    "NOOP\rRSET\r\n",
		"NUL":          "NOOP\x00\r\n",
		"endless line": strings.Repeat("x", maxCommand+5000) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			l := dialLine(t, address)
			l.expect("220 ")
			l.send(sent)
			l.expect("500 5.5.")
			l.closed()
		})
	}
}

// No spelling of the end but the right one ends a mail, here or at a server that
// is careless.
func TestSubmissionSmuggling(t *testing.T) {
	for _, end := range []string{"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\n\x00.\r\n", "\r\n.\x00\r\n", "\n\x00.\x00\n"} {
		t.Run(fmt.Sprintf("%q", end), func(t *testing.T) {
			s := &sink{}
			l := begin(t, plainRelay(t, s, nil))
			l.say("DATA", "354")
			l.say("x"+end+"MAIL FROM:<evil@b.example>\r\nRCPT TO:<you@c.example>\r\nDATA\r\nsmuggled\r\n.", "554 5.6.0")
			if len(s.got()) != 0 {
				t.Errorf("delivered %q", s.got())
			}
			l.say("NOOP", "250")
		})
	}
}

func TestSubmissionTooLarge(t *testing.T) {
	s := &sink{}
	l := begin(t, plainRelay(t, s, nil)) // the sink's limit is 1 MiB
	l.say("DATA", "354")
	l.say(strings.Repeat(strings.Repeat("x", 998)+"\r\n", 1100)+".", "552")
	l.say("NOOP", "250")
	if len(s.got()) != 0 {
		t.Error("delivered in part")
	}
}

// A mail that fits is restored to one of another size, and arrives.
func TestSubmissionMegabyte(t *testing.T) {
	s := &sink{}
	body := strings.Repeat("."+strings.Repeat("x", 90)+"\r\n", 10_000)
	l := begin(t, plainRelay(t, s, nil))
	l.say("DATA", "354")
	l.say(strings.ReplaceAll(body, ".x", "..x")+".", "250")
	if got := s.got(); len(got) != 1 || !strings.HasSuffix(got[0], "\n"+body) {
		t.Error("arrived otherwise than it was sent")
	}
}

func TestSubmissionStartTLSInjection(t *testing.T) {
	cert, _ := testTLS(t)
	address := relay(t, SubmissionConfig{TLS: cert, Upstream: Upstream{Address: upstream(t, &sink{}, SecurityPlain, nil), Security: SecurityPlain}})
	l := dialLine(t, address)
	l.expect("220 ")
	l.say("EHLO a", "250")
	l.send("STARTTLS\r\nNOOP\r\n")
	l.expect("501")
	l.closed()
}

func TestSubmissionUpstreamUnreachable(t *testing.T) {
	cert, roots := testTLS(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := ln.Addr().String()
	ln.Close()
	for _, c := range []struct {
		name string
		up   Upstream
	}{
		{"nobody listens", Upstream{Address: dead, Security: SecurityPlain}},
		{"certificate not trusted", Upstream{Address: upstream(t, &sink{}, SecurityTLS, cert)}},
		{"certificate of another host", Upstream{Address: upstream(t, &sink{}, SecurityTLS, cert), TLS: &tls.Config{RootCAs: roots.RootCAs, ServerName: "other.example"}}},
		{"no STARTTLS", Upstream{Address: upstream(t, &sink{}, SecurityPlain, nil), Security: SecurityStartTLS, TLS: roots}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := dialLine(t, relay(t, SubmissionConfig{Upstream: c.up}))
			if reply := l.expect("421 4.4.1 Unseen cannot reach"); !strings.Contains(reply, "nothing was sent") {
				t.Errorf("reply %q", reply)
			}
			l.closed()
		})
	}
}

// script plays a server that says what a function answers to each line, and
// nothing more where it answers "".
func script(t *testing.T, greeting string, answer func(line string) string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				fmt.Fprint(c, greeting)
				sc := bufio.NewScanner(c)
				for sc.Scan() {
					out := answer(sc.Text())
					if out == "hang up" {
						return
					}
					fmt.Fprint(c, out)
				}
			})
		}
	})
	return ln.Addr().String()
}

// Whenever a server breaks off, the client is not told that its mail was taken.
func TestSubmissionServerBreaksOff(t *testing.T) {
	for _, c := range []struct {
		name, at, what string
		want           []string
	}{
		{"at EHLO", "EHLO", "hang up", []string{"421"}},
		{"at DATA", "DATA", "hang up", []string{"250", "250", "250", "354", "421"}},
		{"before the answer", ".", "hang up", []string{"250", "250", "250", "354", "451"}},
		{"with 421 at MAIL", "MAIL", "421 4.7.0 Going away\r\n", []string{"250", "421 4.7.0 Going away"}},
		{"nonsense at DATA", "DATA", "250 done\r\n", []string{"250", "250", "250", "354", "421"}},
		{"garbage", ".", "hello\r\n", []string{"250", "250", "250", "354", "451"}},
		{"refusal at DATA", "DATA", "451 4.3.0 Not now\r\n", []string{"250", "250", "250", "354", "451 4.3.0 Not now"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := script(t, "220 hi\r\n", func(line string) string {
				verb, _, _ := strings.Cut(line, " ")
				switch {
				case verb == c.at:
					return c.what
				case verb == "DATA":
					return "354 go\r\n"
				case verb == "x": // the mail
					return ""
				}
				return "250 ok\r\n"
			})
			l := dialLine(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
			l.expect("220 ")
			for i, s := range []string{"EHLO a", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "x\r\n."} {
				if i == len(c.want) {
					break
				}
				l.say(s, c.want[i])
			}
		})
	}
}

// Octets before TLS began are not a server's.
func TestSubmissionUpstreamInjection(t *testing.T) {
	address := script(t, "220 hi\r\n", func(line string) string {
		if line == "STARTTLS" {
			return "220 go\r\n250 injected\r\n"
		}
		return "250-hi\r\n250 STARTTLS\r\n"
	})
	l := dialLine(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityStartTLS}}))
	l.expect("421 4.4.1")
}

func TestSubmissionConfig(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, c := range []struct {
		name string
		cfg  SubmissionConfig
		ok   bool
	}{
		{"TLS", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:465"}, Restore: asIs}, true},
		{"plain to loopback", SubmissionConfig{Upstream: Upstream{Address: "[::1]:25", Security: SecurityPlain}, Restore: asIs}, true},
		{"plain to another machine", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:587", Security: SecurityPlain}, Restore: asIs}, false},
		{"plain to an address", SubmissionConfig{Upstream: Upstream{Address: "192.168.0.1:25", Security: SecurityPlain}, Restore: asIs}, false},
		{"unknown way", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:587", Security: "ssl"}, Restore: asIs}, false},
		{"no port", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example"}, Restore: asIs}, false},
		{"no restorer", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:465"}}, false},
		{"implicit without certificate", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:465"}, Restore: asIs, Implicit: true}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := NewSubmission(ln, c.cfg); (err == nil) != c.ok {
				t.Errorf("NewSubmission = %v", err)
			}
		})
	}
}

func TestSubmissionListensOnLoopbackOnly(t *testing.T) {
	ln, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	defer ln.Close()
	_, err = NewSubmission(ln, SubmissionConfig{Upstream: Upstream{Address: "a.example:465"}, Restore: asIs})
	if !errors.Is(err, ErrNotLoopback) {
		t.Errorf("NewSubmission = %v", err)
	}
}

// A shutdown ends the wait for the next command, with a word.
func TestSubmissionShutdown(t *testing.T) {
	address := upstream(t, &sink{}, SecurityPlain, nil)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSubmission(ln, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}, Restore: asIs})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	l := begin(t, ln.Addr().String())
	cancel()
	l.expect("421 4.3.2")
	l.closed()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
}
