package soak_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// The clock is set while Unseen runs. A yes lapses on its day by whatever the clock says, and
// stands again when the clock is right; by a clock that cannot be right nothing is let
// through, and it is said; a no that is given by a clock that is slow stands when it is
// right again. Mail is read on, and the ledger verifies.
func TestClockIsSet(t *testing.T) {
	lab.Need(t, "dovecot")
	w := newWorld(t, 1)
	const shop = "pineandwool.example"
	mails, err := w.fetch(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var mail []byte
	for _, m := range mails {
		if strings.Contains(string(m), "<news@"+shop+">") {
			mail = m
		}
	}
	asked := func() int {
		before := len(w.tracker.Hits())
		w.opens(t.Context(), mail)
		return len(w.tracker.Hits()) - before
	}
	if _, err := w.client.Grant(t.Context(), api.Decision{Decision: "granted", Sender: shop, All: true}, func(api.Question) bool { return true }); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		ahead time.Duration
		asked int
	}{
		{"the day on which it lapses is over", 200 * 24 * time.Hour, 0},
		{"a clock that lost its battery", -30 * 365 * 24 * time.Hour, 0},
		{"right again", 0, 1},
	} {
		if w.now.sets(t, c.ahead); asked() != c.asked {
			t.Errorf("%s: the tracker was not asked %d times", c.name, c.asked)
		}
		st, err := w.client.Status(t.Context())
		said := strings.Contains(strings.Join(st.Problems, "\n"), "clock says")
		if err != nil || said != (c.ahead < -24*time.Hour) {
			t.Errorf("%s: status says %q, %v", c.name, st.Problems, err)
		}
	}
	// Slow by an hour, so that the no is older than the yes by the clock.
	w.now.sets(t, -time.Hour)
	if _, err := w.client.Decide(t.Context(), api.Decision{Decision: "withdrawn", Sender: shop, All: true}); err != nil {
		t.Fatal(err)
	}
	for _, ahead := range []time.Duration{-time.Hour, 0, 26 * time.Hour, 0} {
		if w.now.sets(t, ahead); asked() != 0 {
			t.Errorf("%v ahead the tracker was asked, after the no", ahead)
		}
	}
	w.comesBack(t)
	if _, err := w.client.Verify(t.Context()); err != nil {
		t.Errorf("the ledger: %v", err)
	}
	w.whole(t)
	w.now.ends(t)
}
