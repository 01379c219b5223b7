package imapfilter

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// A server that compresses, before a mail program that does.
func TestDovecotDeflate(t *testing.T) {
	mails := madeUp(t, 200)
	d, p := dovecot(t, mails)
	_, addr := relayTo(t, p, plainTo(d), ModePlain, nil)
	l := logIn(t, addr, "anna")
	answers, _ := l.do("CAPABILITY")
	if !strings.Contains(strings.Join(answers, ""), "COMPRESS=DEFLATE") {
		t.Skip("this Dovecot does not compress")
	}
	if _, status := l.do("COMPRESS DEFLATE"); !strings.HasPrefix(status, "OK") {
		t.Fatal(status)
	}
	l.side = pressed(l.side)
	l.do("SELECT INBOX")
	for i, raw := range mails {
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		want := string(p.rewritten(raw))
		from := i * 7 % len(want)
		if got, status := l.do("UID FETCH %d (BODY.PEEK[]<%d.500>)", i+1, from); !strings.HasPrefix(status, "OK") || !strings.Contains(got[0], want[from:min(len(want), from+500)]) {
			t.Fatalf("message %d, a piece: %s %q", i+1, status, clip(fmt.Sprint(got)))
		}
		if got, status := l.do("UID FETCH %d (BODY.PEEK[])", i+1); !strings.HasPrefix(status, "OK") || !strings.Contains(got[0], want) {
			t.Fatalf("message %d: %s %q", i+1, status, clip(fmt.Sprint(got)))
		}
	}
}
