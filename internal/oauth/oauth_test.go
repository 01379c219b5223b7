package oauth_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/oauth"
)

const anna = "anna@mail.example"

// flowAt is a flow at a provider of the lab.
func flowAt(p *lab.Provider) *oauth.Flow {
	at := "https://" + p.Addr
	return &oauth.Flow{
		Provider: oauth.Provider{Issuer: at, Authorize: at + "/authorize", Token: at + "/token", Device: at + "/device", Revoke: at + "/revoke", Scopes: []string{"mail"}},
		Client:   oauth.Client{ID: anna, Secret: "not-much"}, HTTP: webOf(p),
	}
}

// webOf reaches a provider.
func webOf(p *lab.Provider) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.Authority.Pool}}, Timeout: 20 * time.Second}
}

var pages = oauth.Pages{
	Agreed: oauth.Page{Title: "Agreed", Lang: "en"}, Not: oauth.Page{Title: "Not agreed", Lang: "en"}, Stray: oauth.Page{Title: "Stray <b>", Lang: "en"},
}

// browser is a reader's: it opens the provider's page and goes where that leads. Change may
// change the answer on its way.
func browser(t *testing.T, p *lab.Provider, change func(*url.URL)) func(string) {
	return func(address string) {
		t.Helper()
		back := ask(t, p, address)
		if change != nil {
			change(back)
		}
		get(t, back.String())
	}
}

// ask opens the provider's page and returns where it leads.
func ask(t *testing.T, p *lab.Provider, address string) *url.URL {
	t.Helper()
	resp, err := webOf(p).Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body) // short
	m := regexp.MustCompile(`url=([^"]*)"`).FindSubmatch(body)
	if m == nil {
		t.Fatalf("the page leads nowhere: %s", body)
	}
	back, err := url.Parse(html.UnescapeString(string(m[1])))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// get opens a page on this machine.
func get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body) // short
	return resp.StatusCode, string(text)
}

// A login in the browser is renewed, and given up.
func TestBrowser(t *testing.T) {
	p := lab.StartProvider(t)
	f := flowAt(p)
	p.Be(lab.Manner{Issuer: f.Provider.Issuer})
	f.Provider.Extra = url.Values{"prompt": {"consent"}}
	got, err := f.Browser(t.Context(), anna, pages, func(address string) {
		q, _ := url.Parse(address)
		for name, want := range map[string]string{"client_id": anna, "response_type": "code", "code_challenge_method": "S256", "scope": "mail", "login_hint": anna, "prompt": "consent"} {
			if q.Query().Get(name) != want {
				t.Errorf("%s is %q", name, q.Query().Get(name))
			}
		}
		if len(q.Query().Get("state")) < 22 || len(q.Query().Get("code_challenge")) != 43 || !strings.HasPrefix(q.Query().Get("redirect_uri"), "http://127.0.0.1:") {
			t.Errorf("asked %v", q.Query())
		}
		browser(t, p, nil)(address)
	})
	if err != nil || p.User(got.Access) != anna || time.Until(got.Until) < 50*time.Minute {
		t.Fatalf("%v, good for %q", err, p.User(got.Access))
	}
	renewed, err := f.Refresh(t.Context(), got.Refresh)
	if err != nil || p.User(renewed.Access) != anna {
		t.Fatalf("renewed: %v", err)
	}
	if err := f.Revoke(t.Context(), renewed); err != nil || p.Revoked() != 1 {
		t.Errorf("given up: %v, %d", err, p.Revoked())
	}
	if _, err := f.Refresh(t.Context(), renewed.Refresh); !errors.Is(err, oauth.ErrGone) {
		t.Errorf("after it was given up: %v", err)
	}
}

