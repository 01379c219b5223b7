package lab

import (
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// An Offlineimap keeps all mailboxes of an account in Maildirs, both ways.
type Offlineimap struct {
	// Mail holds a Maildir for each mailbox, by name.
	Mail string

	rc string
}

// NewOfflineimap sets one up; nothing is copied yet.
func NewOfflineimap(t testing.TB, l Login) *Offlineimap {
	t.Helper()
	Need(t, "offlineimap")
	dir := Dir(t)
	host, port, err := net.SplitHostPort(l.Addr)
	if err != nil {
		t.Fatal(err)
	}
	o := &Offlineimap{Mail: filepath.Join(dir, "mail"), rc: filepath.Join(dir, "rc")}
	text := fmt.Sprintf(offlineimaprc, dir, o.Mail, host, port, l.User, l.password())
	if err := os.WriteFile(o.rc, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// Sync brings both sides together, and returns when it is done.
func (o *Offlineimap) Sync(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "offlineimap", "-c", o.rc, "-o", "-u", "basic")
	cmd.Env = append(os.Environ(), "HOME="+filepath.Dir(o.rc))
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("offlineimap: %v\n%s", err, said)
	}
}

// Mailbox returns the messages of a mailbox on disk in the order of their UIDs.
func (o *Offlineimap) Mailbox(t testing.TB, name string) [][]byte {
	t.Helper()
	messages := byUID(t, filepath.Join(o.Mail, name))
	var out [][]byte
	for _, uid := range slices.Sorted(maps.Keys(messages)) {
		out = append(out, messages[uid])
	}
	return out
}

const offlineimaprc = `[general]
accounts = lab
metadata = %s/state
socktimeout = 60

[Account lab]
localrepository = near
remoterepository = far

[Repository near]
type = Maildir
localfolders = %s

[Repository far]
type = IMAP
remotehost = %s
remoteport = %s
remoteuser = %s
remotepass = %s
ssl = no
starttls = no
auth_mechanisms = PLAIN
`
