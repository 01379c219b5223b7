package e2e_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"mime/quotedprintable"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/lab"
)

// mailer logs in at the submission relay.
func mailer(t *testing.T, h *house) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(h.smtp())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Auth(sasl.NewPlainClient("", login, lab.Password)); err != nil {
		t.Fatal(err)
	}
	return c
}

// carried are a reply and a forward that carry a served mail along.
func carried(served []byte) [][]byte {
	head := "From: anna@example.org\r\nTo: cleo@example.com\r\nSubject: Re: that\r\nMIME-Version: 1.0\r\n"
	list := [][]byte{fmt.Appendf(nil, "%sContent-Type: multipart/mixed; boundary=\"=_fwd\"\r\n\r\n--=_fwd\r\n\r\nsee\r\n--=_fwd\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--=_fwd--\r\n", head, served)}
	for leaf := range message.Parse(served).Leaves() {
		if leaf.MediaType != "text/html" {
			continue
		}
		text := message.Decode(served[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes()
		var quoted bytes.Buffer
		w := quotedprintable.NewWriter(&quoted)
		fmt.Fprintf(w, "<p>Look:</p><blockquote type=\"cite\">%s</blockquote>", text)
		_ = w.Close() // to memory
		charset := ""
		if leaf.Charset != "" {
			charset = "; charset=" + leaf.Charset
		}
		return append(list, fmt.Appendf(nil, "%sContent-Type: text/html%s\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n%s\r\n", head, charset, quoted.Bytes()))
	}
	return list
}

// names says whether any text of a mail names Unseen on this machine.
func (h *house) names(raw []byte) bool {
	gateway := strings.TrimPrefix(h.daemon.Origin(), "http://")
	for leaf := range message.Parse(raw).Leaves() {
		text := message.Decode(raw[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes()
		flat := strings.NewReplacer("\r", "", "\n", "").Replace(html.UnescapeString(string(text)))
		if strings.Contains(flat, gateway) {
			return true
		}
	}
	return false
}

// A sample of real mail, read from Dovecot through Unseen, answered and passed on
// through it: what arrives names this machine nowhere.
func TestAnswersArriveClean(t *testing.T) {
	lab.Need(t, "dovecot")
	mails := sample(realMail(t), 40)
	h := openHouse(t, mails)
	k := dial(t, h.imap(), login)
	c := mailer(t, h)
	sent, named := 0, 0
	for i := range mails {
		served := literalOf(t, k.must(t, fmt.Sprintf("UID FETCH %d (BODY.PEEK[])", i+1)).untagged)
		for _, mail := range carried(served) {
			if h.names(mail) {
				named++
			}
			if err := c.SendMail(reader, []string{"cleo@example.com"}, bytes.NewReader(mail)); err != nil {
				t.Fatalf("message %d: %v", i+1, err)
			}
			sent++
		}
	}
	got := h.sink.Mail()
	if len(got) != sent || named < sent/3 {
		t.Fatalf("%d mails of %d arrived; %d of them named this machine before", len(got), sent, named)
	}
	for i, one := range got {
		if h.names(one.Data) {
			t.Errorf("mail %d names this machine", i)
		}
	}
}

// curl, which sends by DATA and declares the size, sends a forward.
func TestCurlSends(t *testing.T) {
	lab.Need(t, "dovecot", "curl")
	h := openHouse(t, [][]byte{newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")})
	served := fetch(t, dial(t, h.imap(), login), 1)
	file := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(file, carried(served)[1], 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "curl", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*",
		"--url", "smtp://"+h.smtp(), "--user", login+":"+lab.Password, "--mail-from", reader, "--mail-rcpt", "cleo@example.com", "--upload-file", file).CombinedOutput()
	if err != nil {
		t.Fatalf("curl: %v\n%s", err, out)
	}
	got := h.sink.Mail()
	if len(got) != 1 || h.names(got[0].Data) || bytes.Contains(got[0].Data, []byte("open.php")) || !bytes.Contains(got[0].Data, []byte("/march")) {
		t.Fatalf("%d mails arrived\n%s", len(got), got)
	}
}

// counted carries connections to a server, and counts what it carries there.
func counted(t *testing.T, server string) (addr string, there *atomic.Int64) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	there = new(atomic.Int64)
	var lines sync.WaitGroup
	lines.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", server)
			if err != nil {
				near.Close()
				continue
			}
			lines.Go(func() { _, _ = io.Copy(near, far); near.Close(); far.Close() })
			lines.Go(func() { _, _ = io.Copy(io.MultiWriter(far, counter{there}), near); near.Close(); far.Close() })
		}
	})
	t.Cleanup(func() { ln.Close(); lines.Wait() })
	return ln.Addr().String(), there
}

type counter struct{ n *atomic.Int64 }

func (c counter) Write(b []byte) (int, error) { c.n.Add(int64(len(b))); return len(b), nil }

// On a slow line a mail program is as far as its mail is: what it has handed over
// and waits for in silence is little, so that it does not give up and send again.
func TestSlowLineHoldsBack(t *testing.T) {
	lab.Need(t, "dovecot")
	h := openHouse(t, [][]byte{newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")})
	line, over := counted(t, h.sink.Addr)
	account := h.second(t, "bert@example.org", lab.StartSlowLine(t, line, 4<<20))
	raw := withAttachment(fetch(t, dial(t, h.imap(), login), 1), 12<<20)
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", account.Local.SMTP))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetWriteBuffer(64 << 10); err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClient(conn)
	if err := c.Auth(sasl.NewPlainClient("", login, lab.Password)); err != nil {
		t.Fatal(err)
	}
	if err := c.Mail("bert@example.org", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("cleo@example.com", nil); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	behind := int64(len(raw)) - over.Load()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if behind > 2<<20 {
		t.Errorf("%d of %d octets were still to come when the mail program had handed over all", behind, len(raw))
	}
	t.Logf("%d of %d octets were still to come when the mail program had handed over all", behind, len(raw))
	if got := h.sink.Mail(); len(got) != 1 || h.names(got[0].Data) {
		t.Errorf("%d mails arrived", len(got))
	}
}
