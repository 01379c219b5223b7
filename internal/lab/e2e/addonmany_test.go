package e2e_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// leak is how much more memory each opening may leave behind once it is warm, in octets.
// What the add-on is told of one of these mails has more than that twice over: if it kept
// that, or one thing for each load, this would be passed.
const leak = 4 << 10

// warm is the round after which memory is compared. What the add-on keeps on purpose is
// bounded, by 200 mails and 500 documents, and full after the first; its heap was seen to
// find its size by the third (43, 49, 53, 52, 53 MB).
const warm = 2

// Many mails, paged through as fast as they load: no load is missed, in any round, and
// memory does not grow with the rounds, neither that of the process in which the add-on
// runs nor that of Thunderbird itself.
func TestAddOnManyMails(t *testing.T) {
	n, rounds := 40, 2
	if lab.Long() {
		n, rounds = 500, 5
	}
	itself, addOns := pagedThrough(t, n, rounds, true)
	if !lab.Long() {
		return // caches are not full after so few mails
	}
	openings := int64(n * (rounds - 1 - warm))
	// Thunderbird itself keeps something of each message that it shows, with or without.
	for name, c := range map[string]struct {
		m    []int64
		most int64
	}{"the add-on": {addOns[warm:], openings * leak}, "Thunderbird": {itself, itself[0] / 4}} {
		if c.m[0] == 0 {
			t.Errorf("of %s nothing was measured", name)
		}
		if more := c.m[len(c.m)-1] - c.m[0]; more > c.most {
			t.Errorf("%s: the last rounds left %d octets, more than %d", name, more, c.most)
		}
	}
	t.Run("without the add-on", func(t *testing.T) {
		bare, _ := pagedThrough(t, n, rounds, false)
		t.Logf("the rounds left %d KiB in Thunderbird with the add-on, %d KiB without it", (itself[rounds-1]-itself[0])>>10, (bare[rounds-1]-bare[0])>>10)
	})
}

// pagedThrough pages through so many mails so often, with the add-on or with it switched
// off, and returns what Thunderbird and the process of its add-ons hold after each round.
// With it no load is missed.
func pagedThrough(t *testing.T, n, rounds int, on bool) (itself, addOns []int64) {
	t.Helper()
	h := openAddOnHouse(t, letters(n))
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Sync(t, n)
	tb.Store(t)
	if on {
		tb.Open(t, "Letter 0")
		h.tells(t, tb, func(told lab.Told) bool { return told.Bar != "" && !strings.Contains(told.Bar, "does not answer") })
	} else {
		h.turn(t, tb, false)
	}
	for round := range rounds {
		learned(h.house)
		var took []time.Duration
		for from := 0; from < n; from += 20 { // what is asked of Thunderbird at once has a minute
			took = append(took, tb.Page(t, from, from+20)...)
		}
		time.Sleep(quiet)
		for _, hit := range learned(h.house) {
			if on && !strings.Contains(hit.URL, "cover.png") {
				t.Errorf("round %d told %s", round, hit.URL)
			}
		}
		slices.Sort(took)
		a, b := tb.Memory(t)
		itself, addOns = append(itself, a), append(addOns, b)
		t.Logf("round %d: %d mails, median %v, 90 of 100 within %v; memory: Thunderbird %d KiB, add-on %d KiB", round, len(took), took[len(took)/2], took[len(took)*9/10], a>>10, b>>10)
	}
	return itself, addOns
}
