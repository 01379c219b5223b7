package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"github.com/unseen-mail/unseen/internal/oauth"
)

const (
	// dialPatience and patience are how long a server is waited for.
	dialPatience = 30 * time.Second
	patience     = 5 * time.Minute
)

// batch asks for the next mails and hands them out. It says false when the caller
// wants no more.
func (r *reader) batch(at *openBox) (bool, error) {
	n, octets := 0, int64(0)
	for n < len(at.rest) && n < batchMails && (n == 0 || octets+at.rest[n].size <= batchOctets) && (n == 0 || !at.single) {
		octets += at.rest[n].size
		n++
	}
	asked := at.rest[:n]
	got, err := r.fetch(at, asked)
	again := err != nil
	if refused := new(imap.Error); errors.As(err, &refused) && len(got) < n {
		if n == 1 {
			at.rest, at.single = at.rest[1:], false
			return r.lost(at, asked[0]), nil
		}
		at.single, err = true, nil // to learn which
	}
	for i, mail := range asked {
		m, ok := got[mail.uid]
		if !ok && again {
			at.rest = at.rest[i:]
			return true, err
		}
		r.cfg.Progress.done.Add(mail.size)
		if ok && !r.give(m) { // else it is gone meanwhile
			return false, nil
		}
	}
	at.rest = at.rest[n:]
	return true, err
}

// fetch asks for mails. With an error it returns those that came.
func (r *reader) fetch(at *openBox, asked []listed) (map[imap.UID]Mail, error) {
	var set imap.UIDSet
	for _, one := range asked {
		set.AddNum(one.uid)
	}
	// BODY.PEEK[] sets no \Seen (RFC 3501, section 6.4.5).
	cmd := at.client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	got := make(map[imap.UID]Mail, len(asked))
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		var uid imap.UID
		var mail *Mail
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				uid = item.UID
			case imapclient.FetchItemDataBodySection:
				one, err := r.body(item.Literal)
				if err != nil {
					_ = cmd.Close() // the connection is lost: that is the error
					return got, err
				}
				mail = &one
			}
		}
		if mail == nil || uid == 0 {
			continue
		}
		mail.Name = at.message(at.validity, uint32(uid))
		mail.Key, mail.Lasting = mail.Name, true
		got[uid] = *mail
	}
	if err := cmd.Close(); err != nil {
		return got, fmt.Errorf("reading mails: %w", err)
	}
	return got, nil
}

// body reads one mail; the rest of one that is too large is passed by.
func (r *reader) body(in imap.LiteralReader) (Mail, error) {
	if in == nil {
		return Mail{Err: ErrMessage}, nil
	}
	if in.Size() > int64(r.cfg.MaxMail) {
		_, err := io.Copy(io.Discard, in)
		return Mail{Err: ErrTooLarge}, err
	}
	raw := make([]byte, in.Size())
	if _, err := io.ReadFull(in, raw); err != nil {
		return Mail{}, fmt.Errorf("reading mails: %w", err)
	}
	return Mail{Raw: raw}, nil
}

// dial connects and logs in.
func (r *reader) dial(ctx context.Context, box Mailbox) (*imapclient.Client, error) {
	login, err := r.credentials(ctx, box)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: dialPatience}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(box.Host, box.Port))
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, err := r.greet(&patientConn{conn}, box)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("connecting: %w", err)
	}
	if err := login(c); err != nil {
		c.Close()
		return nil, fmt.Errorf("logging in: %w", err)
	}
	return c, nil
}

// credentials returns what logs in. A token may end before the reading does, so it is
// asked for each time; a password is asked for once.
func (r *reader) credentials(ctx context.Context, box Mailbox) (func(*imapclient.Client) error, error) {
	if r.cfg.Token != nil {
		token, err := r.cfg.Token(ctx, box)
		if err != nil {
			return nil, &loginError{err}
		}
		if token != "" {
			port, _ := strconv.Atoi(box.Port) // a name of a port is not dialled
			return func(c *imapclient.Client) error {
				mechanism, ok := oauth.Mechanism(c.Caps(), box.User, token, box.Host, port)
				if !ok {
					return ErrNoToken
				}
				return c.Authenticate(mechanism)
			}, nil
		}
	}
	password, ok := r.passwords[box.Account()]
	if !ok && r.cfg.Password != nil {
		var err error
		if password, err = r.cfg.Password(ctx, box); err != nil {
			return nil, err
		}
		r.passwords[box.Account()] = password
	}
	return func(c *imapclient.Client) error { return logIn(c, box.User, password) }, nil
}

// A loginError is a login that there is none for: asking again does not help.
type loginError struct{ error }

// Unwrap returns what stood in the way.
func (e *loginError) Unwrap() error { return e.error }

// greet begins TLS. It is left out on this machine only, and only where the
// address says imap.
func (r *reader) greet(conn net.Conn, box Mailbox) (*imapclient.Client, error) {
	cfg := &tls.Config{ServerName: box.Host, RootCAs: r.cfg.Roots, MinVersion: tls.VersionTLS12}
	options := &imapclient.Options{TLSConfig: cfg, UnilateralDataHandler: r.news}
	if box.TLS {
		secure := tls.Client(conn, cfg)
		if err := secure.Handshake(); err != nil {
			return nil, err
		}
		return imapclient.New(secure, options), nil
	}
	ip := net.ParseIP(box.Host)
	if box.Host == "localhost" || ip != nil && ip.IsLoopback() {
		return imapclient.New(conn, options), nil
	}
	return imapclient.NewStartTLS(conn, options)
}

// logIn logs in by LOGIN, or by SASL where a server wants that (RFC 3501, section
// 6.2.3).
func logIn(c *imapclient.Client, user, password string) error {
	caps := c.Caps()
	if caps.Has(imap.CapLoginDisabled) && caps.Has(imap.AuthCap("PLAIN")) {
		return c.Authenticate(sasl.NewPlainClient("", user, password))
	}
	return c.Login(user, password).Wait()
}

// hangUp ends a connection; what was read is read.
func hangUp(c *imapclient.Client) {
	_ = c.Logout().Wait()
	c.Close()
}

// A patientConn waits for a server so long and no longer.
type patientConn struct{ net.Conn }

// Read implements [io.Reader].
func (c *patientConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}
