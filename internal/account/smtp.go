package account

import (
	"context"
	"crypto/tls"
	"net"
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
	line, done, err := c.open(ctx, s)
	if err != nil {
		return []Step{c.explain(s, err)}
	}
	defer done()
	client, err := hello(ctx, line, s)
	if err != nil {
		return []Step{c.explain(s, line.why(err))}
	}
	defer client.Close()
	steps := []Step{c.good(words.CheckSMTPAnswers, "server", s.Addr()), c.certificate(s, line.tls())}
	ok, methods := client.Extension("AUTH")
	if !ok || strings.TrimSpace(methods) == "" {
		// RFC 6409, section 4.3 lets a server know its users otherwise.
		return append(steps, c.good(words.CheckNoAuth, "host", s.Host))
	}
	_ = client.Quit() // the check is over, whatever it says
	return steps
}

// hello begins to speak SMTP, under TLS where there is to be any.
func hello(ctx context.Context, l *line, s Server) (*smtp.Client, error) {
	if s.TLS == StartTLS {
		client, err := smtp.NewClientStartTLS(l, l.config)
		if err != nil {
			return nil, err
		}
		// The handshake waits for the first word, and its verdict is wanted.
		if err := client.Noop(); err != nil {
			client.Close()
			return nil, err
		}
		return client, nil
	}
	var conn net.Conn = l
	if s.TLS == Implicit {
		secure := tls.Client(l, l.config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = secure
	}
	client := smtp.NewClient(conn)
	if err := client.Hello("localhost"); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}
