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

// A Mutter is mutt, or neomutt, with nobody at the keys. Both talk another
// IMAP than mbsync: sequence numbers, header fields first, one whole message at
// a time.
type Mutter struct {
	// Program is "mutt" or "neomutt".
	Program string
	// IMAP is the account; SMTP is where its mail goes, and may be left out.
	IMAP, SMTP Login
	// Address is the reader's own, as it stands in From.
	Address string
}

// Mutt opens the INBOX, copies all messages into an mbox file, and quits. It
// returns the file's messages in order, without the "From " lines.
func Mutt(t testing.TB, l Login) []string {
	t.Helper()
	return Mutter{Program: "mutt", IMAP: l}.Copy(t, "~A")
}

// Copy copies the messages that a pattern finds ("=b WORD" asks the server for
// those with a word in the body), and returns them in order.
func (m Mutter) Copy(t testing.TB, pattern string) []string {
	t.Helper()
	out := filepath.Join(Dir(t), "copy")
	m.Press(t, "", "<tag-pattern>"+pattern+"<enter><tag-prefix><copy-message>"+out+"<enter>")
	copied, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("%s copied nothing: %v", m.Program, err)
	}
	return splitMbox(string(copied))
}

// Press opens the INBOX, presses keys, and quits. Where they lead to an editor,
// it writes text before all else.
func (m Mutter) Press(t testing.TB, text, keys string) {
	t.Helper()
	Need(t, m.Program, "script")
	dir := Dir(t)
	rc := filepath.Join(dir, "muttrc")
	if err := os.WriteFile(rc, []byte(m.config(t, dir, text)+"push \""+keys+"<quit>\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// Without a terminal mutt would wait for a mail to send: script gives it
	// one, of no size, with which newer ones do not begin.
	cmd := exec.CommandContext(ctx, "script", "-qec", "stty rows 24 cols 80; "+m.Program+" -n -F "+rc, "/dev/null")
	cmd.Env = append(os.Environ(), "TERM=xterm", "HOME="+dir)
	cmd.Stdin = strings.NewReader("")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", m.Program, err, said)
	}
}

func (m Mutter) config(t testing.TB, dir, text string) string {
	t.Helper()
	host, port, err := net.SplitHostPort(m.IMAP.Addr)
	if err != nil {
		t.Fatal(err)
	}
	scheme, tls := "imap", "set ssl_starttls=no\nset ssl_force_tls=no\n"
	switch {
	case m.IMAP.CAFile != "" && m.IMAP.StartTLS:
		tls = fmt.Sprintf("set ssl_starttls=yes\nset ssl_force_tls=yes\nset certificate_file=%q\n", m.IMAP.CAFile)
	case m.IMAP.CAFile != "":
		scheme = "imaps"
		tls = fmt.Sprintf("set certificate_file=%q\n", m.IMAP.CAFile)
	}
	folder := fmt.Sprintf("%s://%s:%s/", scheme, host, port)
	rc := tls + fmt.Sprintf(muttrc, m.IMAP.User, m.IMAP.password(), folder, folder+"INBOX", folder+"Drafts")
	if m.SMTP.Addr == "" {
		return rc
	}
	editor := filepath.Join(dir, "editor")
	script := fmt.Sprintf("#!/bin/sh\n{ echo '%s'; cat \"$1\"; } >\"$1.new\" && mv \"$1.new\" \"$1\"\n", text)
	if err := os.WriteFile(editor, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return rc + fmt.Sprintf(muttsend, m.SMTP.User, m.SMTP.Addr, m.SMTP.password(), m.Address, editor)
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
set folder=%q
set spoolfile=%q
set postponed=%q
set mail_check=0
set header_cache=""
set message_cachedir=""
set confirmcreate=no
set confirmappend=no
set delete=yes
set copy=no
set move=no
set quit=yes
set wait_key=no
set read_inc=0
set sleep_time=0
set resolve=no
`

// muttsend asks nothing: it answers with the text quoted, and forwards mail as
// it came.
const muttsend = `set smtp_url="smtp://%s@%s/"
set smtp_pass=%q
set smtp_authenticators="plain"
set from=%q
set editor=%q
set use_from=yes
set hostname="example.org"
set include=yes
set fast_reply=yes
set autoedit=no
set abort_unmodified=no
set abort_nosubject=no
set abort_noattach=no
set mime_forward=yes
set forward_edit=yes
set edit_headers=no
set postpone=yes
`
