package setup_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/setup"
)

// accounts are the preferences of a profile with an account of a provider, one by
// POP3 and one by OAuth.
const accounts = `// Mozilla User Preferences
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.identities", "id2");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.account.account3.identities", "id3");
user_pref("mail.account.account3.server", "server3");
user_pref("mail.accountmanager.accounts", "account1,account2,account3");
user_pref("mail.identity.id1.draft_folder", "imap://anna%40a.example@imap.a.example/Drafts");
user_pref("mail.identity.id1.fcc_folder", "mailbox://nobody@Local%20Folders/Sent");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id1.useremail", "Anna@a.example");
user_pref("mail.identity.id2.useremail", "anna@pop.example");
user_pref("mail.identity.id3.useremail", "anna@gmail.example");
user_pref("mail.server.server1.directory-rel", "[ProfD]ImapMail/imap.a.example");
user_pref("mail.server.server1.hostname", "imap.a.example");
user_pref("mail.server.server1.port", 993);
user_pref("mail.server.server1.socketType", 3);
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.userName", "anna@a.example");
user_pref("mail.server.server2.hostname", "pop.pop.example");
user_pref("mail.server.server2.type", "pop3");
user_pref("mail.server.server2.userName", "anna");
user_pref("mail.server.server3.authMethod", 10);
user_pref("mail.server.server3.hostname", "imap.gmail.example");
user_pref("mail.server.server3.type", "imap");
user_pref("mail.server.server3.userName", "anna@gmail.example");
user_pref("mail.smtpserver.smtp1.hostname", "smtp.a.example");
user_pref("mail.smtpserver.smtp1.try_ssl", 3);
`

const filters = "version=\"9\"\nactionValue=\"imap://anna%40a.example@imap.a.example/Lists\"\n"

var local = setup.Local{
	Address: "anna@a.example", IMAPHost: "imap.a.example", SMTPHost: "smtp.a.example",
	IMAP: 1143, IMAPS: 1993, SMTP: 1587, Fingerprint: "AA:BB", Origin: "http://127.0.0.1:4180",
}

// profile makes a profile as Thunderbird leaves one.
func profile(t *testing.T, prefs string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"prefs.js": prefs, "ImapMail/imap.a.example/msgFilterRules.dat": filters,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	query(t, dir, `CREATE TABLE moz_perms (id INTEGER PRIMARY KEY, origin TEXT, type TEXT, permission INTEGER, expireType INTEGER, expireTime INTEGER, modificationTime INTEGER)`)
	query(t, dir, `INSERT INTO moz_perms (origin, type, permission, expireType, expireTime, modificationTime) VALUES ('https://b.example', 'image', 1, 0, 0, 7)`)
	return dir
}

