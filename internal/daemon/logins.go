package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/login"
	"github.com/unseen-mail/unseen/internal/oauth"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// errNoToken is a server that takes no login by OAuth.
var errNoToken = errors.New("daemon: the server takes no login by OAuth")

// openLogins returns the book of the logins that Unseen itself makes. It reads nothing,
// and asks no keyring before something is to be logged in to.
func (d *Daemon) openLogins() *login.Book {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext, t.TLSHandshakeTimeout = d.dial, 10*time.Second
	if lab := d.cfg.Lab; lab != nil {
		t.TLSClientConfig, t.Proxy = &tls.Config{RootCAs: lab.Roots}, nil
	}
	return login.Open(d.cfg.Paths.Data, d.ring(), &http.Client{Transport: t, Timeout: 30 * time.Second})
}

// ring is where secrets are kept.
func (d *Daemon) ring() login.Ring {
	if lab := d.cfg.Lab; lab != nil && lab.Ring != nil {
		return *lab.Ring
	}
	return login.System()
}

// A credential is how a mailbox is logged in to: by what came with a request, else by the
// login that Unseen keeps of the account.
type credential struct{ user, password, token string }

// credentialOf completes what came with a request. With nothing at all there is none, and
// no error.
func (d *Daemon) credentialOf(ctx context.Context, a *store.Account, c credential) (credential, error) {
	kept, ok := d.logins.Kept(a.Address)
	if c.user == "" {
		if c.user = a.Address; ok {
			c.user = kept.User
		}
	}
	// A token is shown to the server that it is for, and to no other.
	if c.password != "" || c.token != "" || !ok || kept.Host != a.IMAP.Host {
		return c, nil
	}
	var err error
	if c.token, err = d.logins.Access(ctx, a.Address); err != nil {
		return c, d.loginRefusal(err, a.Address)
	}
	return c, nil
}

// loginRefusal says in plain words why Unseen's own login cannot be used.
func (d *Daemon) loginRefusal(err error, address string) error {
	if errors.Is(err, oauth.ErrGone) || errors.Is(err, login.ErrNotKept) {
		return d.refusal(api.CodeUpstream, words.LoginGone, words.NoLoginHint, "address", address)
	}
	return fmt.Errorf("renewing the login: %w", err)
}

// logged connects to the account's server as the relay does, and logs in.
func (r *relay) logged(ctx context.Context, c credential) (*imapclient.Client, error) {
	c, err := r.daemon.credentialOf(ctx, &r.account, c)
	if err != nil {
		return nil, err
	}
	return r.loggedFor(ctx, c, nil)
}

// loggedFor does so for somebody who wants to hear what the server says unasked.
func (r *relay) loggedFor(ctx context.Context, c credential, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
	client, err := r.dialFor(ctx, news)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { client.Close() })
	defer stop()
	if err := c.logIn(client, serverOf(r.account.IMAP)); err != nil {
		client.Close()
		r.daemon.logins.Stale(r.account.Address) // the next token is a new one
		return nil, fmt.Errorf("logging in: %w", err)
	}
	return client, nil
}

// logIn logs a client in.
func (c credential) logIn(client *imapclient.Client, at account.Server) error {
	if c.token == "" {
		return client.Login(c.user, c.password).Wait()
	}
	mechanism, ok := oauth.Mechanism(client.Caps(), c.user, c.token, at.Host, at.Port)
	if !ok {
		return errNoToken
	}
	return client.Authenticate(mechanism)
}
