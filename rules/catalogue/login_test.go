package catalogue

import (
	"strings"
	"testing"
)

// Every login of the table is one of a provider whose servers are known, and nobody's
// client id stands in it.
func TestLogins(t *testing.T) {
	all, err := Logins()
	if err != nil || len(all) < 5 {
		t.Fatalf("%d logins, %v", len(all), err)
	}
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if _, known := c.Provider(l.Hosts[0]); !known {
			t.Errorf("%s: the provider of %s is not known", l.ID, l.Hosts[0])
		}
		if l.Register == "" {
			t.Errorf("%s: it is not said where a client id is made", l.ID)
		}
	}
	for _, word := range []string{"client_id", "apps.googleusercontent.com"} {
		if strings.Contains(string(logins), word) {
			t.Errorf("the table holds %q", word)
		}
	}
}

func TestLoginOf(t *testing.T) {
	for name, want := range map[string]string{
		"imap.gmail.com": "google", "IMAP.Gmail.com.": "google", "google": "google", "smtp.office365.com": "microsoft",
		"imap.mail.ru": "mail-ru", "mail.example.org": "", "": "",
	} {
		if l, ok := LoginOf(name); l.ID != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", name, l.ID, ok)
		}
	}
}

func TestLoginsRefused(t *testing.T) {
	good := []string{"x", "imap.x.example", "", "https://x.example/a", "", "https://x.example/t", "", "mail", "", "no", "", "here"}
	for name, c := range map[string]struct {
		column int
		value  string
		says   string
	}{
		"no TLS":        {3, "http://x.example/a", "authorize is"},
		"no token page": {5, "", "token is"},
		"token at user": {5, "https://u@x.example/t", "token is"},
		"device":        {4, "ftp://x.example/", "device is"},
		"revoke":        {6, "x.example", "revoke is"},
		"issuer":        {2, "accounts.x.example", "issuer is"},
		"no scope":      {7, "", "hosts and scopes"},
		"no host":       {1, "", "hosts and scopes"},
		"own parameter": {8, "state=1", "Unseen's own"},
		"secret":        {9, "maybe", "secret is"},
		"bad query":     {8, "a=%zz", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			row := append([]string(nil), good...)
			row[c.column] = c.value
			head := "# columns: " + strings.Join(loginForm().columns, " ") + "\n"
			if _, err := parseLogins([]byte(head + strings.Join(good, "\t") + "\n")); err != nil {
				t.Fatalf("the control: %v", err)
			}
			if _, err := parseLogins([]byte(head + strings.Join(row, "\t") + "\n")); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("says %v", err)
			}
		})
	}
}
