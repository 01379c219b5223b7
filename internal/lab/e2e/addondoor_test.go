package e2e_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/native"
)

// A Thunderbird that may start no program, as from Flatpak or Snap: a code is typed into
// the settings of the add-on, and from then on all is as by native messaging, also after
// a restart of either. Taken back, everything is held.
func TestAddOnDoor(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{
		tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		tellTale("harbourbooks.example", "Lunch", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"),
	})
	with := h.reader(h.direct())
	with.Before = nil // nothing is installed that could be started
	// The page of the settings can be read and typed into only in the same process.
	with.Prefs = map[string]string{"extensions.webextensions.remote": "false"}
	tb := lab.StartThunderbird(t, with)
	tb.Sync(t, 2)
	tb.Open(t, "Five novels")
	h.tells(t, tb, func(told lab.Told) bool { return strings.Contains(told.Bar, "unseen addon install") })
	h.only(t, learned(h.house), "before the code")

	ctx := context.Background()
	got, err := h.client.AddOnPair(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if said := tb.TypeInto(t, native.AddOn, "options.html", "4180-AAAA-BBBB-CCCC", "form .trouble:not([hidden])"); !strings.Contains(said, "is not right") {
		t.Errorf("of a wrong code it says %q", said)
	}
	if said := tb.TypeInto(t, native.AddOn, "options.html", string(got.Code), ".note"); said == "" {
		t.Error("of the code it says nothing")
	}
	if dir := os.Getenv("UNSEEN_PICTURES"); dir != "" {
		os.WriteFile(dir+"/door.png", tb.AddOnPage(t, native.AddOn, "options.html"), 0o600)
	}
	tb.Open(t, "Lunch")
	h.tells(t, tb, func(told lab.Told) bool { return strings.Contains(told.Bar, "They were not told") })
	h.answer(t, "harbourbooks.example", "performance")
	h.opened(t, tb, "Five novels", shows("cover.png", "src/open.php"), "clicks.harbourbooks.example/src/open.php", "?clicks.harbourbooks.example/css/open.php")

	h.restart(t, tb)
	h.opened(t, tb, "Five novels", shows("cover.png", "src/open.php"), "?clicks.harbourbooks.example/css/open.php")

	if _, err := h.client.AddOnUnpair(ctx); err != nil {
		t.Fatal(err)
	}
	h.tells(t, tb, func(told lab.Told) bool { return strings.Contains(told.Bar, "does not answer") })
	time.Sleep(quiet)
	h.opened(t, tb, "Five novels", shows())
}
