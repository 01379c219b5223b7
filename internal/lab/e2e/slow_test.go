package e2e_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/internal/lab"
)

// withAttachment is a mail to the reader's friends: the newsletter as Unseen serves
// it, forwarded, with an attachment of so many octets.
func withAttachment(served []byte, size int) []byte {
	part := "\r\n--=-lab\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	line := strings.Repeat("QUJD", 19) + "\r\n"
	body := bytes.TrimSuffix(served, []byte("\r\n--=-lab--\r\n"))
	return fmt.Appendf(bytes.Clone(body), "%s%s--=-lab--\r\n", part, strings.Repeat(line, size/len(line)))
}

// A mail of 20 MB by a line that is slower than the mail program: it arrives
// once, whole and restored, and the program is told so only then.
func TestSlowLine(t *testing.T) {
	lab.Need(t, "dovecot")
	h := openHouse(t, [][]byte{newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")})
	account := h.second(t, "bert@example.org", lab.StartSlowLine(t, h.sink.Addr, 6<<20))
	k := dial(t, h.imap(), login)
	raw := withAttachment(fetch(t, k, 1), 20<<20)

	c, err := smtp.Dial(fmt.Sprintf("127.0.0.1:%d", account.Local.SMTP))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SubmissionTimeout = time.Minute
	if err := c.Auth(sasl.NewPlainClient("", login, lab.Password)); err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail("bert@example.org", []string{"cleo@example.com"}, bytes.NewReader(raw)); err != nil {
		t.Fatalf("sending: %v", err)
	}
	got := h.sink.Mail()
	if len(got) != 1 {
		t.Fatalf("%d mails arrived before the mail program was told, want one", len(got))
	}
	if err := c.Quit(); err != nil {
		t.Errorf("quitting: %v", err)
	}
	attached := func(raw []byte) []byte { return raw[bytes.Index(raw, []byte("application/pdf")):] }
	if !bytes.Equal(attached(got[0].Data), attached(raw)) {
		t.Error("the attachment did not arrive as it was")
	}
	if bytes.Contains(got[0].Data, []byte("127.0.0.1")) || bytes.Contains(got[0].Data, []byte("open.php")) {
		t.Error("the mail names this machine or the tracker")
	}
}
