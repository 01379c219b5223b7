package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A reading is a mailbox that a mail program reads twice: through all of Unseen,
// where nobody has read it before, and straight from a second Dovecot that holds
// what Unseen serves. It must find the same.
type reading struct {
	*house
	mails  [][]byte // as the sender wrote them; the first is a newsletter
	served [][]byte // as Unseen serves them, if the mirror was asked for
}

// openReading has n messages of every make, after two newsletters, one large
// and one small.
func openReading(t *testing.T, n int) *reading {
	t.Helper()
	lab.Need(t, "dovecot")
	small := newsletter("news@harbourbooks.example", "Bergen by night", "b39d93bee08f7841fefeb18b54beaec9")
	large := newsletter("news@pineandwool.example", "Fleece from Unst", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111")
	padding := strings.Repeat("<p>Wool that keeps its shape, from sheep of Hermaness.</p>\r\n", 5000)
	large = bytes.Replace(large, []byte("<html><body>"), []byte("<html><body>"+padding), 1)
	mails := append([][]byte{small, large}, sample(oneReading(madeUp(t)), n)...)
	return &reading{house: openHouse(t, mails), mails: mails}
}

// through is the account as the reader sets it up.
func (r *reading) through() lab.Login { return lab.Login{Addr: r.imap(), User: login} }

// out is where its mail goes.
func (r *reading) out() lab.Login { return lab.Login{Addr: r.smtp(), User: login} }

// mirror starts a Dovecot whose mailbox holds what Unseen serves. It is asked
// for after the mail program has read, so that the program's commands are those
// that plans are made for.
func (r *reading) mirror(t *testing.T) lab.Login {
	t.Helper()
	k := dial(t, r.imap(), login)
	rewritten := 0
	for i, raw := range r.mails {
		served := literalOf(t, k.must(t, fmt.Sprintf("UID FETCH %d (BODY.PEEK[])", i+1)).untagged)
		r.served = append(r.served, served)
		if !bytes.Equal(served, raw) {
			rewritten++
		}
	}
	k.conn.Close()
	if !bytes.Contains(r.served[0], []byte("127.0.0.1")) || rewritten < len(r.mails)/4 {
		t.Fatalf("only %d of %d messages are rewritten, so this test shows nothing", rewritten, len(r.mails))
	}
	d := lab.StartDovecot(t, map[string][][]byte{"bert": r.served})
	return lab.Login{Addr: d.Addr, User: "bert"}
}

// unheard wants the tracker to have learned nothing, of everything so far.
func (r *reading) unheard(t *testing.T) {
	t.Helper()
	for _, hit := range r.tracker.Hits() {
		t.Errorf("%s was told %v", hit.URL, hit.Header)
	}
}

// stored waits for one message in a mailbox of the server.
func (r *reading) stored(t *testing.T, mailbox string) []byte {
	t.Helper()
	var got [][]byte
	if !lab.Until(20*time.Second, func() bool { got = r.dovecot.Stored(t, login, mailbox); return len(got) == 1 }) {
		t.Fatalf("%d messages in %s, want one", len(got), mailbox)
	}
	return onTheWire(got[0])
}

// arrived waits for one mail at the outgoing server.
func (r *reading) arrived(t *testing.T) []byte {
	t.Helper()
	if !lab.Until(20*time.Second, func() bool { return len(r.sink.Mail()) == 1 }) {
		t.Fatalf("%d mails arrived, want one", len(r.sink.Mail()))
	}
	return r.sink.Mail()[0].Data
}

// clean wants a message that left to name neither this machine nor the tracker,
// and still to hold what the reader sees of the newsletter.
func (r *reading) clean(t *testing.T, what string, raw []byte, words ...string) {
	t.Helper()
	text := readable(t, raw)
	for _, word := range []string{"127.0.0.1", "localhost", "open.php"} {
		if strings.Contains(text, word) {
			t.Errorf("%s names %s:\n%s", what, word, text)
		}
	}
	for _, word := range append(words, "train ride") {
		if !strings.Contains(text, word) {
			t.Errorf("%s lacks %q:\n%s", what, word, text)
		}
	}
}

// alike compares two readings of one mailbox.
func alike[T any](t *testing.T, got, want []T) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%d messages through Unseen, %d directly", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if g, w := fmt.Sprintf("%s", any(got[i])), fmt.Sprintf("%s", any(want[i])); g != w {
			t.Errorf("message %d reads\n%.2000q\nthrough Unseen, want\n%.2000q", i+1, g, w)
			return
		}
	}
}

