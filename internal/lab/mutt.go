package lab

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Mutt opens the INBOX, copies all messages into an mbox file, and quits, all
// without anybody at the keys. It returns the file's messages in order, without the
// "From " lines. Mutt talks another IMAP than mbsync: sequence numbers, header
// fields first, one whole message at a time.
func Mutt(t testing.TB, l Login) []string {
	t.Helper()
	Need(t, "mutt", "script")
	dir := Dir(t)
	host, port, err := net.SplitHostPort(l.Addr)
	if err != nil {
		t.Fatal(err)
	}
	scheme, tls := "imap", "set ssl_starttls=no\nset ssl_force_tls=no\n"
	switch {
	case l.CAFile != "" && l.StartTLS:
		tls = fmt.Sprintf("set ssl_starttls=yes\nset ssl_force_tls=yes\nset certificate_file=%q\n", l.CAFile)
	case l.CAFile != "":
		scheme = "imaps"
		tls = fmt.Sprintf("set certificate_file=%q\n", l.CAFile)
	}
	out := filepath.Join(dir, "copy")
	rc := filepath.Join(dir, "muttrc")
	text := tls + fmt.Sprintf(muttrc, l.User, l.password(), scheme, host, port, out)
	if err := os.WriteFile(rc, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// Without a terminal mutt would wait for a mail to send: script gives it
	// one, of no size, with which newer ones do not begin.
	cmd := exec.CommandContext(ctx, "script", "-qec", "stty rows 24 cols 80; mutt -n -F "+rc, "/dev/null")
	cmd.Env = append(os.Environ(), "TERM=xterm", "HOME="+dir)
	cmd.Stdin = strings.NewReader("")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("mutt: %v\n%s", err, said)
	}
	copied, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("mutt copied nothing: %v\n%s", err, said)
	}
	return splitMbox(string(copied))
}

// splitMbox takes an mbox file apart at lines that begin with "From ".
func splitMbox(text string) []string {
	var out []string
	for _, piece := range strings.Split("\n"+text, "\nFrom ")[1:] {
		_, message, _ := strings.Cut(piece, "\n")
		out = append(out, message)
	}
	return out
}

const muttrc = `set imap_user=%q
set imap_pass=%q
set imap_authenticators="plain"
set folder=""
set spoolfile="%s://%s:%s/INBOX"
set mail_check=0
set header_cache=""
set message_cachedir=""
set confirmcreate=no
set confirmappend=no
set delete=no
set copy=no
set move=no
set quit=yes
set wait_key=no
set read_inc=0
set sleep_time=0
push "<tag-pattern>~A<enter><tag-prefix><copy-message>%s<enter><quit>"
`
