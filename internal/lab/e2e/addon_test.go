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

// Mails that never came through Unseen, in a Thunderbird that shows every picture: the
// add-on holds what would tell, and lets the rest through. A yes lets exactly what it
// covers through, without cookies; taken back, nothing. All of it survives restarts of
// both.
func TestAddOn(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{
		tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		tellTale("harbourbooks.example", "Six novels", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"),
		tellTale("harbourbooks.example", "Seven novels", "5a11d0b6c07d4f7aa1d7e8e0b5f3c222"),
		[]byte(strings.ReplaceAll("From: Bob <bob@example.org>\nTo: "+reader+"\nSubject: Lunch\nMessage-ID: <lunch@example.org>\n"+
			"Date: Mon, 2 Mar 2026 09:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/html\n\n<p>Lunch at noon?</p>\n", "\n", "\r\n")),
	})
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Sync(t, 4)
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
	// A picture that is the same for everybody is asked for once, and shown each time.
	h.only(t, learned(h.house), "at the first opening", "www.harbourbooks.example/cover.png")
	h.opened(t, tb, "Seven novels", shows("cover.png"))

	h.answer(t, "harbourbooks.example", "performance")
	// What a style sheet names Thunderbird may have in mind from the opening before, held or
	// not, and then it does not ask.
	const src, css = "clicks.harbourbooks.example/src/open.php", "clicks.harbourbooks.example/css/open.php"
	h.opened(t, tb, "Five novels", shows("cover.png", "src/open.php"), src, "?"+css)
	// Whoever may know is told of one opening a day.
	h.opened(t, tb, "Five novels", shows("cover.png", "src/open.php"))

	h.restart(t, tb)
	h.opened(t, tb, "Six novels", shows("cover.png", "src/open.php"), src, css)
	h.opened(t, tb, "Five novels", shows("cover.png", "src/open.php"), "?"+css)

	h.answer(t, "harbourbooks.example")
	h.opened(t, tb, "Six novels", shows("cover.png"))
	h.opened(t, tb, "Seven novels", shows("cover.png"))
	h.restart(t, tb)
	h.opened(t, tb, "Six novels", shows("cover.png"))
	for _, said := range tb.Said(t) {
		t.Errorf("the console says %s", said)
	}
}

// restart ends Thunderbird and Unseen and starts both again.
func (h *addOnHouse) restart(t testing.TB, tb *lab.Thunderbird) {
	t.Helper()
	tb.Quit(t)
	h.stopUnseen()
	h.startUnseen()
	tb.Start(t)
	h.reached(t, tb)
}

// shows are the pictures of a mail that are there to be seen, by how their addresses go
// on.
func shows(names ...string) []string { return names }

// opened opens a mail, from another one, and wants exactly these pictures to be seen and
// these addresses to be asked.
func (h *addOnHouse) opened(t testing.TB, tb *lab.Thunderbird, subject string, seen []string, want ...string) {
	t.Helper()
	tb.Open(t, "Lunch")
	learned(h.house)
	shown := tb.Open(t, subject)
	lab.Until(20*time.Second, func() bool { return len(h.tracker.Hits()) >= len(sure(want)) })
	time.Sleep(quiet) // for what is not wanted
	h.only(t, learned(h.house), subject, want...)
	pictures(t, subject, shown, seen)
}

// pictures wants exactly these pictures of a mail to be seen.
func pictures(t testing.TB, subject string, shown lab.Shown, seen []string) {
	t.Helper()
	for _, i := range shown.Images {
		path, _, _ := strings.Cut(i.Src, "?")
		visible := i.Width > 1
		if wanted := slices.ContainsFunc(seen, func(name string) bool { return strings.HasSuffix(path, "/"+name) }); visible != wanted {
			t.Errorf("%s: %s is %d wide", subject, path, i.Width)
		}
	}
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

// sure are the addresses that have to be asked, without those that may be.
func sure(want []string) []string {
	return slices.DeleteFunc(slices.Clone(want), func(at string) bool { return strings.HasPrefix(at, "?") })
}

// only wants exactly these addresses to have been asked, without cookies and without the
// name of the program. Those that begin with a question mark may be asked, too.
func (h *addOnHouse) only(t testing.TB, hits []lab.Hit, when string, want ...string) {
	t.Helper()
	var asked []string
	for _, hit := range hits {
		at, _, _ := strings.Cut(strings.TrimPrefix(hit.URL, "http://"), "?")
		if !slices.Contains(want, "?"+at) {
			asked = append(asked, at)
		}
		if len(hit.Cookies) > 0 || hit.Header.Get("Referer") != "" || strings.Contains(hit.Header.Get("User-Agent"), "Thunderbird") {
			t.Errorf("%s: %s was sent %v", when, at, hit.Header)
		}
	}
	slices.Sort(asked)
	want = sure(want)
	slices.Sort(want)
	if !slices.Equal(asked, want) {
		t.Errorf("%s, asked were %q, want %q", when, asked, want)
	}
}
