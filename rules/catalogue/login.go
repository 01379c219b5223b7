package catalogue

import (
	_ "embed"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

//go:embed login/oauth.tsv
var logins []byte

// loginForm is the table of logins. It is none of [forms]: no verdict rests on it, so
// it is no part of an edition.
func loginForm() form {
	return form{"oauth.tsv", []string{"login", "hosts", "issuer", "authorize", "device", "token", "revoke", "scopes", "extra", "secret", "register", "source"}}
}

// A Login is how the mail servers of a provider are logged in to by OAuth (RFC 6749).
// It has no client id: each reader brings their own.
type Login struct {
	// ID names the row.
	ID string
	// Hosts are the mail servers that want the login.
	Hosts []string
	// Issuer is how the provider names itself (RFC 8414, section 2), "" where that is
	// not one name for all.
	Issuer string
	// Authorize is the page on which the reader agrees, Token where tokens are given.
	Authorize, Token string
	// Device is where a login on another device begins (RFC 8628, section 3.1), and
	// Revoke where tokens are given up (RFC 7009); "" where there is none.
	Device, Revoke string
	// Scopes are what is asked for.
	Scopes []string
	// Extra are parameters of the request for authorization, as in a query.
	Extra url.Values
	// Secret says that programs are given a client secret, too.
	Secret bool
	// Register is the page on which a client id is made.
	Register string
	// Source says where the facts come from.
	Source string
}

// Logins returns all rows, in the order of the table.
func Logins() ([]Login, error) { return parseLogins(logins) }

// LoginOf returns the login of a mail server, or of a row's name.
func LoginOf(name string) (Login, bool) {
	all, err := Logins()
	if err != nil {
		return Login{}, false
	}
	name = lower(name)
	at := slices.IndexFunc(all, func(l Login) bool { return l.ID == name || slices.Contains(l.Hosts, name) })
	if at < 0 {
		return Login{}, false
	}
	return all[at], true
}

// parseLogins reads oauth.tsv.
func parseLogins(text []byte) ([]Login, error) {
	t, err := parseTable(loginForm(), text)
	if err != nil {
		return nil, err
	}
	var all []Login
	for _, r := range t.rows {
		f := r.fields
		l := Login{ID: f[0], Hosts: strings.Fields(f[1]), Issuer: f[2], Authorize: f[3], Device: f[4], Token: f[5], Revoke: f[6],
			Scopes: strings.Fields(f[7]), Secret: f[9] == "yes", Register: f[10], Source: f[11]}
		if l.Extra, err = url.ParseQuery(strings.Join(strings.Fields(f[8]), "&")); err != nil {
			return nil, t.fail(r, "the parameters cannot be read: %v", err)
		}
		if f[9] != "yes" && f[9] != "no" {
			return nil, t.fail(r, "secret is %q, not yes or no", f[9])
		}
		if err := l.Check(); err != nil {
			return nil, t.fail(r, "%v", err)
		}
		all = append(all, l)
	}
	return all, nil
}

// Check refuses what could not be used safely: a code or a token goes nowhere but over
// TLS (RFC 6749, sections 3.1 and 3.2), and never through a parameter of ours.
func (l *Login) Check() error {
	for _, one := range []struct {
		name, address string
		needed        bool
	}{
		{"authorize", l.Authorize, true}, {"token", l.Token, true}, {"device", l.Device, false},
		{"revoke", l.Revoke, false}, {"issuer", l.Issuer, false}, {"register", l.Register, false},
	} {
		if one.address == "" && !one.needed {
			continue
		}
		u, err := url.Parse(one.address)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
			return fmt.Errorf("%s is %q, not an https address", one.name, one.address)
		}
	}
	if len(l.Hosts) == 0 || len(l.Scopes) == 0 {
		return fmt.Errorf("a login has hosts and scopes")
	}
	for name := range l.Extra {
		if slices.Contains([]string{"client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method", "scope"}, name) {
			return fmt.Errorf("the parameter %q is Unseen's own", name)
		}
	}
	return nil
}
