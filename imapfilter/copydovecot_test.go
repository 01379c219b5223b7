package imapfilter

import (
	"strings"
	"testing"
)

// Messages that are copied and moved through the relay, one by one and all at once,
// are not read again where they lie then: Dovecot says where that is.
func TestDovecotCopyAndMove(t *testing.T) {
	mails := madeUp(t, 60)
	d, p := dovecot(t, mails)
	s, addr := relayTo(t, p, plainTo(d), ModePlain, nil)
	a := logIn(t, addr, "anna")
	a.do("CREATE Archive")
	a.do("SELECT INBOX")
	a.do("UID FETCH 1:* (UID BODY.PEEK[])")
	for _, command := range []string{"UID COPY 7 Archive", "COPY 9,2,30:40 \"Archive\"", "UID MOVE 3,50:60 Archive", "MOVE 1:20 Archive"} {
		if _, status := a.do("%s", command); !strings.HasPrefix(status, "OK") {
			t.Fatalf("%s: %s", command, status)
		}
	}
	a.do("SELECT Archive")
	read := s.Stats()
	b := logIn(t, d.Addr, "anna")
	b.do("EXAMINE Archive")
	moved, edited := 0, 0
	for _, section := range []string{"TEXT", "1", "2", "1.2"} {
		got, status := a.do("UID FETCH 1:* (UID BODY.PEEK[%s])", section)
		direct, _ := b.do("UID FETCH 1:* (UID BODY.PEEK[%s])", section)
		if !strings.HasPrefix(status, "OK") || len(got) != len(direct) || len(got) == 0 {
			t.Fatalf("%d answers, %d directly, %s", len(got), len(direct), status)
		}
		moved = len(got)
		for i := range got {
			if len(got[i]) != len(direct[i]) {
				t.Errorf("%s is served as %q", direct[i], got[i])
			}
			if strings.Contains(got[i], "http://127.0.0.1:4180/") && !strings.Contains(direct[i], "http://127.0.0.1:4180/") {
				edited++
			}
		}
	}
	after := s.Stats()
	if after.InjectedOctets != read.InjectedOctets || after.Whole != read.Whole || moved != 1+13+12+20 || edited < moved/2 {
		t.Errorf("%d messages, %d pieces edited; read again: %+v, before %+v", moved, edited, after, read)
	}
}
