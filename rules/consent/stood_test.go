package consent

import (
	"testing"
	"time"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// How things stood is what was decided last before, whatever came after it.
func TestStoodAt(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }
	of := func(d Decision, when, until int) Record {
		r := Record{Sender: "shop.example", Recipient: "anna@example.org", Purpose: purpose.Performance, Vendors: []string{"v"}, Decision: d, When: day(when)}
		if until > 0 {
			r.Until = day(until)
		}
		return r
	}
	other := of(Granted, 1, 0)
	other.Recipient = "bert@example.org"
	records := []Record{other, of(Refused, 3, 0), of(Granted, 5, 9), of(Withdrawn, 12, 0), of(Granted, 14, 0)}
	for _, c := range []struct {
		at   time.Time
		want Decision
	}{
		{day(2), Unasked}, {day(3).Add(-1), Unasked}, {day(3), Refused}, {day(5), Granted}, {day(9).Add(-1), Granted}, {day(9), Lapsed},
		{day(12), Withdrawn}, {day(20), Granted},
	} {
		got := StoodAt(records, "shop.example", "anna@example.org", purpose.Performance, c.at)
		if got.Decision != c.want || got.Covers("v") != (c.want == Granted) || got.Covers("other") {
			t.Errorf("%v: %+v, want %s", c.at, got, c.want)
		}
	}
	if got := StoodAt(records, "shop.example", "anna@example.org", purpose.Click, day(20)); got.Decision != Unasked {
		t.Errorf("for another purpose: %+v", got)
	}
	if got := StoodAt(nil, "", "", "", day(1)); got.Decision != Unasked {
		t.Errorf("of no records: %+v", got)
	}
}
