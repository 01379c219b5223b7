package main

import (
	"database/sql"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// madeProfile is a profile of Thunderbird with an account that reads from the mail
// server of the script, and one by POP3.
const madeProfile = `user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.identities", "id2");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.accountmanager.accounts", "account1,account2");
user_pref("mail.identity.id1.useremail", "anna@a.example");
user_pref("mail.identity.id2.useremail", "anna@pop.example");
user_pref("mail.server.server1.directory-rel", "[ProfD]ImapMail/a.example");
user_pref("mail.server.server1.hostname", "HOST");
user_pref("mail.server.server1.port", PORT);
user_pref("mail.server.server1.socketType", 3);
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.userName", "anna");
user_pref("mail.server.server2.hostname", "pop.pop.example");
user_pref("mail.server.server2.type", "pop3");
`

// makeProfile makes it, and a copy of its preferences at $HOME/before.
func makeProfile(ts *testscript.TestScript, _ bool, args []string) {
	host, port, err := net.SplitHostPort(args[0])
	ts.Check(err)
	home := ts.Getenv("HOME")
	dir := filepath.Join(home, ".thunderbird", "a.default")
	ts.Check(os.MkdirAll(dir, 0o700))
	prefs := strings.NewReplacer("HOST", host, "PORT", port).Replace(madeProfile)
	for path, text := range map[string]string{
		filepath.Join(dir, "prefs.js"): prefs, filepath.Join(home, "before"): prefs,
		filepath.Join(home, ".thunderbird", "profiles.ini"): "[Profile0]\nName=one\nIsRelative=1\nPath=a.default\nDefault=1\n",
	} {
		ts.Check(os.WriteFile(path, []byte(text), 0o600))
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "permissions.sqlite"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(`CREATE TABLE moz_perms (id INTEGER PRIMARY KEY, origin TEXT, type TEXT, permission INTEGER, expireType INTEGER, expireTime INTEGER, modificationTime INTEGER)`)
	ts.Check(err)
}
