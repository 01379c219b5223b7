package account_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// certificate makes a self-signed certificate, and a pool that trusts it.
func certificate(t *testing.T, host string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, BasicConstraintsValid: true, IsCA: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool
}

// listen listens on loopback for the length of a test.
func listen(t *testing.T) (net.Listener, account.Server) {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln, account.Server{Host: "127.0.0.1", Port: ln.Addr().(*net.TCPAddr).Port}
}

// imapServer starts a server with a mailbox of these mails; user and password
// are "demo".
func imapServer(t *testing.T, ln net.Listener, config *tls.Config, mails ...string) {
	t.Helper()
	user := imapmemserver.NewUser("demo", "demo")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if _, err := user.Append("INBOX", bytes.NewReader([]byte(m)), &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	memory := imapmemserver.New()
	memory.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		TLSConfig: config, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	go server.Serve(ln)
	t.Cleanup(func() { server.Close() })
}

type smtpSession struct{ smtp.Session }

func (smtpSession) AuthMechanisms() []string         { return []string{sasl.Plain} }
func (smtpSession) Auth(string) (sasl.Server, error) { return nil, smtp.ErrAuthUnsupported }
func (smtpSession) Reset()                           {}
func (smtpSession) Logout() error                    { return nil }

// smtpServer starts a submission server.
func smtpServer(t *testing.T, ln net.Listener, config *tls.Config) {
	t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return smtpSession{}, nil }))
	server.Domain, server.AllowInsecureAuth, server.TLSConfig = "localhost", true, config
	server.ErrorLog = log.New(io.Discard, "", 0)
	go server.Serve(ln)
	t.Cleanup(func() { server.Close() })
}

// talk answers each connection with a text and hangs up.
func talk(t *testing.T, ln net.Listener, text string) {
	t.Helper()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, text)
			conn.Close()
		}
	}()
}

