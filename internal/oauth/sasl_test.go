package oauth_test

import (
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/oauth"
)

// The words of each mechanism, as the standard and the providers have them.
func TestMechanism(t *testing.T) {
	for name, c := range map[string]struct {
		caps []string
		want string
		text string
	}{
		"bearer":  {[]string{"XOAUTH2", "OAUTHBEARER", "PLAIN"}, "OAUTHBEARER", "n,a=a=2Cb=3D@x.example,\x01host=imap.x.example\x01port=993\x01auth=Bearer tok\x01\x01"},
		"xoauth2": {[]string{"XOAUTH2"}, "XOAUTH2", "user=a,b=@x.example\x01auth=Bearer tok\x01\x01"},
		"neither": {[]string{"PLAIN"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			caps := make(imap.CapSet)
			for _, mechanism := range c.caps {
				caps[imap.AuthCap(mechanism)] = struct{}{}
			}
			m, ok := oauth.Mechanism(caps, "a,b=@x.example", "tok", "imap.x.example", 993)
			if ok != (c.want != "") {
				t.Fatalf("offered: %v", ok)
			}
			if !ok {
				return
			}
			if got, first, err := m.Start(); got != c.want || string(first) != c.text || err != nil {
				t.Errorf("%s %q %v", got, first, err)
			}
		})
	}
}

// Dovecot takes a good token by either, and refuses another without the connection being
// lost.
func TestMechanismAtDovecot(t *testing.T) {
	lab.Need(t, "dovecot")
	p := lab.StartProvider(t)
	d := lab.StartDovecotFor(t, map[string][][]byte{anna: nil}, p)
	for _, only := range []string{sasl.OAuthBearer, "XOAUTH2"} {
		t.Run(only, func(t *testing.T) {
			c, err := imapclient.DialTLS(d.TLSAddr, &imapclient.Options{TLSConfig: p.Authority.ClientConfig()})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			caps := imap.CapSet{imap.AuthCap(only): {}}
			if !c.Caps().Has(imap.AuthCap(only)) {
				t.Fatalf("not offered: %v", c.Caps())
			}
			for token, good := range map[string]bool{"guessed": false, p.Token(anna): true} {
				m, _ := oauth.Mechanism(caps, anna, token, "localhost", d.TLSPort)
				if good {
					continue
				}
				if err := c.Authenticate(m); err == nil {
					t.Error("a token that nobody gave was taken")
				}
			}
			m, _ := oauth.Mechanism(caps, anna, p.Token(anna), "localhost", d.TLSPort)
			if err := c.Authenticate(m); err != nil {
				t.Error(err)
			}
		})
	}
}
