package imapfilter

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestLoginName(t *testing.T) {
	for said, want := range map[string]string{
		"a LOGIN anna secret\r\n":                              "anna",
		"a login \"anna@example.org\" \"se cret\"\r\n":         "anna@example.org",
		`a LOGIN "an\"n\\a" x` + "\r\n":                        `an"n\a`,
		"a LOGIN {4}\r\nanna {6}\r\nsecret\r\n":                "anna",
		"a LOGIN {16+}\r\nanna@example.org {6+}\r\nsecret\r\n": "anna@example.org",
		"a LOGIN {99}\r\nanna\r\n":                             "",
		"a LOGIN {-1}\r\nanna\r\n":                             "",
		"a LOGIN {4\r\nanna\r\n":                               "",
		"a LOGIN \"open\r\n":                                   "",
		"a LOGIN":                                              "",
		"":                                                     "",
	} {
		if got := loginName([]byte(said)); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

func TestSASLName(t *testing.T) {
	for _, c := range []struct{ mechanism, said, want string }{
		{"PLAIN", "\x00anna\x00secret", "anna"},
		{"PLAIN", "bert\x00admin\x00secret", "bert"},
		{"PLAIN", "anna secret", ""},
		{"LOGIN", "anna@example.org", "anna@example.org"},
		{"XOAUTH2", "user=anna@example.org\x01auth=Bearer secret\x01\x01", "anna@example.org"},
		{"XOAUTH2", "auth=Bearer secret\x01\x01", ""},
		{"OAUTHBEARER", "n,a=anna@example.org,\x01host=x\x01auth=Bearer a=secret\x01\x01", "anna@example.org"},
		{"OAUTHBEARER", "n,a=an=2Cn=3Da,\x01auth=Bearer secret\x01\x01", "an,n=a"},
		{"SCRAM-SHA-256", "n,,n=anna,r=nonce", "anna"},
		{"CRAM-MD5", "anna b 0123456789abcdef", "anna b"},
		{"GSSAPI", "anna", ""},
	} {
		if got := saslName(c.mechanism, []byte(base64.StdEncoding.EncodeToString([]byte(c.said))+"\r\n")); got != c.want {
			t.Errorf("%s of %q: %q, want %q", c.mechanism, c.said, got, c.want)
		}
	}
	if saslName("PLAIN", []byte("*\r\n")) != "" || saslName("LOGIN", nil) != "" {
		t.Error("what is no response names somebody")
	}
}

// Of a login nothing stays, and no more is listened to than a name can be in.
func TestLoginIsWiped(t *testing.T) {
	var l overheard
	for range 3 {
		if n, err := l.Write([]byte(strings.Repeat("secret", 2000))); n != 12000 || err != nil {
			t.Fatal(n, err)
		}
	}
	if len(l.raw) != maxLogin {
		t.Errorf("%d octets were kept", len(l.raw))
	}
	l.wipe()
	if strings.Contains(string(l.raw[:cap(l.raw)]), "secret") {
		t.Error("a secret stays")
	}
}

func FuzzLoginName(f *testing.F) {
	f.Add("a LOGIN {4}\r\nanna {6}\r\nsecret\r\n")
	f.Add("a LOGIN \"an\\\"na\" x\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		name := loginName([]byte(said))
		if len(name) > len(said) {
			t.Errorf("%q names %q", said, name)
		}
	})
}
