package programs_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/programs"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// prefs are those of a profile with an account of a provider.
const prefs = `user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.accountmanager.accounts", "account1");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id1.useremail", "Anna@a.example");
user_pref("mail.server.server1.hostname", "imap.a.example");
user_pref("mail.server.server1.port", 2143);
user_pref("mail.server.server1.socketType", 2);
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.userName", "anna");
user_pref("mail.smtpserver.smtp1.hostname", "smtp.a.example");
user_pref("mail.smtpserver.smtp1.try_ssl", 3);
`

// newFinder is that of a reader with one profile, and with one account connected.
func newFinder(t *testing.T, text string) (f *programs.Finder, profile string) {
	t.Helper()
	dir := t.TempDir()
	home, profile := filepath.Join(dir, "home"), filepath.Join(dir, "home", "p")
	for name, content := range map[string]string{"home/profiles.ini": "[Profile0]\nName=mine\nIsRelative=1\nPath=p\n", "home/p/prefs.js": text} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(profile, "permissions.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE moz_perms (id INTEGER PRIMARY KEY, origin TEXT, type TEXT, permission INTEGER, expireType INTEGER, expireTime INTEGER, modificationTime INTEGER)`); err != nil {
		t.Fatal(err)
	}
	return &programs.Finder{
		Client: client(t, filepath.Join(dir, "control.sock")), Journal: setup.Journal{Dir: filepath.Join(dir, "journal")}, Homes: []string{home},
		Now: func() time.Time { return time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC) },
	}, profile
}

// client speaks with a daemon that has one account.
func client(t *testing.T, path string) *api.Client {
	t.Helper()
	ln, err := api.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	status := api.Status{Gateway: api.Gateway{Origin: "http://127.0.0.1:4180"}, Accounts: []api.Account{{
		Address: "anna@a.example", IMAP: api.Endpoint{Host: "imap.a.example", Port: 2143}, SMTP: &api.Endpoint{Host: "smtp.a.example", Port: 465},
		Local: api.Local{Host: "127.0.0.1", IMAP: 1143, IMAPS: 1993, SMTP: 1587, Fingerprint: "AA:BB"},
	}}}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := (&api.Server{Service: api.Service{Status: func(context.Context) (api.Status, error) { return status, nil }}}).Serve(ctx, ln); err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return api.NewClient(path)
}

// A profile is found, its changes are listed, made, noted, and not listed again.
func TestLookSet(t *testing.T) {
	f, profile := newFinder(t, prefs)
	ctx, w := t.Context(), words.English()
	list, err := f.Look(ctx, w, "Anna@A.example")
	if err != nil || len(list) != 1 || list[0].Note != "" || list[0].Name != "Thunderbird" || list[0].Profile != "mine" || list[0].Done || list[0].Trouble != "" {
		t.Fatalf("%+v, %v", list, err)
	}
	said := strings.Join(list[0].Changes, "\n")
	for _, want := range []string{`hostname is "imap.a.example", will be "127.0.0.1"`, "permissions.sqlite: http://127.0.0.1:4180 is added", "cert_override.txt"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not list %q:\n%s", want, said)
		}
	}
	if text, _ := os.ReadFile(filepath.Join(profile, "prefs.js")); string(text) != prefs {
		t.Error("looking changed something")
	}
	if err := f.Set(ctx, w, "anna@a.example", profile); err != nil {
		t.Fatal(err)
	}
	notes, err := f.Journal.Notes()
	if err != nil || len(notes) != 1 || len(notes[0].Changes) != len(list[0].Changes) {
		t.Errorf("noted %+v, %v", notes, err)
	}
	if list, err = f.Look(ctx, w, "anna@a.example"); err != nil || len(list) != 1 || !list[0].Done || list[0].Changes != nil {
		t.Errorf("%+v, %v", list, err)
	}
	if err := f.Set(ctx, w, "anna@a.example", profile); err != nil {
		t.Errorf("set twice: %v", err)
	}
	if imap, _ := f.Servers("anna@a.example"); imap != nil {
		t.Errorf("Unseen's own ports are named as the provider's: %+v", imap)
	}
}

// Where mail was fetched before it is said that this mail stays as it was.
func TestFetchedBefore(t *testing.T) {
	f, profile := newFinder(t, prefs+`user_pref("mail.server.server1.directory-rel", "[ProfD]ImapMail/a");`+"\n")
	dir := filepath.Join(profile, "ImapMail", "a")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "INBOX"), []byte("From - \r\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	list, err := f.Look(t.Context(), words.English(), "anna@a.example")
	if err != nil || len(list) != 1 || !strings.Contains(list[0].Note, "Repair Folder") {
		t.Errorf("%+v, %v", list, err)
	}
}

// Servers are as the profile names them, how they are spoken to included.
func TestServers(t *testing.T) {
	for name, c := range map[string]struct{ old, by, imap, smtp string }{
		"as named":            {imap: "imap.a.example:2143 starttls", smtp: "smtp.a.example:465 implicit"},
		"the usual port":      {old: `"mail.server.server1.port", 2143`, by: `"x", 1`, imap: "imap.a.example:143 starttls", smtp: "smtp.a.example:465 implicit"},
		"sending without TLS": {old: `try_ssl", 3`, by: `try_ssl", 0`, imap: "imap.a.example:2143 starttls"},
		"without TLS":         {old: `socketType", 2`, by: `socketType", 0`},
		"somebody else's":     {old: "Anna@a.example", by: "bob@b.example"},
		"on this machine":     {old: "imap.a.example", by: "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := newFinder(t, strings.Replace(prefs, c.old, c.by, 1))
			imap, smtp := f.Servers("anna@a.example")
			if got := written(imap); got != c.imap {
				t.Errorf("receiving by %q, want %q", got, c.imap)
			}
			if got := written(smtp); got != c.smtp {
				t.Errorf("sending by %q, want %q", got, c.smtp)
			}
		})
	}
}

func written(e *api.Endpoint) string {
	if e == nil {
		return ""
	}
	return strings.Join([]string{e.Host + ":" + map[int]string{2143: "2143", 143: "143", 465: "465"}[e.Port], e.TLS}, " ")
}

// What stands in the way is said, with what to do, and nothing is changed.
func TestTrouble(t *testing.T) {
	ctx, w := context.Background(), words.English()
	f, profile := newFinder(t, prefs+`user_pref("mail.server.server1.authMethod", 10);`+"\n")
	list, err := f.Look(ctx, w, "anna@a.example")
	if err != nil || len(list) != 1 || !strings.Contains(list[0].Trouble, "OAuth") || list[0].Changes != nil {
		t.Errorf("%+v, %v", list, err)
	}
	if err := f.Set(ctx, w, "anna@a.example", profile); err == nil || !strings.Contains(err.Error(), "OAuth") {
		t.Errorf("set, with %v", err)
	}
	if _, err := f.Look(ctx, w, "nobody@a.example"); err == nil || !strings.Contains(err.Error(), "nobody@a.example") {
		t.Errorf("an account that is not connected: %v", err)
	}
	f, profile = newFinder(t, "user_pref(\"broken\n")
	if list, err := f.Look(ctx, w, "anna@a.example"); err != nil || len(list) != 1 || list[0].Trouble == "" {
		t.Errorf("%+v, %v", list, err)
	}
	if text, _ := os.ReadFile(filepath.Join(profile, "prefs.js")); string(text) != "user_pref(\"broken\n" {
		t.Error("what is not understood was changed")
	}
}
