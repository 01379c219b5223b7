package account

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"time"

	"github.com/unseen-mail/unseen/internal/words"
)

// patience is how long one server may take to be checked.
const patience = 15 * time.Second

// A Step is one thing that was tried.
type Step struct {
	// OK says that it went well.
	OK bool
	// Text says what was tried and what came of it; Hint what to do next.
	Text string
	// Hint is what to do next.
	Hint string
}

// A Checker tries the servers of an account.
type Checker struct {
	// Words say what is found.
	Words *words.Catalogue
	// Roots are trusted; nil means those of the system.
	Roots *x509.CertPool
	// AuthServIDs says whether the provider signs its results with a name
	// (RFC 8601, section 2.5); nil means that none is known.
	AuthServIDs func(name string) bool
	// Dial opens connections; nil means a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Login is what a login is tried with. Without a password or a token none is tried.
type Login struct {
	// User is the account's address if empty.
	User string
	// Password is used once.
	Password string
	// Token is an access token (RFC 6750), used instead of a password.
	Token string
}

// LogValue keeps both out of the log.
func (l Login) LogValue() slog.Value { return slog.StringValue("…") }

// Check tries receiving and sending. It never returns an empty list; all went
// well if each step did.
func (c *Checker) Check(ctx context.Context, a Account, l Login) []Step {
	if l.User == "" {
		l.User = a.Address
	}
	steps := c.CheckIMAP(ctx, a.IMAP, l)
	if a.SMTP == nil {
		return append(steps, Step{OK: true, Text: c.Words.Say(words.CheckNoSMTP)})
	}
	return append(steps, c.CheckSMTP(ctx, *a.SMTP)...)
}

// Failed returns the first step that did not go well.
func Failed(steps []Step) (Step, bool) {
	for _, s := range steps {
		if !s.OK {
			return s, true
		}
	}
	return Step{}, false
}

// good returns a step that went well.
func (c *Checker) good(k words.Key, pairs ...any) Step {
	return Step{OK: true, Text: c.Words.Say(k, pairs...)}
}

// certificate returns the step about a server's certificate, which was
// verified when it was shown.
func (c *Checker) certificate(s Server, state *tls.ConnectionState) Step {
	if state == nil || len(state.PeerCertificates) == 0 {
		return c.good(words.CheckPlain, "server", s.Addr())
	}
	until := c.Words.Date(state.PeerCertificates[0].NotAfter)
	return c.good(words.CheckCertificate, "host", s.Host, "until", until)
}
