package lab

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Password is every lab user's password.
const Password = "open-sesame"

// A Dovecot is a mail server with mailboxes in Maildir format.
type Dovecot struct {
	// Addr offers STARTTLS, and login also without it; TLSAddr speaks TLS
	// from the first octet.
	Addr, TLSAddr string
	// Port and TLSPort are their ports.
	Port, TLSPort int
	// Authority signed what it shows.
	Authority *Authority

	dir      string
	program  string
	uid, gid int
	provider *Provider
	process  *exec.Cmd
	ended    chan struct{} // closed when the process is gone
}

// StartDovecot starts a server whose users have the given messages in their
// INBOX. The first message has UID 1, and so on. The server ends with the test.
func StartDovecot(t testing.TB, users map[string][][]byte) *Dovecot {
	t.Helper()
	return startDovecot(t, users, &Dovecot{Authority: NewAuthority(t)})
}

// StartDovecotFor starts a server that is one of a provider's: it shows the provider's
// certificate, and takes the provider's tokens (XOAUTH2 and OAUTHBEARER) beside
// passwords.
func StartDovecotFor(t testing.TB, users map[string][][]byte, p *Provider) *Dovecot {
	t.Helper()
	return startDovecot(t, users, &Dovecot{Authority: p.Authority, provider: p})
}

func startDovecot(t testing.TB, users map[string][][]byte, base *Dovecot) *Dovecot {
	t.Helper()
	Need(t, "dovecot")
	d := &Dovecot{
		Port:      FreePort(t),
		TLSPort:   FreePort(t),
		Authority: base.Authority,
		provider:  base.provider,
		dir:       Dir(t),
		program:   find("dovecot"),
		uid:       os.Getuid(),
		gid:       os.Getgid(),
	}
	d.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(d.Port))
	d.TLSAddr = net.JoinHostPort("127.0.0.1", strconv.Itoa(d.TLSPort))
	if d.uid == 0 {
		// Dovecot reads no mail as root.
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		d.uid, _ = strconv.Atoi(nobody.Uid)
		d.gid, _ = strconv.Atoi(nobody.Gid)
	}
	d.fill(t, users)
	if err := os.WriteFile(filepath.Join(d.dir, "conf"), []byte(d.config(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Stop(t) })
	d.Start(t)
	return d
}

// Start starts the server on the ports it had; it returns when the server
// greets.
func (d *Dovecot) Start(t testing.TB) {
	t.Helper()
	cmd := exec.Command(d.program, "-F", "-c", filepath.Join(d.dir, "conf"))
	// A group of its own, so that an interrupt at the terminal does not
	// take it away before the test ends it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting dovecot: %v", err)
	}
	ended := make(chan struct{})
	d.process, d.ended = cmd, ended
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how it ended does not matter
	}()
	greeted := false
	Until(patience, func() bool {
		greeted = greets(d.Addr)
		return greeted || isClosed(ended)
	})
	if !greeted {
		d.Stop(t)
		t.Fatalf("dovecot does not greet on %s:\n%s\n%s", d.Addr, said.String(), d.Log())
	}
}

// Stop ends the server and waits until it is gone; its port is free then.
func (d *Dovecot) Stop(t testing.TB) {
	t.Helper()
	if d.process == nil {
		return
	}
	cmd := d.process
	d.process = nil
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	stuck := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	<-d.ended
	if !Until(5*time.Second, func() bool { return !listens(d.Addr) }) {
		t.Errorf("dovecot has ended, but %s is still taken", d.Addr)
	}
}

// Log returns what the server wrote to its log.
func (d *Dovecot) Log() string {
	text, err := os.ReadFile(filepath.Join(d.dir, "log"))
	if err != nil {
		return ""
	}
	return string(text)
}

// Deliver puts a message into a user's mailbox while the server runs. An empty
// mailbox means INBOX.
func (d *Dovecot) Deliver(t testing.TB, name, mailbox string, raw []byte) {
	t.Helper()
	dir := d.mailbox(name, mailbox)
	d.mkdirs(t, dir)
	now := time.Now()
	file := fmt.Sprintf("%d.M%09dP%d.lab", now.Unix(), now.Nanosecond(), os.Getpid())
	d.write(t, filepath.Join(dir, "tmp", file), raw)
	if err := os.Rename(filepath.Join(dir, "tmp", file), filepath.Join(dir, "new", file)); err != nil {
		t.Fatal(err)
	}
}

// Stored returns the messages of a user's mailbox as they lie on disk, in the
// order of their files.
func (d *Dovecot) Stored(t testing.TB, name, mailbox string) [][]byte {
	t.Helper()
	return readMaildir(t, d.mailbox(name, mailbox))
}

// fill writes the mailboxes. The names of the files are in order, and Dovecot
// gives UIDs in the order of names.
func (d *Dovecot) fill(t testing.TB, users map[string][][]byte) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(d.dir, "mail"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.own(t, filepath.Join(d.dir, "mail"))
	for name, mails := range users {
		dir := d.mailbox(name, "")
		d.mkdirs(t, dir)
		for i, raw := range mails {
			file := fmt.Sprintf("%d.M%06dP1.lab:2,", 1700000000+i, i)
			path := filepath.Join(dir, "cur", file)
			d.write(t, path, raw)
			// INTERNALDATE, so that two mailboxes can be alike.
			when := time.Unix(int64(1700000000+i), 0)
			if err := os.Chtimes(path, when, when); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// mailbox is where a mailbox lies: Maildir++ keeps folders beside the INBOX
// with a dot before the name.
func (d *Dovecot) mailbox(name, mailbox string) string {
	dir := filepath.Join(d.dir, "mail", name)
	if mailbox == "" || mailbox == "INBOX" {
		return dir
	}
	return filepath.Join(dir, "."+mailbox)
}

func (d *Dovecot) mkdirs(t testing.TB, dir string) {
	t.Helper()
	for _, sub := range []string{"", "cur", "new", "tmp"} {
		path := filepath.Join(dir, sub)
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		d.own(t, path)
	}
}

func (d *Dovecot) write(t testing.TB, path string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	d.own(t, path)
}

// own gives a file to the user that the mail processes run as.
func (d *Dovecot) own(t testing.TB, path string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	if err := os.Chown(path, d.uid, d.gid); err != nil {
		t.Fatal(err)
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// greets says whether an IMAP server answers at an address.
func greets(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "* OK")
}

// listens says whether anything takes connections at an address.
func listens(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
