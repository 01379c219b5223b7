package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// Unseen ends while a mail is open: nothing of what was released before is let through
// any more, and the line says what to do. When it is back, all is as before.
func TestAddOnWithoutUnseen(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{
		tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		tellTale("harbourbooks.example", "Lunch", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"),
	})
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Sync(t, 2)
	tb.Store(t)
	h.reached(t, tb)
	h.answer(t, "harbourbooks.example", "performance")
	time.Sleep(quiet)
	learned(h.house)
	h.stopUnseen()
	h.tells(t, tb, func(told lab.Told) bool {
		return strings.Contains(told.Bar, "does not answer") && strings.Contains(told.Bar, "unseen run")
	})
	picture(t, tb, "down")
	for _, subject := range []string{"Lunch", "Five novels", "Lunch"} {
		tb.Open(t, subject)
	}
	nothing := learned(h.house)
	h.only(t, nothing, "while Unseen does not run")
	h.startUnseen()
	h.reached(t, tb)
}
