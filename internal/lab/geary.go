package lab

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A Geary is one running Geary, on a display of its own.
type Geary struct {
	session
}

// StartGeary makes a profile with one account and starts Geary with it, which
// brings all mail at once. It ends with the test.
func StartGeary(t testing.TB, in, out Login, address string) *Geary {
	t.Helper()
	Need(t, "geary", "Xvfb", "xdotool", "python3")
	g := &Geary{session{display: StartDisplay(t), home: Dir(t), name: "geary"}}
	if out.Addr == "" {
		out = Login{Addr: "127.0.0.1:9", User: in.User}
	}
	inHost, inPort, err := net.SplitHostPort(in.Addr)
	if err != nil {
		t.Fatal(err)
	}
	outHost, outPort, err := net.SplitHostPort(out.Addr)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(g.home, "config", "geary", "account_01")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(gearyAccount, address, in.User, inHost, inPort, out.User, outHost, outPort)
	if err := os.WriteFile(filepath.Join(dir, "geary.ini"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	store := ""
	for proto, l := range map[string]struct {
		host string
		Login
	}{"IMAP": {inHost, in}, "SMTP": {outHost, out}} {
		store += fmt.Sprintf("printf '%%s' '%s' | secret-tool store --label=lab xdg:schema org.gnome.Geary proto %s host %s login %s\n", l.password(), proto, l.host, l.User)
	}
	startSession(t, &g.session, store, "geary")
	if g.display.Window("Inbox", patience) == "" {
		g.fail(t, "shows no window")
	}
	return g
}

// Messages waits until n messages are there, and returns them in the order of
// their UIDs, as the program keeps them.
func (g *Geary) Messages(t testing.TB, n int) []string {
	t.Helper()
	var got []string
	if !Until(patience, func() bool { return g.ask(gearyRead, &got) && len(got) == n }) {
		g.fail(t, fmt.Sprintf("has %d messages, not %d", len(got), n))
	}
	return got
}

// ask has a script look into the program's database.
func (g *Geary) ask(script string, result any, args ...string) bool {
	file := filepath.Join(g.home, "data", "geary", "account_01", "geary.db")
	out, err := exec.Command("python3", append([]string{"-I", "-c", script, file}, args...)...).Output()
	return err == nil && json.Unmarshal(out, result) == nil
}

// Discard opens the newest conversation and moves it to the wastebasket, until that
// is done. What is next in the list is then open.
func (g *Geary) Discard(t testing.TB, done func() bool) {
	t.Helper()
	for range 5 { // the list takes no orders while it fills
		g.open(t)
		g.display.Press(t, gearyWindow, "", "Delete")
		if Until(10*time.Second, done) {
			return
		}
	}
	g.fail(t, "does not move a message")
}

// Reply answers the newest conversation.
func (g *Geary) Reply(t testing.TB, text string) {
	t.Helper()
	g.display.Press(t, gearyWindow, "", "alt+Left")
	for range 5 {
		g.open(t)
		g.display.Press(t, gearyWindow, "", "ctrl+r")
		if g.display.Window("^Re: ", 5*time.Second) == "" {
			continue
		}
		time.Sleep(2 * time.Second) // its editor is a page that has to be drawn first
		g.display.Press(t, gearyWindow, text)
		g.display.Press(t, gearyWindow, "", "ctrl+Return")
		return
	}
	g.fail(t, "begins no answer")
}

// open clicks on the first conversation of the list. Nothing tells from outside that
// it is open, and a second click would do no harm.
func (g *Geary) open(t testing.TB) {
	t.Helper()
	window := g.display.Window(gearyWindow, patience/3)
	if said, err := g.display.Do("mousemove", "--window", window, "617", "88", "click", "1"); err != nil {
		t.Fatalf("xdotool: %v\n%s", err, said)
	}
	time.Sleep(2 * time.Second)
}

// gearyWindow is any title of its one window.
const gearyWindow = "."

const gearyAccount = `[Metadata]
version=1
status=enabled

[Account]
ordinal=1
label=lab
prefetch_days=-1
save_drafts=false
save_sent=false
use_signature=false
sender_mailboxes=%s;
service_provider=other

[Incoming]
login=%s
remember_password=true
host=%s
port=%s
transport_security=none
credentials=custom

[Outgoing]
login=%s
remember_password=true
host=%s
port=%s
transport_security=none
credentials=use-incoming
`

const gearyRead = `
import json, sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
db.text_factory = lambda b: b.decode("latin-1")
json.dump([header + body for header, body in db.execute("""
    SELECT header, body FROM MessageTable JOIN MessageLocationTable ON MessageLocationTable.message_id = MessageTable.id
    JOIN FolderTable ON FolderTable.id = folder_id WHERE name = 'INBOX' AND header IS NOT NULL AND body IS NOT NULL ORDER BY ordering""")], sys.stdout)
`
