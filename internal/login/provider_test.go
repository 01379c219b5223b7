package login_test

import (
	"errors"
	"testing"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/login"
)

func TestAt(t *testing.T) {
	own := map[string]config.OAuth{
		"google":            {ClientID: "mine", Secret: "sesame"},
		"imap.mail.ru":      {ClientID: "by server", Scopes: []string{"read"}},
		"mail.example.org":  {ClientID: "ours", Authorize: "https://login.example.org/a", Token: "https://login.example.org/t", Scopes: []string{"mail"}},
		"half.example.org":  {ClientID: "ours", Authorize: "https://login.example.org/a"},
		"imap.fastmail.com": {ClientID: "moved", Authorize: "https://new.example/a", Token: "https://new.example/t"},
	}
	for name, c := range map[string]struct {
		host, client string
		err          error
		id, token    string
	}{
		"catalogue":        {"imap.gmail.com", "", nil, "mine", "https://oauth2.googleapis.com/token"},
		"by server":        {"imap.mail.ru", "", nil, "by server", "https://o2.mail.ru/token"},
		"given client":     {"imap.gmail.com", "other", nil, "other", "https://oauth2.googleapis.com/token"},
		"only given":       {"imap.aol.com", "given", nil, "given", "https://api.login.aol.com/oauth2/get_token"},
		"own server":       {"mail.example.org", "", nil, "ours", "https://login.example.org/t"},
		"moved":            {"imap.fastmail.com", "", nil, "moved", "https://new.example/t"},
		"nobody's client":  {"imap.aol.com", "", login.ErrNoClient, "", ""},
		"unknown":          {"mail.example.net", "x", login.ErrUnknown, "", ""},
		"half of a server": {"half.example.org", "", login.ErrUnknown, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, register, err := login.At(c.host, c.client, own)
			if !errors.Is(err, c.err) {
				t.Fatalf("says %v", err)
			}
			if errors.Is(err, login.ErrNoClient) && register == "" {
				t.Error("it is not said where a client is made")
			}
			if f == nil {
				return
			}
			if f.Client.ID != c.id || f.Provider.Token != c.token {
				t.Errorf("%q at %s", f.Client.ID, f.Provider.Token)
			}
			if c.client != "" && f.Client.Secret != "" {
				t.Error("another client's secret goes with it")
			}
			if c.host == "imap.fastmail.com" && f.Provider.Revoke != "" {
				t.Error("tokens of one provider would be sent to another")
			}
		})
	}
}
