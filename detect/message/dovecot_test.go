package message_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// A dovecot is an IMAP session without a network, with a mailbox of its own.
type dovecot struct {
	t  *testing.T
	in io.Writer
	r  *bufio.Reader
}

// startDovecot puts messages into a new mailbox and opens it.
func startDovecot(t *testing.T, mails []realFile) *dovecot {
	t.Helper()
	const binary = "/usr/lib/dovecot/imap"
	if _, err := os.Stat(binary); err != nil {
		t.Skip("Dovecot is not installed (Debian package dovecot-imapd)")
	}
	dir, err := os.MkdirTemp("", "unseen-dovecot")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	box := filepath.Join(dir, "mail", "cur")
	for _, d := range []string{box, filepath.Join(dir, "mail", "new"), filepath.Join(dir, "mail", "tmp"), filepath.Join(dir, "run")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range mails {
		if err := os.WriteFile(filepath.Join(box, fmt.Sprintf("%08d.x:2,S", i+1)), m.raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(binary, "-c", filepath.Join(dir, "conf"))
	who := dovecotUser(t, cmd, dir)
	conf := fmt.Sprintf("base_dir=%[1]s/run\nlog_path=%[1]s/log\nmail_location=maildir:%[1]s/mail\nssl=no\n"+
		"mail_uid=%[2]s\nmail_gid=%[3]s\nfirst_valid_uid=1\nfirst_valid_gid=1\nmailbox_list_index=no\n", dir, who.Uid, who.Gid)
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd.Env = []string{"USER=" + who.Username, "HOME=" + dir}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	d := &dovecot{t: t, in: in, r: bufio.NewReaderSize(out, 1<<20)}
	if line := d.line(); !strings.HasPrefix(line, "* PREAUTH") {
		t.Skipf("Dovecot does not start here: %s", line)
	}
	d.command("EXAMINE INBOX")
	return d
}

// dovecotUser is who Dovecot runs as: it refuses root.
func dovecotUser(t *testing.T, cmd *exec.Cmd, dir string) *user.User {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if me.Uid != "0" {
		return me
	}
	who, err := user.Lookup("mail")
	if err != nil {
		t.Skip("no user for Dovecot to run as")
	}
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	err = filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, uid, gid)
	})
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// line reads one line; literals in it stay where they are.
func (d *dovecot) line() string {
	d.t.Helper()
	var out []byte
	for {
		b, err := d.r.ReadBytes('\n')
		if err != nil {
			d.t.Fatalf("reading from Dovecot: %v after %.200q", err, out)
		}
		out = append(out, b...)
		open := bytes.LastIndexByte(b, '{')
		if open < 0 || !bytes.HasSuffix(b, []byte("}\r\n")) {
			return string(out)
		}
		n, err := strconv.Atoi(string(b[open+1 : len(b)-3]))
		if err != nil {
			return string(out)
		}
		literal := make([]byte, n)
		if _, err := io.ReadFull(d.r, literal); err != nil {
			d.t.Fatal(err)
		}
		out = append(out, literal...)
	}
}

// command returns the untagged lines of one command.
func (d *dovecot) command(text string) []string {
	d.t.Helper()
	fmt.Fprintf(d.in, "x %s\r\n", text)
	var lines []string
	for {
		line := d.line()
		if strings.HasPrefix(line, "x ") {
			return lines
		}
		lines = append(lines, line)
	}
}

// fetch returns the values of sections; those that Dovecot does not have are
// missing.
func (d *dovecot) fetch(number int, names []string) map[string]string {
	d.t.Helper()
	values := map[string]string{}
	for _, name := range names {
		for _, line := range d.command(fmt.Sprintf("FETCH %d BODY.PEEK[%s]", number, name)) {
			head := fmt.Sprintf("* %d FETCH (BODY[%s] ", number, name)
			if !strings.HasPrefix(line, head) {
				continue
			}
			value := strings.TrimSuffix(line[len(head):], ")\r\n")
			switch {
			case value == "NIL":
			case value[0] == '"':
				values[name] = strings.ReplaceAll(strings.ReplaceAll(value[1:len(value)-1], `\"`, `"`), `\\`, `\`)
			default:
				_, values[name], _ = strings.Cut(value, "}\r\n")
			}
		}
	}
	return values
}

// laxer are messages in which we find parts where Dovecot finds a leaf: some
// clients do. Its sections then do not match the overlay, and the relay sees it.
var laxer = []string{
	"no semicolon", "type with slash only", "type in quotes", "m23-boundary-nosemi", "n24-types-both",
	"fixtures/stalwart-mail-parser/resources__eml__malformed__017.eml",
}

// TestDovecot compares each section of each message with what Dovecot serves.
func TestDovecot(t *testing.T) {
	t.Run("odd and own", func(t *testing.T) {
		mails := ownMails(t)
		for _, o := range oddities {
			mails = append(mails, realFile{o.name, []byte(o.raw)})
		}
		compareDovecot(t, mails)
	})
	t.Run("real", func(t *testing.T) { compareDovecot(t, corpus(t)) })
}

// compareDovecot lets Dovecot serve nothing where we have something.
func compareDovecot(t *testing.T, mails []realFile) {
	d := startDovecot(t, mails)
	compared, nothing, known := 0, 0, 0
	for i, m := range mails {
		raw := d.fetch(i+1, []string{""})[""]
		l := message.Parse([]byte(raw))
		var ask []string
		for _, s := range l.Sections[1:] {
			ask = append(ask, s.Name)
		}
		if !slices.ContainsFunc(l.Gaps, func(g message.Gap) bool { return g.Reason == "parts" }) {
			ask = append(ask, beyond(l)...)
		}
		got := d.fetch(i+1, ask)
		for _, name := range ask {
			compared++
			r, _ := l.Section(name)
			value, here := got[name], raw[r.Start:r.End]
			switch {
			case value == here:
			case value == "":
				nothing++
			case slices.Contains(laxer, m.name):
				known++
			default:
				t.Errorf("%s [%s]: Dovecot has %s\nhere is %s", m.name, name, brief(value), brief(here))
			}
		}
	}
	t.Logf("%d sections of %d messages: Dovecot has nothing for %d; %d in messages that we read more laxly",
		compared, len(mails), nothing, known)
}

// beyond names the sections that the message would have with one part more.
func beyond(l *message.Layout) []string {
	var out []string
	last := map[string]int{}
	for _, s := range l.Sections {
		i := strings.LastIndexByte(s.Name, '.')
		if n, err := strconv.Atoi(s.Name[i+1:]); err == nil {
			last[s.Name[:i+1]] = max(last[s.Name[:i+1]], n)
		}
	}
	for prefix, n := range last {
		out = append(out, prefix+strconv.Itoa(n+1))
	}
	return out
}

func brief(s string) string {
	if len(s) > 300 {
		return fmt.Sprintf("%.150q...%q (%d)", s, s[len(s)-150:], len(s))
	}
	return strconv.Quote(s)
}