// texts joins what was found; a step that did not go well begins with "no: ".
func texts(steps []account.Step) string {
	var lines []string
	for _, s := range steps {
		line := s.Text
		if !s.OK {
			line = "no: " + line + " / " + s.Hint
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestCheckIMAP(t *testing.T) {
	good, roots := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	other, _ := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	elsewhere, elsewhereRoots := certificate(t, "mail.elsewhere.example", time.Now().Add(time.Hour))
	old, oldRoots := certificate(t, "127.0.0.1", time.Now().Add(-time.Hour))
	config := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	inside := func(c tls.Certificate) func(*testing.T, net.Listener) {
		return func(t *testing.T, ln net.Listener) { imapServer(t, tls.NewListener(ln, config(c)), nil) }
	}
	for name, c := range map[string]struct {
		serve func(*testing.T, net.Listener)
		tls   account.TLS
		roots *x509.CertPool
		login account.Login
		want  []string
	}{
		"TLS":                 {inside(good), account.Implicit, roots, account.Login{}, []string{"mail can be received", "is good until", "no login was tried"}},
		"TLS, login":          {inside(good), account.Implicit, roots, account.Login{User: "demo", Password: "demo"}, []string{"login as demo was accepted", "inbox is empty"}},
		"TLS, wrong password": {inside(good), account.Implicit, roots, account.Login{User: "demo", Password: "guess"}, []string{"no: logging in at 127.0.0.1: it said:", "check user name"}},
		"STARTTLS": {func(t *testing.T, ln net.Listener) { imapServer(t, ln, config(good)) }, account.StartTLS, roots, account.Login{},
			[]string{"mail can be received", "is good until"}},
		"plain": {func(t *testing.T, ln net.Listener) { imapServer(t, ln, nil) }, account.None, nil, account.Login{},
			[]string{"mail can be received", "without TLS"}},
		"untrusted":           {inside(other), account.Implicit, roots, account.Login{}, []string{"no: connecting to 127.0.0.1:", "nobody this computer trusts", "pretending to be"}},
		"another name":        {inside(elsewhere), account.Implicit, elsewhereRoots, account.Login{}, []string{"no: ", "for another name"}},
		"expired":             {inside(old), account.Implicit, oldRoots, account.Login{}, []string{"no: ", "has expired", "check the clock"}},
		"no TLS where it was": {func(t *testing.T, ln net.Listener) { imapServer(t, ln, nil) }, account.Implicit, roots, account.Login{}, []string{"no: ", "does not speak TLS from the start", "--tls starttls"}},
		"no STARTTLS":         {func(t *testing.T, ln net.Listener) { imapServer(t, ln, nil) }, account.StartTLS, roots, account.Login{}, []string{"no: ", "does not offer STARTTLS", "--tls implicit"}},
		"hangs up":            {func(t *testing.T, ln net.Listener) { talk(t, ln, "") }, account.None, nil, account.Login{}, []string{"no: ", "hung up without a word"}},
		"another protocol":    {func(t *testing.T, ln net.Listener) { talk(t, ln, "220 mail ESMTP\r\n") }, account.None, nil, account.Login{}, []string{"no: connecting to"}},
		"nobody":              {func(_ *testing.T, ln net.Listener) { ln.Close() }, account.Implicit, roots, account.Login{}, []string{"no: ", "nobody answers at that port"}},
	} {
		t.Run(name, func(t *testing.T) {
			ln, s := listen(t)
			c.serve(t, ln)
			s.TLS = c.tls
			check := &account.Checker{Words: words.English(), Roots: c.roots}
			got := texts(check.CheckIMAP(context.Background(), s, c.login))
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in:\n%s", want, got)
				}
			}
			if strings.Contains(got, "guess") {
				t.Error("the password is shown")
			}
			if (strings.Contains(c.want[0], "no: ")) != strings.Contains(got, "no: ") {
				t.Errorf("found:\n%s", got)
			}
		})
	}
}

// The provider's word is looked for on the newest mails, by its own name alone.
func TestCheckStamps(t *testing.T) {
	const stamped = "Authentication-Results: mx.demo.example;\r\n\tdmarc=pass header.from=a.example\r\nSubject: x\r\n\r\nx\r\n"
	const nameless = "Authentication-Results: spf=pass smtp.mailfrom=a.example; dmarc=pass header.from=a.example\r\nSubject: x\r\n\r\nx\r\n"
	const forged = "Authentication-Results: mx.evil.example; dmarc=pass\r\nSubject: x\r\n\r\nx\r\n"
	for name, c := range map[string]struct {
		mails []string
		name  string
		want  string
	}{
		"some":     {[]string{stamped, forged, "Subject: x\r\n\r\nx\r\n"}, "mx.demo.example", "senders of 1 of your last 3 mails"},
		"none":     {[]string{forged}, "mx.demo.example", "vouches for none of the senders of your last 1 mail:"},
		"newest":   {append([]string{stamped}, slicesRepeat(forged, 20)...), "mx.demo.example", "none of the senders of your last 20 mails"},
		"nameless": {[]string{nameless, stamped, "Subject: x\r\n\r\nx\r\n"}, catalogue.NoAuthServID, "senders of 1 of your last 3 mails"},
	} {
		t.Run(name, func(t *testing.T) {
			ln, s := listen(t)
			imapServer(t, ln, nil, c.mails...)
			s.TLS = account.None
			check := &account.Checker{Words: words.English(), AuthServIDs: func(n string) bool { return n == c.name }}
			got := texts(check.CheckIMAP(context.Background(), s, account.Login{User: "demo", Password: "demo"}))
			if !strings.Contains(got, c.want) {
				t.Errorf("found:\n%s", got)
			}
		})
	}
}

func slicesRepeat(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}

func TestCheckSMTP(t *testing.T) {
	good, roots := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	config := &tls.Config{Certificates: []tls.Certificate{good}}
	other, _ := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	untrusted := &tls.Config{Certificates: []tls.Certificate{other}}
	for name, c := range map[string]struct {
		serve func(*testing.T, net.Listener)
		tls   account.TLS
		want  string
	}{
		"untrusted":           {func(t *testing.T, ln net.Listener) { smtpServer(t, tls.NewListener(ln, untrusted), nil) }, account.Implicit, "nobody this computer trusts"},
		"untrusted, STARTTLS": {func(t *testing.T, ln net.Listener) { smtpServer(t, ln, untrusted) }, account.StartTLS, "nobody this computer trusts"},
		"TLS":                 {func(t *testing.T, ln net.Listener) { smtpServer(t, tls.NewListener(ln, config), nil) }, account.Implicit, "mail can be sent\nthe certificate of 127.0.0.1"},
		"STARTTLS":            {func(t *testing.T, ln net.Listener) { smtpServer(t, ln, config) }, account.StartTLS, "mail can be sent\nthe certificate of 127.0.0.1"},
		"plain":               {func(t *testing.T, ln net.Listener) { smtpServer(t, ln, nil) }, account.None, "without TLS"},
		"no STARTTLS":         {func(t *testing.T, ln net.Listener) { smtpServer(t, ln, nil) }, account.StartTLS, "does not offer STARTTLS"},
		"nobody":              {func(_ *testing.T, ln net.Listener) { ln.Close() }, account.Implicit, "nobody answers"},
	} {
		t.Run(name, func(t *testing.T) {
			ln, s := listen(t)
			c.serve(t, ln)
			s.TLS = c.tls
			check := &account.Checker{Words: words.English(), Roots: roots}
			if got := texts(check.CheckSMTP(context.Background(), s)); !strings.Contains(got, c.want) {
				t.Errorf("found:\n%s", got)
			}
		})
	}
}

// An account without a submission server is told what that means.
func TestCheckBoth(t *testing.T) {
	ln, s := listen(t)
	imapServer(t, ln, nil)
	s.TLS = account.None
	a := account.Account{Address: "demo@demo.example", IMAP: s}
	check := &account.Checker{Words: words.English()}
	steps := check.Check(context.Background(), a, account.Login{})
	if got := texts(steps); !strings.Contains(got, "only pixels are replaced") {
		t.Errorf("found:\n%s", got)
	}
	if _, failed := account.Failed(steps); failed {
		t.Error("a step did not go well")
	}
	smtpLn, smtpAt := listen(t)
	smtpServer(t, smtpLn, nil)
	smtpAt.TLS = account.None
	a.SMTP = &smtpAt
	if got := texts(check.Check(context.Background(), a, account.Login{})); !strings.Contains(got, "mail can be sent") {
		t.Errorf("found:\n%s", got)
	}
}

// A server that says nothing does not hold anybody up for ever.
func TestCheckSilent(t *testing.T) {
	_, s := listen(t)
	s.TLS = account.None
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	check := &account.Checker{Words: words.English()}
	if got := texts(check.CheckIMAP(ctx, s, account.Login{})); !strings.Contains(got, "no answer in time") {
		t.Errorf("found:\n%s", got)
	}
}
