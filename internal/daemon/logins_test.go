package daemon

import (
	"errors"
	"net/http"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/login"
	"github.com/unseen-mail/unseen/internal/oauth"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// A token is shown to the server that its login was made for, and to no other; what comes
// with a request goes before.
func TestCredentialStays(t *testing.T) {
	d := &Daemon{cfg: Config{Words: words.English()}, logins: login.Open(t.TempDir(), login.Ring{}, &http.Client{Transport: nobody{}})}
	err := d.logins.Keep(t.Context(), login.New{
		Address: "anna@a.example", Host: "imap.a.example", User: "anna", InFile: true,
		Flow: &oauth.Flow{Provider: oauth.Provider{Token: "https://login.a.example/"}}, Tokens: oauth.Tokens{Refresh: "r"},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(host string) *store.Account {
		return &store.Account{Address: "anna@a.example", IMAP: store.Server{Host: host}}
	}
	c, err := d.credentialOf(t.Context(), at("imap.evil.example"), credential{})
	if err != nil || c.token != "" || c.user != "anna" {
		t.Errorf("another server: %+v, %v", c.user, err)
	}
	for _, given := range []credential{{password: "p"}, {token: "t"}} {
		if c, err := d.credentialOf(t.Context(), at("imap.a.example"), given); err != nil || c.password != given.password || c.token != given.token {
			t.Errorf("what was given: %v", err)
		}
	}
	// The control: at its own server it is asked for, and here nobody answers.
	if _, err := d.credentialOf(t.Context(), at("imap.a.example"), credential{}); !errors.Is(err, errNobody) {
		t.Errorf("its own server: %v", err)
	}
	var refusal *api.Error
	if err := d.loginRefusal(oauth.ErrGone, "anna@a.example"); !errors.As(err, &refusal) || refusal.Hint == "" {
		t.Errorf("gone: %v", err)
	}
}

// nobody answers.
type nobody struct{}

var errNobody = errors.New("nobody answers")

func (nobody) RoundTrip(*http.Request) (*http.Response, error) { return nil, errNobody }
