package account

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/words"
)

// TestSender is the domain that the test mail comes from. It exists nowhere and never
// will (RFC 2606, section 2): what its picture would tell reaches nobody, whatever
// becomes of it.
const TestSender = "unseen.invalid"

// TestMail is a mail to show that all works: it holds what a newsletter holds to learn
// who reads it, one invisible picture under a name that nobody else has, at a host that
// no other mail names.
func TestMail(w *words.Catalogue, address string, now time.Time) (raw []byte, host string) {
	one := make([]byte, 16)
	_, _ = rand.Read(one) // it never fails (crypto/rand)
	name := hex.EncodeToString(one)
	host = "picture-" + name[:8] + "." + TestSender
	var mail bytes.Buffer
	line := func(format string, parts ...any) { fmt.Fprintf(&mail, format+"\r\n", parts...) }
	line("From: Unseen <test@%s>", TestSender)
	line("To: <%s>", strings.Map(printable, address))
	line("Subject: %s", mime.QEncoding.Encode("utf-8", w.Say(words.TestMailSubject)))
	line("Date: %s", now.Format(time.RFC1123Z))
	line("Message-ID: <%s@%s>", name, TestSender)
	line("MIME-Version: 1.0")
	line("Content-Language: %s", w.Lang())
	line("Content-Type: multipart/alternative; boundary=\"%s\"", name)
	text := w.Say(words.TestMailText)
	page := fmt.Sprintf("<html><body><p>%s</p>\r\n<img src=\"https://%s/open/%s.gif\" width=\"1\" height=\"1\" alt=\"\">\r\n</body></html>\r\n",
		html.EscapeString(text), host, name)
	for _, part := range []struct{ kind, text string }{{"plain", text + "\r\n"}, {"html", page}} {
		line("")
		line("--%s", name)
		line("Content-Type: text/%s; charset=utf-8", part.kind)
		line("Content-Transfer-Encoding: quoted-printable")
		line("")
		out := quotedprintable.NewWriter(&mail)
		_, _ = out.Write([]byte(part.text)) // to memory, which takes everything
		_ = out.Close()                     // and this
	}
	line("")
	line("--%s--", name)
	return mail.Bytes(), host
}

// printable leaves out what would end a line of a header.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}
