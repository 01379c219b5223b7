package e2e_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/unseen-mail/unseen/internal/lab"
)

// An island is the real program on an island, where every packet is heard.
type island struct {
	t       *testing.T
	dir     string
	program string
	wire    *lab.Wire
	names   *lab.Names
	dovecot *lab.Dovecot
}

// newIsland starts mail server, name service and the program, and connects the account.
func newIsland(t *testing.T, mails [][]byte) *island {
	q := &island{t: t, dir: lab.Dir(t), names: lab.StartNames(t)}
	q.dovecot = lab.StartDovecot(t, map[string][][]byte{"anna": mails})
	q.program = filepath.Join(q.dir, "unseen")
	buildUnseen(t, q.program)
	q.wire = lab.StartWire(t)
	run := q.command("run")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Signal(os.Interrupt) // it may have ended
		_ = run.Wait()
	})
	if !lab.Until(time.Minute, func() bool { return q.command("status").Run() == nil }) {
		t.Fatal("Unseen does not answer")
	}
	q.say("", "account", "add", "anna@mail.example", "--imap", q.dovecot.TLSAddr, "--ca", q.dovecot.Authority.CAFile, "--no-smtp", "--no-check", "--yes")
	return q
}

// command is a run of the program with a home of its own.
func (q *island) command(args ...string) *exec.Cmd {
	cmd := exec.Command(q.program, args...)
	cmd.Dir = q.dir
	cmd.Env = append(os.Environ(), "HOME="+q.dir, "UNSEEN_CONFIG="+q.dir+"/config.toml", "UNSEEN_DATA="+q.dir+"/data",
		"UNSEEN_RUNTIME="+q.dir+"/run", "LANG=en_GB.UTF-8", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere")
	return cmd
}

// say runs the program with an input, and returns what it printed.
func (q *island) say(in string, args ...string) string {
	q.t.Helper()
	cmd := q.command(args...)
	cmd.Stdin = strings.NewReader(in)
	out, err := cmd.CombinedOutput()
	if err != nil {
		q.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

// quietly does something, and fails the test if anybody was addressed but those that are
// named, or one of them was not: the wire does hear.
func (q *island) quietly(what string, do func(), but ...string) {
	q.t.Helper()
	q.wire.Forget()
	q.names.Forget()
	do()
	slices.Sort(but)
	if addressed := q.wire.Forget(); !slices.Equal(addressed, but) {
		q.t.Errorf("%s addressed %q, and not %q", what, addressed, but)
	}
}

// signedMail is a mail with a tracker and a signature.
func signedMail(t *testing.T, n int) []byte {
	t.Helper()
	id := fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, n)))[:32]
	raw := "From: Shop <news@shop.example>\r\nTo: anna@mail.example\r\nSubject: Spring " + fmt.Sprint(n) + "\r\nMessage-ID: <" + id + "@shop.example>\r\n" +
		"Date: Mon, 02 Mar 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Coats, shoes and hats.</p>" +
		"<img src=\"http://click.shop.example/o/" + id + ".gif\" width=1 height=1>\r\n"
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var out strings.Builder
	err := msgauth.Sign(&out, strings.NewReader(raw), &msgauth.SignOptions{Domain: "shop.example", Selector: "s", Signer: key})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out.String())
}

// Marking, keeping, exporting and writing letters send no packet to anybody that was not
// announced and agreed to: not to a tracker, a name server, an authority or a server of
// the sender's. What is agreed to is seen, so the wire does hear.
func TestEvidenceIsQuiet(t *testing.T) {
	lab.Need(t, "dovecot")
	if !lab.Island(t) {
		return
	}
	public := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	q := newIsland(t, [][]byte{signedMail(t, 1), signedMail(t, 2)})
	q.names.Text("s._domainkey.shop.example", "v=DKIM1; k=ed25519; p="+base64.StdEncoding.EncodeToString(public))
	server := "tcp " + q.dovecot.TLSAddr
	authority, _ := lab.StartStamper(t)
	tsa := "tcp " + strings.TrimPrefix(authority, "http://")

	q.quietly("marking", func() { q.say("", "evidence", "mark", "shop.example") })
	q.quietly("a no", func() {
		q.say("n\n", "evidence", "mark", "shop.example", "--older", "--keys", "--authority", authority)
	})
	q.quietly("reading older mails", func() {
		if said := q.say(lab.Password+"\n", "evidence", "mark", "shop.example", "--older", "--login", "anna", "--yes"); !strings.Contains(said, "2 mails kept") {
			t.Errorf("it said %s", said)
		}
	}, server)
	q.quietly("a bag, papers, a file and a letter", func() {
		if err := os.WriteFile(filepath.Join(q.dir, "form.png"), []byte("form"), 0o600); err != nil {
			t.Fatal(err)
		}
		q.say("", "evidence", "attach", "shop.example", "form.png")
		q.say("", "evidence", "complaint", "shop.example", "--sent", "2026-03-03")
		q.say("", "evidence", "complaint", "shop.example", "-o", "papers")
		q.say("", "evidence", "export", "--sender", "shop.example", "-o", "kept.zip")
		q.say("", "evidence", "verify", "kept.zip")
		q.say("", "evidence", "attach", "kept.zip", "form.png")
		mail := filepath.Join(q.dir, "one.eml")
		if err := os.WriteFile(mail, signedMail(t, 3), 0o600); err != nil {
			t.Fatal(err)
		}
		q.say("", "evidence", "mark", mail)
		q.say("", "evidence", "export", "--sender", "shop.example", "-o", "more.zip", mail)
		q.say("", "evidence", "verify", "more.zip")
	})
	q.quietly("what was agreed to", func() {
		said := q.say("", "evidence", "mark", "shop.example", "--keys", "--authority", authority, "--yes")
		if !strings.Contains(said, "3 bear a signature that held") || !strings.Contains(said, "Time stamp of") {
			t.Errorf("it said %s", said)
		}
		if asked := q.names.Forget(); fmt.Sprint(asked) != "map[s._domainkey.shop.example:[dns]]" {
			t.Errorf("asked: %v", asked)
		}
	}, "udp 127.0.0.1:53", tsa)
}