// query changes the database of permissions.
func query(t *testing.T, dir, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "permissions.sqlite"))
	if err == nil {
		_, err = db.Exec(text)
		db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// permissions lists what is permitted.
func permissions(t *testing.T, dir string) string {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "permissions.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all string
	if err := db.QueryRow(`SELECT coalesce(group_concat(origin || ' ' || type || ' ' || permission, ', '), '') FROM moz_perms`).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

// look returns the plan of one account.
func look(t *testing.T, dir string, l setup.Local) setup.Plan {
	t.Helper()
	plans, _, err := setup.Look(context.Background(), dir, []setup.Local{l})
	if err != nil || len(plans) != 1 {
		t.Fatal(plans, err)
	}
	return plans[0]
}

// What is set up and undone leaves the profile as it was, octet by octet where
// files are text, entry by entry in the database.
func TestApplyUndo(t *testing.T) {
	dir := profile(t, accounts)
	p := look(t, dir, local)
	if p.Trouble != "" || p.Account.Server != "server1" {
		t.Fatalf("%+v", p)
	}
	j := setup.Journal{Dir: filepath.Join(t.TempDir(), "setup")}
	if err := j.Apply(context.Background(), dir, p, time.Now()); err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		`"imap.a.example");`, `"127.0.0.1");`, `port", 993`, `port", 1143`, `socketType", 3`, `socketType", 2`,
		`@imap.a.example/Drafts`, `@127.0.0.1/Drafts`, `"smtp.a.example"`, `"127.0.0.1"`, `try_ssl", 3`, `try_ssl", 2`,
	).Replace(accounts) + "user_pref(\"mail.smtpserver.smtp1.port\", 1587);\n"
	if got := read(t, dir, "prefs.js"); got != want {
		t.Errorf("preferences are\n%s\nwant\n%s", got, want)
	}
	if got := read(t, dir, "cert_override.txt"); !strings.HasSuffix(got, "127.0.0.1:1143:\tOID.2.16.840.1.101.3.4.2.1\tAA:BB\t\n127.0.0.1:1587:\tOID.2.16.840.1.101.3.4.2.1\tAA:BB\t\n") {
		t.Errorf("certificates are %q", got)
	}
	if got := permissions(t, dir); got != "https://b.example image 1, http://127.0.0.1:4180 image 1" {
		t.Errorf("permissions are %s", got)
	}
	if got := read(t, dir, "ImapMail/imap.a.example/msgFilterRules.dat"); got != strings.ReplaceAll(filters, "@imap.a.example", "@127.0.0.1") {
		t.Errorf("filters are %q", got)
	}
	if again := look(t, dir, local); again.Trouble != setup.TroubleDone {
		t.Errorf("looked at again: %+v", again)
	}
	notes, err := j.Notes()
	if err != nil || len(notes) != 1 || read(t, notes[0].Backup) != accounts {
		t.Fatalf("notes are %+v, %v", notes, err)
	}
	left, err := j.Undo(context.Background(), notes[0])
	if err != nil || len(left) > 0 {
		t.Errorf("left %+v, %v", left, err)
	}
	if got := read(t, dir, "prefs.js"); got != accounts {
		t.Errorf("undone, preferences are\n%s", got)
	}
	if got := permissions(t, dir); got != "https://b.example image 1" {
		t.Errorf("undone, permissions are %s", got)
	}
	if got := read(t, dir, "cert_override.txt"); got != "" {
		t.Errorf("undone, certificates are %q", got)
	}
	if got := read(t, dir, "ImapMail/imap.a.example/msgFilterRules.dat"); got != filters {
		t.Errorf("undone, filters are %q", got)
	}
	if notes, err := j.Notes(); err != nil || len(notes) > 0 {
		t.Errorf("undone, notes are %+v, %v", notes, err)
	}
}

// What was changed after the set-up is kept and said; what the program wrote
// meanwhile stays; folders that were made meanwhile follow their server.
func TestUndoKeepsOtherChanges(t *testing.T) {
	dir := profile(t, accounts)
	j := setup.Journal{Dir: t.TempDir()}
	if err := j.Apply(context.Background(), dir, look(t, dir, local), time.Now()); err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(`port", 1143`, `port", 143`).Replace(read(t, dir, "prefs.js")) +
		"user_pref(\"mail.biff.play_sound\", false);\nuser_pref(\"mail.identity.id1.archive_folder\", \"imap://anna%40a.example@127.0.0.1/Archive\");\n"
	if err := os.WriteFile(filepath.Join(dir, "prefs.js"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	overrides := strings.Replace(read(t, dir, "cert_override.txt"), "1143:\tOID.2.16.840.1.101.3.4.2.1\tAA:BB", "1143:\tOID.2.16.840.1.101.3.4.2.1\tCC:DD", 1)
	if err := os.WriteFile(filepath.Join(dir, "cert_override.txt"), []byte(overrides), 0o600); err != nil {
		t.Fatal(err)
	}
	query(t, dir, `UPDATE moz_perms SET permission = 2 WHERE origin = 'http://127.0.0.1:4180'`)
	notes, err := j.Notes()
	if err != nil {
		t.Fatal(err)
	}
	left, err := j.Undo(context.Background(), notes[0])
	var keys []string
	for _, c := range left {
		keys = append(keys, c.Key)
	}
	if want := []string{"mail.server.server1.port", "127.0.0.1:1143", "http://127.0.0.1:4180"}; err != nil || !slices.Equal(keys, want) {
		t.Errorf("left %q, %v; want %q", keys, err, want)
	}
	want := strings.Replace(accounts, `port", 993`, `port", 143`, 1) +
		"user_pref(\"mail.biff.play_sound\", false);\nuser_pref(\"mail.identity.id1.archive_folder\", \"imap://anna%40a.example@imap.a.example/Archive\");\n"
	if got := read(t, dir, "prefs.js"); got != want {
		t.Errorf("preferences are\n%s\nwant\n%s", got, want)
	}
	if got := read(t, dir, "cert_override.txt"); !strings.Contains(got, "CC:DD") || strings.Contains(got, "1587") {
		t.Errorf("certificates are %q", got)
	}
}

func TestTroubles(t *testing.T) {
	for name, c := range map[string]struct {
		prefs, user string
		local       func(*setup.Local)
		want        setup.Trouble
		what        string
	}{
		"not there":     {accounts, "", func(l *setup.Local) { l.IMAPHost = "imap.b.example" }, setup.TroubleNone, ""},
		"another user":  {accounts, "", func(l *setup.Local) { l.Address = "bert@a.example" }, setup.TroubleNone, ""},
		"POP3":          {accounts, "", func(l *setup.Local) { l.Address, l.IMAPHost = "anna@pop.example", "pop.pop.example" }, setup.TroubleNone, ""},
		"OAuth":         {accounts, "", func(l *setup.Local) { l.Address, l.IMAPHost = "anna@gmail.example", "imap.gmail.example" }, setup.TroubleOAuth, ""},
		"user.js":       {accounts, `user_pref("mail.server.server1.port", 993);`, nil, setup.TroubleUser, "mail.server.server1.port"},
		"same name":     {strings.NewReplacer(`"pop3"`, `"imap"`, `server2.userName", "anna"`, `server2.userName", "anna@a.example"`, "pop.pop.example", "127.0.0.1").Replace(accounts), "", nil, setup.TroubleTwice, ""},
		"none of these": {accounts, `user_pref("mail.biff.play_sound", true);`, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir, l := profile(t, c.prefs), local
			if c.local != nil {
				c.local(&l)
			}
			if c.user != "" {
				if err := os.WriteFile(filepath.Join(dir, "user.js"), []byte(c.user), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p := look(t, dir, l)
			if p.Trouble != c.want || p.What != c.what || (c.want == "") != (len(p.Changes) > 0) {
				t.Errorf("%+v", p)
			}
		})
	}
	dir := profile(t, "user_pref(")
	if _, _, err := setup.Look(context.Background(), dir, []setup.Local{local}); !errors.Is(err, setup.ErrPrefs) {
		t.Errorf("broken preferences: %v", err)
	}
	if _, _, err := setup.Look(context.Background(), t.TempDir(), []setup.Local{local}); !errors.Is(err, setup.ErrNew) {
		t.Errorf("no preferences: %v", err)
	}
}

// Notes that somebody made up, as in a backup, lead to no file that is never changed.
func TestForeignNotes(t *testing.T) {
	home := t.TempDir()
	shell := filepath.Join(home, ".bashrc")
	if err := os.WriteFile(shell, []byte("alias ll\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{".bashrc", "../" + filepath.Base(home) + "/.bashrc", "user.js"} {
		j := setup.Journal{Dir: t.TempDir()}
		notes := []setup.Note{{Profile: home, Address: "anna@a.example", Changes: []setup.Change{{File: file, Key: "evil", New: "alias ll"}}}}
		text, err := json.Marshal(notes)
		if err == nil {
			err = os.WriteFile(filepath.Join(j.Dir, "setup.json"), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := j.Notes(); !errors.Is(err, setup.ErrJournal) {
			t.Errorf("%s: the notes are read: %v", file, err)
		}
		if _, err := j.Undo(context.Background(), notes[0]); !errors.Is(err, setup.ErrJournal) {
			t.Errorf("%s: they are undone: %v", file, err)
		}
		if got, _ := os.ReadFile(shell); string(got) != "alias ll\n" {
			t.Errorf("%s: %q was written", file, got)
		}
	}
}
