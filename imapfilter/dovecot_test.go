package imapfilter

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// dovecot starts a server with the mails for anna, and the same mails as the
// relay should show them for bert.
func dovecot(t *testing.T, mails [][]byte) (*lab.Dovecot, *realPlanner) {
	t.Helper()
	p := newRealPlanner()
	var stored, rewritten [][]byte
	for _, raw := range mails {
		// Dovecot answers with CRLF, whatever it stores.
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		stored = append(stored, raw)
		rewritten = append(rewritten, p.rewritten(raw))
	}
	return lab.StartDovecot(t, map[string][][]byte{"anna": stored, "bert": rewritten}), p
}

func plainTo(d *lab.Dovecot) Upstream {
	return Upstream{Host: "127.0.0.1", Port: d.Port, Mode: ModePlain}
}

// A login is a raw IMAP client.
type login struct {
	*side
	n int
}

func logIn(t *testing.T, addr, user string) *login {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	l := &login{side: newSide(t, user, conn)}
	l.line()
	l.do("LOGIN %s %s", user, lab.Password)
	return l
}

// leftStatus is the status of a command in which the server left. Dovecot 2.3 does so
// when it is asked for some parts by BINARY, with and without a relay.
const leftStatus = "left"

// do sends a command and returns its answers, with literals, up to the
// completion.
func (l *login) do(format string, args ...any) (answers []string, status string) {
	l.t.Helper()
	l.n++
	tag := "c" + strconv.Itoa(l.n)
	l.sayf("%s %s", tag, fmt.Sprintf(format, args...))
	for {
		line, err := l.try()
		if err != nil {
			return answers, leftStatus
		}
		text := line
		for strings.HasSuffix(line, "}") && strings.HasPrefix(text, "* ") && strings.Contains(text, "FETCH") {
			n, err := strconv.Atoi(line[strings.LastIndexByte(line, '{')+1 : len(line)-1])
			if err != nil {
				break
			}
			body := make([]byte, n)
			if _, err := io.ReadFull(l.r, body); err != nil {
				return answers, leftStatus
			}
			if line, err = l.try(); err != nil {
				return answers, leftStatus
			}
			text += "\r\n" + string(body) + line
		}
		if rest, ok := strings.CutPrefix(text, tag+" "); ok {
			return answers, rest
		}
		answers = append(answers, text)
	}
}

