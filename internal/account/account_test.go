package account_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/unseen-mail/unseen/internal/account"
)

func TestParseServer(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		tls  account.TLS
		kind account.Kind
		want string
	}{
		"host alone":           {"mail.example.org", "", account.IMAP, "mail.example.org:993 implicit"},
		"host alone, sending":  {"mail.example.org", "", account.SMTP, "mail.example.org:465 implicit"},
		"starttls by port":     {"mail.example.org:143", "", account.IMAP, "mail.example.org:143 starttls"},
		"starttls by 587":      {"mail.example.org:587", "", account.SMTP, "mail.example.org:587 starttls"},
		"port by starttls":     {"mail.example.org", account.StartTLS, account.SMTP, "mail.example.org:587 starttls"},
		"own port":             {"mail.example.org:10993", "", account.IMAP, "mail.example.org:10993 implicit"},
		"capitals and a dot":   {"Mail.Example.ORG.", "", account.IMAP, "mail.example.org:993 implicit"},
		"plain on loopback":    {"127.0.0.1:10143", account.None, account.IMAP, "127.0.0.1:10143 none"},
		"plain on localhost":   {"localhost", account.None, account.IMAP, "localhost:143 none"},
		"plain on IPv6":        {"[::1]:10143", account.None, account.IMAP, "[::1]:10143 none"},
		"IPv6 without a port":  {"[::1]", account.None, account.IMAP, "[::1]:143 none"},
		"plain elsewhere":      {"mail.example.org", account.None, account.IMAP, "error"},
		"plain on another net": {"192.168.1.2", account.None, account.IMAP, "error"},
		"nothing":              {"", "", account.IMAP, "error"},
		"an address":           {"anna@example.org", "", account.IMAP, "error"},
		"a URL":                {"imaps://mail.example.org/", "", account.IMAP, "error"},
		"port too high":        {"mail.example.org:99999", "", account.IMAP, "error"},
		"port is a word":       {"mail.example.org:imaps", "", account.IMAP, "error"},
		"unknown TLS":          {"mail.example.org", "ssl3", account.IMAP, "error"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := account.ParseServer(c.text, c.tls, c.kind)
			got := fmt.Sprint(s.Addr(), " ", s.TLS)
			if err != nil {
				got = "error"
				if !errors.Is(err, account.ErrServer) {
					t.Errorf("error is no ErrServer: %v", err)
				}
			}
			if got != c.want {
				t.Errorf("got %s (%v), want %s", got, err, c.want)
			}
		})
	}
}

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]string{
		"anna@example.org":        "anna@example.org",
		"Anna.B@Example.ORG":      "Anna.B@example.org",
		"anna+news@example.org":   "anna+news@example.org",
		"anna":                    "",
		"":                        "",
		"Anna <anna@example.org>": "",
		"anna@example.org, b@c.d": "",
		"anna@@example.org":       "",
	} {
		got, err := account.ParseAddress(text)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, account.ErrAddress) {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestOther(t *testing.T) {
	for _, s := range []account.Server{{Port: 465, TLS: account.Implicit}, {Port: 587, TLS: account.StartTLS}} {
		other, ok := s.Other()
		back, _ := other.Other()
		if !ok || other == s || back != s {
			t.Errorf("other of %+v is %+v", s, other)
		}
	}
	if _, ok := (account.Server{Port: 2525, TLS: account.StartTLS}).Other(); ok {
		t.Error("an own port has another")
	}
}

func TestResolve(t *testing.T) {
	known := account.Known{IMAP: []string{"imap.example.org", "old.example.org"}, SMTP: []string{"smtp.example.org:587"}}
	own := &account.Server{Host: "127.0.0.1", Port: 10143, TLS: account.None}
	for name, c := range map[string]struct {
		wish  account.Wish
		known account.Known
		want  string
		err   error
	}{
		"known provider":     {account.Wish{Address: "a@example.org"}, known, "a@example.org imap.example.org:993 smtp.example.org:587", nil},
		"known, named":       {account.Wish{Address: "a@example.org", Name: " Work "}, known, "Work imap.example.org:993 smtp.example.org:587", nil},
		"known, no sending":  {account.Wish{Address: "a@example.org", NoSMTP: true}, known, "a@example.org imap.example.org:993 -", nil},
		"own IMAP alone":     {account.Wish{Address: "a@example.org", IMAP: own}, known, "a@example.org 127.0.0.1:10143 -", nil},
		"own of both":        {account.Wish{Address: "a@x.example", IMAP: own, SMTP: own}, account.Known{}, "a@x.example 127.0.0.1:10143 127.0.0.1:10143", nil},
		"unknown provider":   {account.Wish{Address: "a@x.example"}, account.Known{}, "", account.ErrProvider},
		"no address":         {account.Wish{Address: "a"}, known, "", account.ErrAddress},
		"unusable own":       {account.Wish{Address: "a@x.example", IMAP: &account.Server{Host: "x.example", TLS: account.None}}, account.Known{}, "", account.ErrServer},
		"unusable own, SMTP": {account.Wish{Address: "a@example.org", SMTP: &account.Server{}}, known, "", account.ErrServer},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := account.Resolve(c.wish, c.known)
			if c.err != nil {
				if !errors.Is(err, c.err) {
					t.Errorf("error is %v, want %v", err, c.err)
				}
				return
			}
			smtp := "-"
			if a.SMTP != nil {
				smtp = a.SMTP.Addr()
			}
			if got := a.Name + " " + a.IMAP.Addr() + " " + smtp; err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestFreeSlot(t *testing.T) {
	busy := []int{1143, 1995, 1590} // slots 0, 2 and 3
	free := func(port int) bool { return !slices.Contains(busy, port) }
	slot, err := account.FreeSlot(map[int]bool{1: true}, free)
	if err != nil || slot != 4 {
		t.Errorf("slot %d, %v", slot, err)
	}
	if _, err := account.FreeSlot(nil, func(int) bool { return false }); !errors.Is(err, account.ErrPorts) {
		t.Errorf("no port free: %v", err)
	}
}

// No two accounts ever share a port, whatever they are for.
func TestPortsNeverMeet(t *testing.T) {
	seen := make(map[int]int)
	for slot := range 100 {
		p := account.PortsOf(slot)
		for _, port := range []int{p.IMAP, p.IMAPS, p.SMTP} {
			if other, ok := seen[port]; ok {
				t.Errorf("slots %d and %d share port %d", other, slot, port)
			}
			seen[port] = slot
		}
	}
}

func FuzzParseServer(f *testing.F) {
	for _, s := range []string{"mail.example.org", "[::1]:143", "a:b:c", ":993", "x:", "[", "a b"} {
		f.Add(s, "")
	}
	f.Add("127.0.0.1", "none")
	f.Fuzz(func(t *testing.T, text, tls string) {
		s, err := account.ParseServer(text, account.TLS(tls), account.IMAP)
		if err != nil {
			return
		}
		if s.Host == "" || s.Port < 1 || s.Port > 65535 {
			t.Errorf("accepted %+v", s)
		}
		if s.TLS == account.None && !account.Loopback(s.Host) {
			t.Errorf("plain to %q", s.Host)
		}
		// What was accepted is accepted again, and means the same.
		again, err := s.Normal(account.IMAP)
		if err != nil || again != s {
			t.Errorf("%+v became %+v, %v", s, again, err)
		}
	})
}

func ExampleParseServer() {
	s, err := account.ParseServer("mail.example.org:143", "", account.IMAP)
	fmt.Println(s.Addr(), s.TLS, err)
	// Output: mail.example.org:143 starttls <nil>
}
