package account

import (
	"context"
	"crypto/tls"
	"strings"

	"github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/internal/words"
)

// CheckSMTP tries the server that mail goes to. It sends no mail and does not
// log in: a login alone is nothing that a mail program does, and some providers
// take it for an attack.
func (c *Checker) CheckSMTP(ctx context.Context, s Server) []Step {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := c.dial(ctx, s)
	if err != nil {
		return []Step{c.explain(s, err)}
	}
	defer conn.Close()
	var client *smtp.Client
	if s.TLS == StartTLS {
		client, err = smtp.NewClientStartTLS(conn, c.tlsConfig(s))
	} else {
		client = smtp.NewClient(conn)
		err = client.Hello("localhost")
	}
	if err != nil {
		return []Step{c.explain(s, err)}
	}
	defer client.Close()
	var state *tls.ConnectionState
	if agreed, ok := client.TLSConnectionState(); ok {
		state = &agreed
	}
	steps := []Step{c.good(words.CheckSMTPAnswers, "server", s.Addr()), c.certificate(s, state)}
	ok, methods := client.Extension("AUTH")
	if !ok || strings.TrimSpace(methods) == "" {
		// RFC 6409, section 4.3 lets a server know its users otherwise.
		return append(steps, c.good(words.CheckNoAuth, "host", s.Host))
	}
	_ = client.Quit() // the check is over, whatever it says
	return steps
}
