package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/native"
)

// letters are mails that load, one from each of so many shops.
func letters(n int) [][]byte {
	var mails [][]byte
	for i := range n {
		mails = append(mails, tellTale(fmt.Sprintf("shop%d.example", i), fmt.Sprint("Letter ", i), fmt.Sprintf("%032x", i+0x0c44f1a2)))
	}
	return mails
}

// What the add-on adds to the opening of a mail, as figures: the same mails opened with
// and without it, block by block in turn within one run, so that a busy machine is busy
// for both. What is checked is what does not depend on the machine: with it, no load is
// missed.
func TestAddOnCost(t *testing.T) {
	n, block := 40, 20
	if lab.Long() {
		n, block = 500, 25
	}
	h := openAddOnHouse(t, letters(n))
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Sync(t, n)
	tb.Store(t)
	on := true
	var added, without []time.Duration
	spent := make(map[bool]time.Duration)
	for from := 0; from < n; from += block {
		took := make(map[bool][]time.Duration)
		for range 2 {
			h.turn(t, tb, on)
			tb.Page(t, n-1, n) // what is done once is done
			time.Sleep(quiet)
			learned(h.house)
			began := tb.CPU(t)
			took[on] = tb.Page(t, from, from+block)
			spent[on] += tb.CPU(t) - began
			time.Sleep(quiet)
			for _, hit := range learned(h.house) {
				if on && !strings.Contains(hit.URL, "cover.png") {
					t.Errorf("told %s", hit.URL)
				}
			}
			on = !on
		}
		on = !on // the next block begins with what this one ended with
		for i := range took[true] {
			added = append(added, took[true][i]-took[false][i])
		}
		without = append(without, took[false]...)
	}
	slices.Sort(added)
	slices.Sort(without)
	t.Logf("%d mails: %v without the add-on, %v more with it at the median (a quarter less than %v, a quarter more than %v)",
		len(added), without[len(without)/2], added[len(added)/2], added[len(added)/4], added[len(added)*3/4])
	t.Logf("processor time of the main process for each mail: %v without the add-on, %v more with it",
		spent[false]/time.Duration(n), (spent[true]-spent[false])/time.Duration(n))
}

// turn switches the add-on on or off, and waits until it speaks with Unseen.
func (h *addOnHouse) turn(t testing.TB, tb *lab.Thunderbird, on bool) {
	t.Helper()
	tb.Enable(t, native.AddOn, on)
	tb.Open(t, "Letter 0")
	if on {
		h.tells(t, tb, func(told lab.Told) bool { return strings.Contains(told.Bar, "They were not told") })
	}
}
