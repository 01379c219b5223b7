package main

import (
	"crypto/tls"
	"fmt"
	"html"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/unseen-mail/unseen/internal/lab"
)

// agree stands in for a browser, and for a reader who agrees to everything: it opens a
// page and goes where that leads.
func agree() {
	address := os.Args[1]
	for range 2 {
		resp, err := http.Get(address)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		body, _ := io.ReadAll(resp.Body) // short
		resp.Body.Close()
		m := regexp.MustCompile(`url=([^"]*)"`).FindSubmatch(body)
		if m == nil {
			return
		}
		address = html.UnescapeString(string(m[1]))
	}
}

// providerKey is where the provider of one script is kept.
type providerKey struct{}

// startProvider starts a provider that wants OAuth, and a mail server of it.
func startProvider(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, _ []string) {
		p := lab.StartProvider(t)
		user := imapmemserver.NewUser("anna@mail.example", "letmein")
		ts.Check(user.Create("INBOX", nil))
		mail := strings.NewReader("From: news@shop.example\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n<img src=\"https://shop.example/p/a8Kd92mQzX71LpVt\" width=1 height=1>\r\n")
		_, err := user.Append("INBOX", literal{mail, int64(mail.Len())}, &imap.AppendOptions{})
		ts.Check(err)
		memory := imapmemserver.New()
		memory.AddUser(user)
		plain, err := net.Listen("tcp4", "127.0.0.1:0")
		ts.Check(err)
		server := imapserver.New(&imapserver.Options{
			NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
				return &tokenSession{Session: memory.NewSession(), provider: p}, nil, nil
			},
			Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, Logger: log.New(io.Discard, "", 0),
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			server.Serve(tls.NewListener(plain, p.Authority.ServerConfig()))
		}()
		ts.Defer(func() { server.Close(); <-done })
		*ts.Value(providerKey{}).(**lab.Provider) = p
		ts.Setenv("PROVIDER", "https://"+p.Addr)
		ts.Setenv("IMAP", plain.Addr().String())
		ts.Setenv("CA", p.Authority.CAFile)
		ts.Setenv("SSL_CERT_FILE", p.Authority.CAFile)
	}
}

// literal is a mail to append.
type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

// A tokenSession logs in by the provider's tokens alone.
type tokenSession struct {
	imapserver.Session
	provider *lab.Provider
}

// AuthenticateMechanisms implements [imapserver.SessionSASL].
func (*tokenSession) AuthenticateMechanisms() []string { return []string{sasl.OAuthBearer} }

// Authenticate implements [imapserver.SessionSASL].
func (s *tokenSession) Authenticate(string) (sasl.Server, error) {
	return sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
		if s.provider.User(o.Token) != o.Username || s.Session.Login(o.Username, "letmein") != nil {
			return &sasl.OAuthBearerError{Status: "invalid_token"}
		}
		return nil
	}), nil
}

// manner changes how the provider answers.
func manner(ts *testscript.TestScript, _ bool, args []string) {
	var m lab.Manner
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		n, _ := strconv.Atoi(value)
		switch name {
		case "error":
			m.Error = value
		case "issuer":
			m.Issuer = value
		case "pending":
			m.Pending = n
		case "expired":
			m.Expired = true
		case "rotate":
			m.Rotate = true
		case "short":
			m.Short = true
		default:
			ts.Fatalf("there is no manner %q", name)
		}
	}
	(*ts.Value(providerKey{}).(**lab.Provider)).Be(m)
}
