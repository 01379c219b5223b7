package message_test

import (
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

func TestFirst(t *testing.T) {
	raw := "Content-Type: multipart/mixed; boundary=b\r\n\r\npre\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\nContent-Type: text/html\r\n\r\nhi\r\n--b--\r\nepi\r\n"
	l := message.Parse([]byte(raw))
	for _, s := range l.Sections {
		t.Logf("%q %q", s.Name, raw[s.Range.Start:s.Range.End])
	}
	t.Log(l.Gaps)
}
