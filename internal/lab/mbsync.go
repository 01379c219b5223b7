package lab

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A Login is where and as whom a client logs in.
type Login struct {
	// Addr is host and port of the server.
	Addr string
	// User logs in with the lab's [Password] unless Pass is given.
	User, Pass string
	// CAFile trusts the server's certificate. If it is empty the client
	// speaks without TLS.
	CAFile string
	// StartTLS says that TLS begins only after the greeting.
	StartTLS bool
}

func (l Login) password() string {
	if l.Pass == "" {
		return Password
	}
	return l.Pass
}

// Mbsync copies the INBOX into a new Maildir, as a reader does who keeps mail
// on disk, and returns what arrived by UID.
func Mbsync(t testing.TB, l Login) map[uint32][]byte {
	t.Helper()
	return MbsyncInto(t, l, Dir(t))
}

// MbsyncInto is Mbsync with the directory named in which "box" is the Maildir.
func MbsyncInto(t testing.TB, l Login, dir string) map[uint32][]byte {
	t.Helper()
	Need(t, "mbsync")
	host, port, err := net.SplitHostPort(l.Addr)
	if err != nil {
		t.Fatal(err)
	}
	if l.CAFile != "" && host == "127.0.0.1" {
		host = "localhost" // mbsync knows certificates for names only
	}
	tls := "SSLType None"
	switch {
	case l.CAFile != "" && l.StartTLS:
		tls = "SSLType STARTTLS\nCertificateFile " + l.CAFile
	case l.CAFile != "":
		tls = "SSLType IMAPS\nCertificateFile " + l.CAFile
	}
	rc := filepath.Join(dir, "mbsyncrc")
	text := fmt.Sprintf(mbsyncrc, host, port, l.User, l.password(), tls, dir, dir, dir)
	if err := os.WriteFile(rc, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("mbsync", "-q", "-c", rc, "lab")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("mbsync: %v\n%s", err, out)
	}
	return byUID(t, filepath.Join(dir, "box"))
}

// byUID reads the UIDs that mbsync and offlineimap write into the names of
// their files.
func byUID(t testing.TB, dir string) map[uint32][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "[cn][ue][rw]", "*"))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[uint32][]byte, len(paths))
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		at := strings.Index(name, ",U=")
		var uid uint32
		if at < 0 {
			t.Fatalf("there is a file without a UID: %s", name)
		}
		if _, err := fmt.Sscanf(name[at:], ",U=%d", &uid); err != nil {
			t.Fatalf("reading the UID of %s: %v", name, err)
		}
		out[uid] = withoutTUID(raw)
	}
	return out
}

// Lines returns a message with its line ends as mbsync and mutt write them to
// disk: CR LF becomes LF.
func Lines(raw []byte) []byte { return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")) }

// withoutTUID takes out the header that mbsync adds to find its own messages
// again.
func withoutTUID(raw []byte) []byte {
	start := bytes.Index(raw, []byte("X-TUID: "))
	if start < 0 {
		return raw
	}
	end := bytes.IndexByte(raw[start:], '\n')
	return append(bytes.Clone(raw[:start]), raw[start+end+1:]...)
}

// mbsyncrc keeps the local names' UIDs equal to the server's by an empty near
// side: mbsync numbers in the order of the far side, from 1.
const mbsyncrc = `IMAPAccount lab
Host %s
Port %s
User %s
Pass "%s"
AuthMechs PLAIN
%s
Timeout 300

IMAPStore far
Account lab

MaildirStore near
Path %s/
Inbox %s/box

Channel lab
Far :far:
Near :near:
Sync Pull
Create Near
SyncState %s/
`
