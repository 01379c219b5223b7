package lab

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// An EvolutionWindow is one running Evolution with its windows, on a display of its
// own. It is clicked and typed into as by a person, who sees where things are: without
// a window manager they are always in the same place.
type EvolutionWindow struct {
	session
}

// StartEvolution makes a profile with one account and starts Evolution with it. It
// ends with the test.
func StartEvolution(t testing.TB, in, out Login, address string) *EvolutionWindow {
	t.Helper()
	Need(t, "evolution", "Xvfb", "xdotool", "dbus-run-session", "gnome-keyring-daemon", "secret-tool")
	e := &EvolutionWindow{session{display: StartDisplay(t), home: Dir(t), name: "evolution"}}
	inHost, inPort, err := net.SplitHostPort(in.Addr)
	if err != nil {
		t.Fatal(err)
	}
	outHost, outPort, err := net.SplitHostPort(out.Addr)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(e.home, "config", "evolution", "sources")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"lab":          fmt.Sprintf(evolutionAccount, inHost, inPort, in.User),
		"lab-identity": fmt.Sprintf(evolutionIdentity, address),
		"lab-way":      fmt.Sprintf(evolutionWay, outHost, outPort, out.User),
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".source"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := "export GSETTINGS_BACKEND=keyfile\n" +
		"gsettings set org.gnome.evolution.mail image-loading-policy always\ngsettings set org.gnome.evolution.mail prompt-on-accel-send false\ngsettings set org.gnome.evolution.mail prompt-on-unwanted-html false\ngsettings set org.gnome.evolution.mail composer-mode html\ngsettings set org.gnome.evolution.mail paned-size 1500000\n"
	for uid, l := range map[string]Login{"lab": in, "lab-way": out} {
		before += fmt.Sprintf("printf '%%s' '%s' | secret-tool store --label=lab xdg:schema org.gnome.Evolution.Data.Source e-source-uid %s eds-origin evolution-data-server\n", l.password(), uid)
	}
	if err := os.MkdirAll(filepath.Join(e.home, "data", "evolution", "preview-plugins"), 0o700); err != nil {
		t.Fatal(err)
	}
	startSession(t, &e.session, before, "evolution", "--component=mail")
	if e.display.Window("Mail|Inbox", patience) == "" {
		e.fail(t, "shows no window")
	}
	if said, err := e.display.Do("windowsize", "--sync", e.display.Window("Mail|Inbox", patience), "1180", "880"); err != nil {
		t.Fatalf("xdotool: %v\n%s", err, said)
	}
	return e
}

// click clicks into the window, which has no manager that would move it.
func (e *EvolutionWindow) click(t testing.TB, x, y int) {
	t.Helper()
	if said, err := e.display.Do("mousemove", strconv.Itoa(x), strconv.Itoa(y), "click", "1"); err != nil {
		t.Fatalf("xdotool: %v\n%s", err, said)
	}
	time.Sleep(2 * time.Second) // nothing tells from outside that the click was taken
}

// keys presses keys, wherever the focus is.
func (e *EvolutionWindow) keys(t testing.TB, do ...string) {
	t.Helper()
	if said, err := e.display.Do(do...); err != nil {
		t.Fatalf("xdotool: %v\n%s", err, said)
	}
}

// Open opens the account's mailbox, and its first message.
func (e *EvolutionWindow) Open(t testing.TB, mailbox string) {
	t.Helper()
	opened := Until(patience, func() bool {
		// The list of folders fills bit by bit; until it has, other things are there.
		e.keys(t, "key", "ctrl+1")
		time.Sleep(3 * time.Second)
		e.click(t, 90, 396)
		return e.display.Window("^"+mailbox+" ", time.Second) != ""
	})
	if !opened {
		e.fail(t, "does not open "+mailbox)
	}
	e.click(t, 400, 191)
}

// Kept waits until n messages were brought, and returns them as they are kept.
func (e *EvolutionWindow) Kept(t testing.TB, n int) []string {
	t.Helper()
	var got []string
	all := Until(patience, func() bool {
		files, _ := filepath.Glob(filepath.Join(e.home, "cache", "evolution", "mail", "lab", "folders", "INBOX", "cur", "*", "*"))
		got = got[:0]
		for _, file := range files {
			if raw, err := os.ReadFile(file); err == nil && len(raw) > 0 {
				got = append(got, string(raw))
			}
		}
		return len(got) == n
	})
	if !all {
		e.fail(t, fmt.Sprintf("keeps %d messages, not %d", len(got), n))
	}
	return got
}

// Reply answers the message that is open.
func (e *EvolutionWindow) Reply(t testing.TB, text string) {
	t.Helper()
	e.keys(t, "key", "ctrl+r")
	if e.display.Window("^Re: ", patience) == "" {
		e.fail(t, "begins no answer")
	}
	time.Sleep(5 * time.Second) // its editor is a page that has to be drawn first
	e.keys(t, "type", text)
	time.Sleep(time.Second)
	e.keys(t, "key", "ctrl+Return")
	if !Until(patience, func() bool { return e.display.Window("^Re: ", time.Second) == "" }) {
		e.fail(t, "does not send")
	}
}

// Search has only messages listed with a word in the subject, and opens the first.
func (e *EvolutionWindow) Search(t testing.TB, word string) {
	t.Helper()
	e.click(t, 740, 133)
	e.keys(t, "type", word)
	e.keys(t, "key", "Return")
	time.Sleep(3 * time.Second)
	e.click(t, 400, 191)
}

// MoveToSent moves the message that is open to the mailbox Sent, by the dialogue for
// that, until it is done.
func (e *EvolutionWindow) MoveToSent(t testing.TB, done func() bool) {
	t.Helper()
	for range 3 {
		e.keys(t, "key", "ctrl+shift+v")
		if e.display.Window("^Move to Folder", patience/3) == "" {
			continue
		}
		time.Sleep(3 * time.Second)
		e.click(t, 469, 531) // the account's own, in the list of all folders
		e.click(t, 740, 183) // "Move"
		if Until(10*time.Second, done) {
			return
		}
		e.keys(t, "key", "Escape")
	}
	e.fail(t, "does not move a message")
}

const evolutionAccount = `[Data Source]
DisplayName=lab
Enabled=true
Parent=

[Mail Account]
BackendName=imapx
IdentityUid=lab-identity
NeedsInitialSetup=false

[Authentication]
Host=%s
Port=%s
User=%s
Method=PLAIN
RememberPassword=true

[Security]
Method=none

[Offline]
StaySynchronized=true
`

const evolutionIdentity = `[Data Source]
DisplayName=lab
Enabled=true
Parent=lab

[Mail Identity]
Name=The reader
Address=%s

[Mail Submission]
TransportUid=lab-way
SentFolder=
UseSentFolder=false
RepliesToOriginFolder=false

[Mail Composition]
DraftsFolder=
`

const evolutionWay = `[Data Source]
DisplayName=lab
Enabled=true
Parent=lab

[Mail Transport]
BackendName=smtp

[Authentication]
Host=%s
Port=%s
User=%s
Method=PLAIN
RememberPassword=true

[Security]
Method=none
`
