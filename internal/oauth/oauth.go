// Package oauth lets Unseen itself log in where a mail provider wants that through a page
// of its own (OAuth 2.0, RFC 6749). Mail programs need none of it: what they log in with
// passes through.
//
// # What holds
//
// The client is the reader's: this package has none, and nobody else's. A login in a
// browser ends on loopback, at a port that is open for this one answer (RFC 8252, section
// 7.3), and is bound to this program by a proof key (RFC 7636); an answer that does not
// carry what only the page was told is turned away and the right one waited for, so that
// another program of the machine can neither end a login nor slip in one of its own. An
// answer of another issuer is refused (RFC 9207). Codes and tokens go nowhere but to the
// provider's addresses, which are https, and follow no redirect.
//
// Nothing is written or logged here. Errors hold no code, token or secret.
package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// Sentinels of the package.
var (
	// ErrDenied says that the reader, or the provider, said no.
	ErrDenied = errors.New("oauth: not agreed")
	// ErrExpired says that nobody agreed in time.
	ErrExpired = errors.New("oauth: nobody agreed in time")
	// ErrGone says that a login is good no more: it was taken back, has expired, or the
	// password was changed.
	ErrGone = errors.New("oauth: the login is good no more")
	// ErrClient says that the provider does not know the client, or not for this.
	ErrClient = errors.New("oauth: the client is not known")
	// ErrIssuer says that the answer came from another provider (RFC 9207, section 2.4).
	ErrIssuer = errors.New("oauth: the answer is another provider's")
	// ErrNone says that the provider has no such way.
	ErrNone = errors.New("oauth: the provider has no such way")
	// ErrShort says that the provider gave a login for an hour, and nothing to renew it.
	ErrShort = errors.New("oauth: the login cannot be renewed")
)

// A Refusal is what a provider said that no sentinel is for.
type Refusal struct {
	// Code is the provider's, "invalid_scope".
	Code string
	// Said is its sentence, "" for none; it may be in any language.
	Said string
}

// Error returns both.
func (r *Refusal) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("the provider answers %s: %s", r.Code, r.Said), ": ")
}

// A Provider is where a login is made. Its addresses are https.
type Provider struct {
	// Issuer is how it names itself, "" if that is not known.
	Issuer string `json:"issuer,omitempty"`
	// Authorize is its page, Token where tokens are given.
	Authorize string `json:"authorize"`
	Token     string `json:"token"`
	// Device and Revoke are "" where there is none.
	Device string `json:"device,omitempty"`
	Revoke string `json:"revoke,omitempty"`
	// Scopes are what is asked for.
	Scopes []string `json:"scopes"`
	// Extra are parameters of the request for authorization.
	Extra url.Values `json:"extra,omitempty"`
}

// A Client is how the reader's program is known to the provider.
type Client struct {
	// ID names it.
	ID string
	// Secret is what a few providers give with it, "" for none. It is none: whoever has
	// the program has it (RFC 8252, section 8.5).
	Secret string
}

// LogValue keeps the secret out of the log.
func (c Client) LogValue() slog.Value { return slog.StringValue("…") }

// Tokens are what a login gives.
type Tokens struct {
	// Refresh renews the login, Access logs in to the mail server until Until.
	Refresh, Access string
	// Until is when Access ends, zero if that is not known.
	Until time.Time
}

// LogValue keeps tokens out of the log.
func (t Tokens) LogValue() slog.Value { return slog.StringValue("…") }

// String keeps them out of a text.
func (t Tokens) String() string { return "…" }

// A Flow makes, renews and ends logins at one provider.
type Flow struct {
	// Provider and Client are both ends of it.
	Provider Provider
	Client   Client
	// HTTP reaches the provider; nil is a client with the system's trust and proxy.
	// Redirects are never followed.
	HTTP *http.Client
}

// patience is how long a provider may take to answer.
const patience = 30 * time.Second

// config is the flow as the library wants it.
func (f *Flow) config() *oauth2.Config {
	return &oauth2.Config{
		ClientID: f.Client.ID, ClientSecret: f.Client.Secret, Scopes: f.Provider.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: f.Provider.Authorize, TokenURL: f.Provider.Token, DeviceAuthURL: f.Provider.Device,
			// A public client names itself in the body (RFC 6749, section 3.2.1).
			AuthStyle: oauth2.AuthStyleInParams},
	}
}

// client reaches the provider and follows nobody: a token would go where it is not meant
// for.
func (f *Flow) client() *http.Client {
	c := http.Client{Timeout: patience}
	if f.HTTP != nil {
		c = *f.HTTP
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// with lets the library use the client.
func (f *Flow) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, f.client())
}

// tokens takes over what the provider gave.
func tokens(t *oauth2.Token) (Tokens, error) {
	if !strings.EqualFold(t.Type(), "Bearer") {
		// Another kind must not be used as one that is not understood (RFC 6749, section
		// 7.1).
		return Tokens{}, &Refusal{Code: "token_type", Said: t.Type()}
	}
	return Tokens{Refresh: t.RefreshToken, Access: t.AccessToken, Until: t.Expiry}, nil
}

// Refresh makes a new access token. The provider may give another token to refresh with,
// which is then the only good one (RFC 6749, section 6): the caller keeps it.
func (f *Flow) Refresh(ctx context.Context, refresh string) (Tokens, error) {
	got, err := f.config().TokenSource(f.with(ctx), &oauth2.Token{RefreshToken: refresh}).Token()
	if err != nil {
		return Tokens{}, explained("renewing the login", err)
	}
	return tokens(got)
}

// Revoke gives a login up at the provider (RFC 7009, section 2.1). [ErrNone] says that it
// has no way to: there the reader takes it back on a page of theirs.
func (f *Flow) Revoke(ctx context.Context, t Tokens) error {
	if f.Provider.Revoke == "" {
		return ErrNone
	}
	form := url.Values{"client_id": {f.Client.ID}, "token": {t.Refresh}, "token_type_hint": {"refresh_token"}}
	if t.Refresh == "" {
		form.Set("token", t.Access)
		form.Set("token_type_hint", "access_token")
	}
	if f.Client.Secret != "" {
		form.Set("client_secret", f.Client.Secret)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.Provider.Revoke, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("giving the login up: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := f.client().Do(req)
	if err != nil {
		return explained("giving the login up", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // what it says does not matter
	// A token that is not good any more is no error (section 2.2).
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("giving the login up: %w", &Refusal{Code: resp.Status})
	}
	return nil
}

// explained says what was being done, and keeps of the provider's answer what is known to
// be a code and a sentence.
func explained(doing string, err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, coded(refused.ErrorCode, refused.ErrorDescription, refused.Response))
}

// coded returns what a provider's error is here (RFC 6749, sections 4.1.2.1 and 5.2; RFC
// 8628, section 3.5).
func coded(code, said string, resp *http.Response) error {
	if code == "" && resp != nil {
		code = resp.Status
	}
	refusal := &Refusal{Code: short(code), Said: short(said)}
	switch code {
	case "access_denied":
		return fmt.Errorf("%w: %w", ErrDenied, refusal)
	case "expired_token":
		return fmt.Errorf("%w: %w", ErrExpired, refusal)
	case "invalid_grant":
		return fmt.Errorf("%w: %w", ErrGone, refusal)
	case "invalid_client", "unauthorized_client":
		return fmt.Errorf("%w: %w", ErrClient, refusal)
	}
	return refusal
}

// short keeps a provider's words to one line.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 160 {
		s = string(runes[:160]) + "…"
	}
	return s
}