// try reads a line if there is one.
func (l *login) try() (string, error) {
	l.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := l.r.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// mbsync, which asks for whole messages forty at a time, gets every message as
// it was planned.
func TestDovecotMbsync(t *testing.T) {
	mails := madeUp(t, 200)
	d, p := dovecot(t, mails)
	ca := d.Authority
	s, addr := relayTo(t, p, Upstream{Host: "localhost", Port: d.TLSPort, TLS: &tls.Config{RootCAs: ca.Pool}}, ModeSTARTTLS,
		func(c *Config) { c.LocalTLS = ca.ServerConfig() })
	for name, l := range map[string]lab.Login{
		"plain":    {Addr: addr, User: "anna"},
		"starttls": {Addr: addr, User: "anna", CAFile: ca.CAFile, StartTLS: true},
	} {
		t.Run(name, func(t *testing.T) {
			got := lab.Mbsync(t, l)
			want := lab.Mbsync(t, lab.Login{Addr: d.Addr, User: "bert"})
			if len(got) != len(mails) || len(want) != len(mails) {
				t.Fatalf("%d and %d messages, want %d", len(got), len(want), len(mails))
			}
			for uid := range want {
				if !bytes.Equal(got[uid], want[uid]) {
					t.Errorf("message %d differs", uid)
				}
			}
		})
	}
	t.Logf("%+v", s.Stats())
}

// mutt sends ENABLE UTF8=ACCEPT whether it was offered or not.
func TestDovecotMutt(t *testing.T) {
	mails := madeUp(t, 20)
	d, p := dovecot(t, mails)
	s, addr := relayTo(t, p, plainTo(d), ModePlain, nil)
	got := lab.Mutt(t, lab.Login{Addr: addr, User: "anna"})
	want := lab.Mutt(t, lab.Login{Addr: d.Addr, User: "bert"})
	if len(got) != len(want) {
		t.Fatalf("%d messages, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("message %d differs", i+1)
		}
	}
	if refused := s.Stats().Refused; refused != 0 {
		t.Errorf("%d commands refused", refused)
	}
}

// While the relay fetches for itself, another session expunges: the mail program
// gets the message that it asked for, or what it would have got without a relay.
func TestDovecotExpunge(t *testing.T) {
	var mails [][]byte
	for i := range 6 {
		mails = append(mails, []byte(fmt.Sprintf("From: a@example.org\r\nSubject: %d\r\nContent-Type: text/html\r\n\r\nnumber %d <img src=\"http://t.example/%040d\">\r\n", i+1, i+1, i)))
	}
	for _, kind := range []string{"FETCH", "UID FETCH"} {
		t.Run(kind, func(t *testing.T) {
			d, p := dovecot(t, mails)
			_, addr := relayTo(t, p, plainTo(d), ModePlain, nil)
			a, b := logIn(t, addr, "anna"), logIn(t, d.Addr, "anna")
			a.do("SELECT INBOX")
			b.do("SELECT INBOX")
			b.do("STORE 1 +FLAGS (\\Deleted)")
			if _, status := b.do("EXPUNGE"); !strings.HasPrefix(status, "OK") {
				t.Fatal(status)
			}
			answers, status := a.do("%s 3 BODY.PEEK[TEXT]", kind)
			if !strings.HasPrefix(status, "OK") {
				t.Fatal(status)
			}
			text := strings.Join(answers, "\n")
			if !strings.Contains(text, "number 3 <img src=\"http://127.0.0.1:4180/") {
				t.Errorf("got %q", text)
			}
			if expunged := strings.Contains(text, "* 1 EXPUNGE"); expunged != (kind == "UID FETCH") {
				t.Errorf("%s: got %q", kind, text)
			}
			a.do("NOOP")
			answers, _ = a.do("FETCH 2 (UID BODY.PEEK[TEXT])")
			if text := strings.Join(answers, "\n"); !strings.Contains(text, "UID 3") || !strings.Contains(text, "number 3 <img src=\"http://127.0.0.1:4180/") {
				t.Errorf("after the expunge: %q", text)
			}
		})
	}
}

// Any piece of any message, asked for in any form and order, is what a server
// with the rewritten mailbox answers.
func TestDovecotRandom(t *testing.T) {
	mails, n := madeUp(t, 300), 1500
	if lab.Long() {
		mails, n = append(mails, realMails(t)...), 10000
	}
	d, p := dovecot(t, mails)
	s, addr := relayTo(t, p, plainTo(d), ModePlain, nil)
	rnd := rand.New(rand.NewPCG(1, 2))
	var a, b *login
	differ, left := 0, false
	for i := range n {
		if i%200 == 0 || left {
			a, b = logIn(t, addr, "anna"), logIn(t, d.Addr, "bert")
			a.do("SELECT INBOX")
			b.do("SELECT INBOX")
		}
		command := randomFetch(rnd, len(mails))
		got, status := a.do("%s", command)
		want, wanted := b.do("%s", command)
		left = wanted == leftStatus
		if left && status == leftStatus {
			continue
		}
		if same(got) != same(want) || status[:2] != wanted[:2] {
			if differ++; differ < 5 {
				t.Logf("%s (%s, %s): %s", command, status, wanted, difference(strings.Join(got, "\n"), strings.Join(want, "\n")))
			}
		}
	}
	t.Logf("%d of %d differ; %+v", differ, n, s.Stats())
	if differ > 0 {
		t.Errorf("%d of %d fetches differ", differ, n)
	}
}

// same makes answers comparable: Dovecot writes the charset that it supposes
// where none is given in one case or the other, depending on what was asked before.
func same(answers []string) string {
	return strings.ReplaceAll(strings.Join(answers, "\n"), "(\"charset\" \"US-ASCII\")", "(\"charset\" \"us-ascii\")")
}

// difference shows where two answers part.
func difference(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	return fmt.Sprintf("at %d got %q, want %q", i, clip(got[max(0, i-40):]), clip(want[max(0, i-40):]))
}

func randomFetch(rnd *rand.Rand, mails int) string {
	sections := []string{"", "TEXT", "1", "2", "1.1", "1.2", "2.1", "2.2", "1.2.1", "3", "HEADER", "1.MIME", "2.MIME", "2.HEADER", "2.TEXT", "3.TEXT", "4"}
	item := "BODY.PEEK[" + sections[rnd.IntN(len(sections))] + "]"
	switch rnd.IntN(8) {
	case 0:
		item = []string{"RFC822.TEXT", "RFC822.HEADER", "RFC822", "BODY[TEXT]"}[rnd.IntN(4)]
	case 1, 2, 3:
		item += fmt.Sprintf("<%d.%d>", rnd.IntN(3)*rnd.IntN(800), 1+rnd.IntN(900))
	case 5:
		item = "BINARY" + item[len("BODY"):]
		if strings.Contains(item, "[HEADER]") || strings.Contains(item, "MIME") || strings.Contains(item, "TEXT") || strings.Contains(item, "2.H") {
			item = "BINARY.PEEK[1]"
		}
		if rnd.IntN(2) == 0 {
			item += fmt.Sprintf("<%d.%d>", rnd.IntN(3)*rnd.IntN(800), 1+rnd.IntN(900))
		}
	case 4:
		item = "(UID RFC822.SIZE ENVELOPE BODYSTRUCTURE " + item + ")"
	}
	kind := []string{"FETCH", "UID FETCH", "UID FETCH"}[rnd.IntN(3)]
	first := 1 + rnd.IntN(mails)
	set := strconv.Itoa(first)
	if rnd.IntN(6) == 0 {
		set += ":" + strconv.Itoa(min(mails, first+rnd.IntN(5)))
	}
	return kind + " " + set + " " + item
}
