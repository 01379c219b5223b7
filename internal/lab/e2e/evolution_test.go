package e2e_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// Evolution, as a person uses it: the list, a mail opened with pictures allowed, an
// answer that quotes it, a search, and a move of what was found.
func TestEvolutionWindows(t *testing.T) {
	r := openReading(t, 5)
	r.withNewest(t)
	e := lab.StartEvolution(t, r.through(), r.out(), reader)
	e.Open(t, "Inbox")
	kept := e.Kept(t, len(r.mails))
	held := 0
	for _, mail := range kept {
		if strings.Contains(mail, "http://127.0.0.1:") {
			held++
		}
	}
	if held < 2 {
		t.Errorf("of %d messages that it keeps %d name the gateway", len(kept), held)
	}
	e.Reply(t, "Which one made you miss your stop?")
	r.clean(t, "the answer", r.arrived(t), "miss your stop?", "Re: Bergen by night")
	e.Search(t, "Oslo")
	e.MoveToSent(t, func() bool { return len(r.dovecot.Stored(t, login, "Sent")) > 0 })
	if want := r.mails[len(r.mails)-2]; !bytes.Equal(r.stored(t, "Sent"), want) {
		t.Error("what was found and moved is not the original")
	}
	r.unheard(t)
}
