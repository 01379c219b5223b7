package e2e_test

import (
	"bytes"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// All mail there is, brought by mbsync through the relay, is what mbsync brings
// from a mailbox that holds the rewritten mail.
func TestMbsync(t *testing.T) {
	lab.Need(t, "dovecot", "mbsync")
	mails := append(madeUp(t), realMail(t)...)
	changed := make([][]byte, len(mails))
	for i, raw := range mails {
		changed[i] = rewritten(raw)
	}
	d := lab.StartDovecot(t, map[string][][]byte{login: mails, "bert": changed})
	got := lab.Mbsync(t, lab.Login{Addr: startRelay(t, d, newKeeper(false)), User: login})
	want := lab.Mbsync(t, lab.Login{Addr: d.Addr, User: "bert"})
	// A message without an end to its header is none to mbsync.
	if len(got) != len(want) || len(want) < len(mails)-10 {
		t.Errorf("%d messages, want %d of %d", len(got), len(want), len(mails))
	}
	for uid, w := range want {
		if !bytes.Equal(got[uid], w) {
			at := 0
			for at < min(len(got[uid]), len(w)) && got[uid][at] == w[at] {
				at++
			}
			t.Errorf("message %d differs at octet %d of %d (want %d)", uid, at, len(got[uid]), len(w))
		}
	}
}
