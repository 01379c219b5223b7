package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A mail that never came through Unseen, in a Thunderbird that shows every picture: the
// add-on holds what would tell, and lets the rest through. A yes lets exactly what it
// covers through, without cookies; taken back, nothing. Both survive restarts.
func TestAddOn(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{
		tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		[]byte(strings.ReplaceAll("From: Bob <bob@example.org>\nTo: "+reader+"\nSubject: Lunch\nMessage-ID: <lunch@example.org>\n"+
			"Date: Mon, 2 Mar 2026 09:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/html\n\n<p>Lunch at noon?</p>\n", "\n", "\r\n")),
	})
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Sync(t, 2)
	tb.Open(t, "Five novels")
	h.tells(t, tb, func(told lab.Told) bool {
		return strings.Contains(told.Bar, "They were not told") && told.Badge == "6" && told.Bars == 1
	})
	picture(t, tb, "held")
	// The tracker sets a cookie with every answer, and Thunderbird would send it back.
	var cookies int
	if tb.Do(t, &cookies, `return Services.prefs.getIntPref("network.cookie.cookieBehavior");`); cookies != 1 {
		t.Errorf("cookies of others are not refused: %d", cookies)
	}
	tb.Open(t, "Lunch")
	time.Sleep(quiet)
	if told := tb.Told(t); told.Badge != "" || told.Bars != 0 {
		t.Errorf("of a plain letter it shows %+v", told)
	}
	learned(h.house)

	h.opened(t, tb, "without an answer", "www.harbourbooks.example/cover.png")

	h.answer(t, "harbourbooks.example", "performance")
	granted := []string{"www.harbourbooks.example/cover.png", "clicks.harbourbooks.example/src/open.php"}
	h.opened(t, tb, "after one yes", granted...)
	h.opened(t, tb, "opened again", granted...)

	tb.Quit(t)
	h.stopUnseen()
	h.startUnseen()
	tb.Start(t)
	tb.Open(t, "Lunch")
	h.reached(t, tb)
	h.opened(t, tb, "after a restart of both", granted...)

	h.answer(t, "harbourbooks.example")
	h.opened(t, tb, "taken back", "www.harbourbooks.example/cover.png")
	for _, said := range tb.Said(t) {
		t.Errorf("the console says %s", said)
	}
}

// opened opens the mail with the novels, from another one, and wants exactly these
// addresses to be asked.
func (h *addOnHouse) opened(t testing.TB, tb *lab.Thunderbird, when string, want ...string) {
	t.Helper()
	tb.Open(t, "Lunch")
	learned(h.house)
	tb.Open(t, "Five novels")
	time.Sleep(quiet)
	h.only(t, learned(h.house), when, want...)
}

// tells waits until the add-on shows what is wanted.
func (h *addOnHouse) tells(t testing.TB, tb *lab.Thunderbird, want func(lab.Told) bool) {
	t.Helper()
	var told lab.Told
	if !lab.Until(15*time.Second, func() bool { told = tb.Told(t); return want(told) }) {
		t.Fatalf("it shows %+v; the console says %q", told, tb.Said(t))
	}
}

// reached waits until the add-on speaks with Unseen: a held mail says so.
func (h *addOnHouse) reached(t testing.TB, tb *lab.Thunderbird) {
	t.Helper()
	tb.Open(t, "Five novels")
	h.tells(t, tb, func(told lab.Told) bool { return told.Bar != "" && !strings.Contains(told.Bar, "does not answer") })
}

// picture keeps a picture of the window where UNSEEN_PICTURES says, to be looked at.
func picture(t testing.TB, tb *lab.Thunderbird, name string) {
	t.Helper()
	if dir := os.Getenv("UNSEEN_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), tb.Picture(t), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// only wants exactly these addresses to have been asked, without cookies.
func (h *addOnHouse) only(t testing.TB, hits []lab.Hit, when string, want ...string) {
	t.Helper()
	var asked []string
	for _, hit := range hits {
		at, _, _ := strings.Cut(strings.TrimPrefix(hit.URL, "http://"), "?")
		asked = append(asked, at)
		if len(hit.Cookies) > 0 || hit.Header.Get("Referer") != "" {
			t.Errorf("%s: %s was sent %v", when, at, hit.Header)
		}
	}
	slices.Sort(asked)
	slices.Sort(want)
	if !slices.Equal(asked, want) {
		t.Errorf("%s, asked were %q, want %q", when, asked, want)
	}
}
