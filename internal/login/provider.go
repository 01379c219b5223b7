package login

import (
	"errors"
	"net/url"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/oauth"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// Sentinels of [At].
var (
	// ErrUnknown says that it is not known where the login page of a server is.
	ErrUnknown = errors.New("login: the provider's page is not known")
	// ErrNoClient says that the reader has named no client.
	ErrNoClient = errors.New("login: there is no client")
)

// At returns how a mail server is logged in to: as the catalogue says, and above it what
// the reader wrote for this server or for its login of the catalogue. The client is the
// one given, else the reader's. With [ErrNoClient] the page is returned on which one is
// made, "" if that is not known.
func At(host, client string, own map[string]config.OAuth) (f *oauth.Flow, register string, err error) {
	row, known := catalogue.LoginOf(host)
	mine, named := own[host]
	if !named {
		mine = own[row.ID]
	}
	if client != "" && client != mine.ClientID {
		mine.ClientID, mine.Secret = client, ""
	}
	// What the reader names in part is theirs as a whole: their own page with the
	// catalogue's place for tokens would be a mix-up.
	p := oauth.Provider{Issuer: row.Issuer, Authorize: row.Authorize, Token: row.Token, Device: row.Device, Revoke: row.Revoke, Scopes: row.Scopes, Extra: row.Extra}
	if mine.Authorize != "" || mine.Token != "" || mine.Device != "" {
		p = oauth.Provider{Issuer: mine.Issuer, Authorize: mine.Authorize, Token: mine.Token, Device: mine.Device, Revoke: mine.Revoke}
		known = mine.Token != "" && (mine.Authorize != "" || mine.Device != "")
	}
	if len(mine.Scopes) > 0 {
		p.Scopes = mine.Scopes
	}
	switch {
	case !known:
		return nil, "", ErrUnknown
	case mine.ClientID == "":
		return nil, row.Register, ErrNoClient
	}
	return &oauth.Flow{Provider: p, Client: oauth.Client{ID: mine.ClientID, Secret: mine.Secret}}, row.Register, nil
}

// Page is the host of a provider's page, for people.
func Page(p oauth.Provider) string {
	for _, address := range []string{p.Authorize, p.Token} {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return ""
}