// curl reads whole messages and parts, searches, moves, stores a draft, sends.
func TestCurl(t *testing.T) {
	lab.Need(t, "curl")
	r := openReading(t, 60)
	read := func(l lab.Login) [][]byte {
		var out [][]byte
		for i := range r.mails {
			out = append(out, lab.Curl(t, "imap", l, fmt.Sprintf("/INBOX;UID=%d", i+1)))
			if i < 4 {
				out = append(out, lab.Curl(t, "imap", l, fmt.Sprintf("/INBOX;UID=%d;SECTION=TEXT", i+1)))
			}
		}
		return append(out, lab.Curl(t, "imap", l, "/INBOX;UID=1;SECTION=2"))
	}
	got := read(r.through())
	alike(t, got, read(r.mirror(t)))
	if found := string(lab.Curl(t, "imap", r.through(), "/INBOX?SUBJECT%20%22Bergen%20by%20night%22")); found != "* SEARCH 1\r\n" {
		t.Errorf("curl finds %q", found)
	}

	page := bytes.Replace(r.served[0], []byte("Subject: Bergen"), []byte("Subject: Fwd: Bergen"), 1)
	file := filepath.Join(t.TempDir(), "page")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	lab.Curl(t, "imap", r.through(), "/Drafts", "--upload-file", file)
	r.clean(t, "the draft", r.stored(t, "Drafts"), "Fwd: Bergen")
	lab.Curl(t, "smtp", r.out(), "/example.org", "--upload-file", file, "--mail-from", reader, "--mail-rcpt", "bert@example.com")
	r.clean(t, "the mail", r.arrived(t), "Fwd: Bergen")

	lab.Curl(t, "imap", r.through(), "/INBOX", "--request", "UID MOVE 1 Trash")
	if !bytes.Equal(r.stored(t, "Trash"), r.mails[0]) {
		t.Error("a moved message is not the original")
	}
	r.unheard(t)
}

// Python's imaplib asks for what the script says, and its smtplib sends the answer.
func TestImaplib(t *testing.T) {
	lab.Need(t, "python3")
	r := openReading(t, 100)
	read := func(l lab.Login) (out [][]string) {
		lab.Imaplib(t, l, imaplibRead, &out)
		return out
	}
	got := read(r.through())
	alike(t, got, read(r.mirror(t)))

	served := string(bytes.Replace(r.served[0], []byte("Subject: Bergen"), []byte("Subject: Fwd: Bergen"), 1))
	var found []string
	answer := "From: " + reader + "\r\nTo: news@harbourbooks.example\r\nSubject: Re: Bergen by night\r\nContent-Type: text/html; charset=utf-8\r\n" +
		"Content-Transfer-Encoding: quoted-printable\r\n\r\nWhich one made you miss your stop?<blockquote>" + served[strings.Index(served, "<html>"):strings.Index(served, "</html>")] + "</blockquote>\r\n"
	smtp := strings.Split(r.smtp(), ":")
	lab.Imaplib(t, r.through(), imaplibAct, &found, served, smtp[0], smtp[1], reader, answer)
	r.clean(t, "the answer", r.arrived(t), "miss your stop?", "Re: Bergen by night")
	if want := []string{"1", "1"}; !slices.Equal(found, want) {
		t.Errorf("imaplib finds %q, want %q", found, want)
	}
	r.clean(t, "the draft", r.stored(t, "Drafts"), "Fwd: Bergen")
	if !bytes.Equal(r.stored(t, "Trash"), r.mails[0]) {
		t.Error("a moved message is not the original")
	}
	r.unheard(t)
}

const imaplibRead = `
ok(box.select("INBOX"))
result = []
for n in ok(box.search(None, "ALL"))[0].decode().split():
    one = []
    for what in ["BODY.PEEK[1]<0.100>", "BODY.PEEK[1.MIME]", "RFC822.SIZE", "BODYSTRUCTURE", "BODY.PEEK[HEADER]",
                 "BODY.PEEK[2]", "BODY.PEEK[]<60.4000>", "(BODY.PEEK[TEXT]<0.2048> UID)", "ENVELOPE", "RFC822", "BODY[1.2]"]:
        one.append(repr(ok(box.fetch(n, what))))
    result.append(one)
`

const imaplibAct = `
ok(box.select("INBOX"))
result = [ok(box.search(None, "SUBJECT", '"Bergen by night"'))[0].decode(),
          ok(box.search(None, "FROM", "harbourbooks", "TEXT", '"Bergen by night"'))[0].decode()]
ok(box.append("Drafts", "(\\Draft)", imaplib.Time2Internaldate(1770000000), args[0].encode("latin-1")))
import smtplib
with smtplib.SMTP(args[1], int(args[2]), timeout=60) as way:
    way.login(given["user"], given["password"])
    way.sendmail(args[3], ["news@harbourbooks.example"], args[4].encode("latin-1"))
ok(box.copy("1", "Trash"))
ok(box.store("1", "+FLAGS", "(\\Deleted)"))
ok(box.expunge())
`