// What comes back is not always a yes.
func TestBrowserRefused(t *testing.T) {
	for name, c := range map[string]struct {
		manner lab.Manner
		change func(*url.URL)
		want   error
	}{
		"denied":         {lab.Manner{Error: "access_denied"}, nil, oauth.ErrDenied},
		"client unknown": {lab.Manner{Error: "unauthorized_client"}, nil, oauth.ErrClient},
		"another issuer": {lab.Manner{Issuer: "https://evil.example"}, nil, oauth.ErrIssuer},
		"stolen code":    {lab.Manner{}, set("code", "guessed"), oauth.ErrGone},
		"no refresh":     {lab.Manner{Short: true}, nil, oauth.ErrShort},
	} {
		t.Run(name, func(t *testing.T) {
			p := lab.StartProvider(t)
			p.Be(c.manner)
			if _, err := flowAt(p).Browser(t.Context(), anna, pages, browser(t, p, c.change)); !errors.Is(err, c.want) {
				t.Errorf("says %v", err)
			}
		})
	}
	t.Run("other", func(t *testing.T) {
		p := lab.StartProvider(t)
		p.Be(lab.Manner{Error: "temporarily_unavailable"})
		var refused *oauth.Refusal
		if _, err := flowAt(p).Browser(t.Context(), anna, pages, browser(t, p, nil)); !errors.As(err, &refused) || refused.Code != "temporarily_unavailable" {
			t.Errorf("says %v", err)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := flowAt(lab.StartProvider(t)).Browser(ctx, anna, pages, func(string) {}); !errors.Is(err, oauth.ErrExpired) {
			t.Errorf("says %v", err)
		}
	})
}

// set changes a parameter of an answer.
func set(name, value string) func(*url.URL) {
	return func(u *url.URL) {
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
	}
}

// Another program of the machine can neither end a login nor slip in its own; after it the
// right answer is taken all the same.
func TestBrowserStray(t *testing.T) {
	p := lab.StartProvider(t)
	f := flowAt(p)
	got, err := f.Browser(t.Context(), anna, pages, func(address string) {
		back := ask(t, p, address)
		others := ask(t, p, address+"&login_hint=eve%40mail.example") // somebody else's code
		for name, change := range map[string]func(*url.URL){
			"no state":       func(u *url.URL) { q := u.Query(); q.Del("state"); u.RawQuery = q.Encode() },
			"guessed state":  set("state", "guessed"),
			"an error":       func(u *url.URL) { u.RawQuery = "error=access_denied" },
			"another path":   func(u *url.URL) { u.Path = "/other" },
			"state twice":    func(u *url.URL) { u.RawQuery += "&state=guessed" },
			"bad query":      func(u *url.URL) { u.RawQuery += "&a=%zz" },
			"another's name": func(u *url.URL) { u.Host = strings.Replace(u.Host, "127.0.0.1", "localhost", 1) },
		} {
			u := *others
			change(&u)
			if status, body := get(t, u.String()); status != http.StatusBadRequest || !strings.Contains(body, "Stray &lt;b&gt;") {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		resp, err := http.Post(back.String(), "text/plain", nil)
		if err != nil || resp.StatusCode != http.StatusBadRequest {
			t.Errorf("POST: %v", err)
		}
		resp.Body.Close()
		if status, body := get(t, back.String()); status != http.StatusOK || !strings.Contains(body, "Agreed") {
			t.Errorf("the right one: %d %s", status, body)
		}
	})
	if err != nil || p.User(got.Access) != anna {
		t.Errorf("%v, good for %q", err, p.User(got.Access))
	}
}

// A provider whose name is not known may name the host of its page, and no other.
func TestIssuerUnknown(t *testing.T) {
	for issuer, want := range map[string]error{"": nil, "https://evil.example/": oauth.ErrIssuer, "own": nil} {
		p := lab.StartProvider(t)
		f := flowAt(p)
		f.Provider.Issuer = ""
		if issuer == "own" {
			issuer = "https://" + p.Addr + "/tenant"
		}
		p.Be(lab.Manner{Issuer: issuer})
		if _, err := f.Browser(t.Context(), anna, pages, browser(t, p, nil)); !errors.Is(err, want) {
			t.Errorf("%q: %v", issuer, err)
		}
	}
}

// Tokens that are good once are exchanged for the next; one that was used is not.
func TestRotation(t *testing.T) {
	p := lab.StartProvider(t)
	p.Be(lab.Manner{Rotate: true})
	f := flowAt(p)
	first, err := f.Browser(t.Context(), anna, pages, browser(t, p, nil))
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.Refresh(t.Context(), first.Refresh)
	if err != nil || second.Refresh == first.Refresh {
		t.Fatalf("%v", err)
	}
	if _, err := f.Refresh(t.Context(), first.Refresh); !errors.Is(err, oauth.ErrGone) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := f.Refresh(t.Context(), second.Refresh); err != nil {
		t.Errorf("the new one: %v", err)
	}
	p.Be(lab.Manner{Expired: true})
	if _, err := f.Refresh(t.Context(), second.Refresh); !errors.Is(err, oauth.ErrGone) {
		t.Errorf("expired: %v", err)
	}
}

// No error, log or text shows a token or a secret.
func TestNothingIsShown(t *testing.T) {
	p := lab.StartProvider(t)
	f := flowAt(p)
	got, err := f.Browser(t.Context(), anna, pages, browser(t, p, nil))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "tokens", got, "client", f.Client)
	fmt.Fprintln(&out, got)
	p.Be(lab.Manner{Expired: true})
	_, err = f.Refresh(t.Context(), got.Refresh)
	fmt.Fprintln(&out, err)
	f.Provider.Token = "https://127.0.0.1:1/token"
	_, err = f.Refresh(t.Context(), got.Refresh)
	fmt.Fprintln(&out, err)
	for _, secret := range []string{got.Access, got.Refresh, f.Client.Secret} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("shown: %s", out.String())
		}
	}
}

// A redirect of the token page is not followed: what is sent there is sent nowhere else.
func TestNoRedirect(t *testing.T) {
	p := lab.StartProvider(t)
	f := flowAt(p)
	f.HTTP = &http.Client{Transport: redirecting(func(r *http.Request) {
		if r.URL.Host == "evil.example" {
			t.Error("a token was sent elsewhere")
		}
	})}
	if _, err := f.Refresh(t.Context(), "secret"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("says %v", err)
	}
}

type redirecting func(*http.Request)

func (r redirecting) RoundTrip(q *http.Request) (*http.Response, error) {
	r(q)
	return &http.Response{StatusCode: http.StatusTemporaryRedirect, Status: "307 Temporary Redirect", Header: http.Header{"Location": {"https://evil.example/"}},
		Body: io.NopCloser(strings.NewReader("")), Request: q}, nil
}

func Example() {
	f := &oauth.Flow{Provider: oauth.Provider{Authorize: "https://login.example.org/", Token: "https://login.example.org/token"}, Client: oauth.Client{ID: "mine"}}
	_, err := f.Device(context.Background(), func(oauth.Code) {})
	fmt.Println(errors.Is(err, oauth.ErrNone))
	// Output: true
}
