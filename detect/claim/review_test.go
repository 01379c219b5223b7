package claim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/claim"
)

// on is a day of 2026, as "03-02".
func on(t testing.TB, day string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02", "2026-"+day)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// says makes claims of kinds; those with a "+" have a link.
func says(kinds ...string) []claim.Claim {
	var list []claim.Claim
	for _, k := range kinds {
		c := claim.Claim{Kind: claim.Kind(strings.TrimSuffix(k, "+"))}
		if strings.HasSuffix(k, "+") {
			c.URL = "https://shop.example/x"
		}
		list = append(list, c)
	}
	return list
}

// TestReview checks what is seen in the mails of a sender.
func TestReview(t *testing.T) {
	mail := func(day string, tracks bool, kinds ...string) claim.Mail {
		return claim.Mail{ID: day, Sent: on(t, day), Tracks: tracks, Claims: says(kinds...)}
	}
	tests := []struct {
		name    string
		history claim.History
		want    string
	}{
		{"nothing", claim.History{}, ""},
		{"a mail without a date", claim.History{Mails: []claim.Mail{{ID: "x", Tracks: true}}}, ""},
		{"one plain mail", claim.History{Mails: []claim.Mail{mail("03-02", false)}}, "first-mail 1/1"},
		{"asked while tracking", claim.History{Mails: []claim.Mail{mail("03-02", true, "asks+", "withdraws+")}},
			"first-mail 1/1, first-asked 1/1, asked-while-tracking 1/1"},
		{"asked without tracking, then again early", claim.History{Mails: []claim.Mail{mail("05-02", false, "asks"), mail("03-02", false, "asks")}},
			"first-mail 1/2, first-asked 1/2, asked-again-early 1/2 after 61"},
		{"asked again in time", claim.History{Mails: []claim.Mail{mail("03-02", false, "asks"), mail("09-02", false, "asks")}},
			"first-mail 1/2, first-asked 1/2"},
		{"asked again a day early", claim.History{Mails: []claim.Mail{mail("03-02", false, "asks"), mail("09-01", false, "asks")}},
			"first-mail 1/2, first-asked 1/2, asked-again-early 1/2 after 183"},
		{"one mail twice", claim.History{Mails: []claim.Mail{mail("03-02", false, "asks"), mail("03-02", false, "asks")}},
			"first-mail 1/1, first-asked 1/1"},
		{"asked again after they agreed", claim.History{Mails: []claim.Mail{mail("03-02", false, "asks"), mail("05-02", false, "asks")},
			Agreed: []time.Time{on(t, "04-01")}}, "first-mail 1/2, first-asked 1/2"},
		{"tracked before informing", claim.History{Mails: []claim.Mail{mail("03-02", true, "withdraws+"), mail("05-02", true, "informs", "withdraws+")}},
			"first-mail 1/2, first-informed 1/2, tracked-before-asking 1/2"},
		{"no way back", claim.History{Mails: []claim.Mail{mail("03-02", true), mail("03-03", true, "unsubscribes+", "list-unsubscribe+"),
			mail("03-04", true, "list-unsubscribe+"), mail("03-05", true, "withdraws"), mail("03-06", true, "withdraws+"), mail("03-07", false)}},
			"first-mail 1/6, no-withdrawal-link 4/6 (1 1)"},
		{"after the sender was told", claim.History{Mails: []claim.Mail{mail("03-02", true, "withdraws+"), mail("05-02", true, "withdraws+")},
			Withdrawn: on(t, "04-01"), Told: on(t, "04-02")}, "first-mail 1/2, tracked-after-told 1/2"},
		{"between both", claim.History{Mails: []claim.Mail{mail("04-05", true, "withdraws+"), mail("05-02", true, "withdraws+")},
			Withdrawn: on(t, "04-01"), Told: on(t, "05-01")}, "first-mail 1/2, tracked-after-told 1/2, tracked-after-withdrawal-here 1/2"},
		{"withdrawn here alone", claim.History{Mails: []claim.Mail{mail("05-02", true, "withdraws+")}, Withdrawn: on(t, "04-01")},
			"first-mail 1/1, tracked-after-withdrawal-here 1/1"},
		{"agreed again since", claim.History{Mails: []claim.Mail{mail("05-02", true, "withdraws+")}, Told: on(t, "04-01"), Agreed: []time.Time{on(t, "04-20")}},
			"first-mail 1/1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var list []string
			for _, o := range claim.Review(tt.history) {
				text := fmt.Sprintf("%s %d/%d", o.What, len(o.Mails), o.Of)
				if o.Days > 0 {
					text += fmt.Sprint(" after ", o.Days)
				}
				if o.Unsubscribe+o.List > 0 {
					text += fmt.Sprintf(" (%d %d)", o.Unsubscribe, o.List)
				}
				list = append(list, text)
				if s := o.English(); !strings.HasSuffix(s, ".") || !strings.Contains(s, "2026") {
					t.Errorf("%s is said as %q", o.What, s)
				}
			}
			if got := strings.Join(list, ", "); got != tt.want {
				t.Errorf("%q\nnot %q", got, tt.want)
			}
		})
	}
}

// TestReviewOrder checks that the order in which mails are handed in says nothing,
// and that no more mails are named than there are.
func TestReviewOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h claim.History
		for i := range rapid.IntRange(1, 12).Draw(t, "mails") {
			m := claim.Mail{ID: fmt.Sprint(i), Tracks: rapid.Bool().Draw(t, "tracks"),
				Sent: time.Date(2026, 1, 1+rapid.IntRange(0, 400).Draw(t, "day"), 0, 0, i, 0, time.UTC)}
			m.Claims = says(rapid.SliceOfN(rapid.SampledFrom([]string{"asks", "informs", "withdraws+", "unsubscribes+"}), 0, 3).Draw(t, "says")...)
			h.Mails = append(h.Mails, m)
		}
		one := claim.Review(h)
		h.Mails = rapid.Permutation(h.Mails).Draw(t, "order")
		if two := claim.Review(h); fmt.Sprint(one) != fmt.Sprint(two) {
			t.Fatalf("%v\n%v", one, two)
		}
		for _, o := range one {
			if len(o.Mails) == 0 || len(o.Mails) > o.Of || o.Of != len(h.Mails) || o.Unsubscribe+o.List > len(o.Mails) {
				t.Fatalf("%+v", o)
			}
		}
	})
}