// mutt and neomutt read, have the server search, answer, forward a mail as it
// came, keep a draft, and move.
func TestMutt(t *testing.T) {
	for _, program := range []string{"mutt", "neomutt"} {
		t.Run(program, func(t *testing.T) {
			lab.Need(t, program, "script")
			r := openReading(t, 100)
			m := lab.Mutter{Program: program, IMAP: r.through(), SMTP: r.out(), Address: reader}
			got := m.Copy(t, "~A")
			direct := lab.Mutter{Program: program, IMAP: r.mirror(t)}
			alike(t, got, direct.Copy(t, "~A"))
			if found := m.Copy(t, "=b Hermaness"); len(found) != 1 || !strings.Contains(found[0], "Fleece from Unst") {
				t.Errorf("%d messages were found", len(found))
			}

			m.Press(t, "Which one made you miss your stop?", "<search>~s Bergen<enter><reply><send-message>")
			r.clean(t, "the answer", r.arrived(t), "miss your stop?", "Re: Bergen by night")
			m.Press(t, "Keep this.", "<search>~s Bergen<enter><forward-message>bert@example.com<enter><postpone-message>")
			r.clean(t, "the draft", r.stored(t, "Drafts"), "Keep this.", "message/rfc822", "www.harbourbooks.example/march")
			m.Press(t, "", "<search>~s Bergen<enter><save-message>=Trash<enter>")
			if !bytes.Equal(r.stored(t, "Trash"), r.mails[0]) {
				t.Error("a moved message is not the original")
			}
			r.unheard(t)
		})
	}
}

// offlineimap copies everything to disk; what the reader moves there, it
// appends and deletes, and an answer that is kept there as a draft it stores. It
// searches nothing and sends nothing.
func TestOfflineimap(t *testing.T) {
	lab.Need(t, "offlineimap")
	r := openReading(t, 100)
	o := lab.NewOfflineimap(t, r.through())
	o.Sync(t)
	got := o.Mailbox(t, "INBOX")
	direct := lab.NewOfflineimap(t, r.mirror(t))
	direct.Sync(t)
	alike(t, got, direct.Mailbox(t, "INBOX"))

	paths, err := filepath.Glob(filepath.Join(o.Mail, "INBOX", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("Subject: Bergen by night")) {
			if err := os.Rename(path, filepath.Join(o.Mail, "Trash", "new", "1700000000_0.1.lab")); err != nil {
				t.Fatal(err)
			}
		}
	}
	draft := bytes.Replace(r.served[0], []byte("Subject: Bergen"), []byte("Subject: Re: Bergen"), 1)
	draft = bytes.Replace(draft, []byte("<html><body>"), []byte("<html><body>Which one made you miss your stop?<br>"), 1)
	if err := os.WriteFile(filepath.Join(o.Mail, "Drafts", "new", "1700000001_0.1.lab"), lab.Lines(draft), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Sync(t)
	r.clean(t, "the draft", r.stored(t, "Drafts"), "miss your stop?", "Re: Bergen by night")
	if got := r.stored(t, "Trash"); !bytes.Equal(got, r.mails[0]) {
		t.Errorf("a moved message is not the original:\n%s", got)
	}
	if left := r.dovecot.Stored(t, login, ""); len(left) != len(r.mails)-1 {
		t.Errorf("%d messages are left, want %d", len(left), len(r.mails)-1)
	}
	r.unheard(t)
}

// Claws Mail reads, searches on the server, answers and throws away.
func TestClaws(t *testing.T) {
	lab.Need(t, "claws-mail", "Xvfb", "xdotool")
	r := openReading(t, 20)
	read := func(c *lab.Claws) (out [][]byte) {
		for i := len(r.mails); i > 0; i-- { // the newsletter last
			out = append(out, c.Open(t, i))
		}
		return out
	}
	c := lab.StartClaws(t, r.through(), r.out(), reader)
	got := read(c)
	alike(t, got, read(lab.StartClaws(t, r.mirror(t), lab.Login{}, reader)))
	if found := c.Search(t, `body_part matchcase "Hermaness"`); !slices.Equal(found, []string{"2"}) {
		t.Errorf("claws-mail finds %q", found)
	}
	c.Reply(t, "Which one made you miss your stop?")
	r.clean(t, "the answer", r.arrived(t), "miss your stop?", "Re: Bergen by night")
	c.Discard(t)
	if !bytes.Equal(r.stored(t, "Trash"), r.mails[0]) {
		t.Error("a moved message is not the original")
	}
	r.unheard(t)
}
