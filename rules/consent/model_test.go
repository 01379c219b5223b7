package consent_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// The naive model: all records in a list, gone through from the start.
type model []consent.Record

func (m model) standing(sender, recipient string, p purpose.ID, now time.Time) consent.Decision {
	d := consent.Unasked
	for _, r := range m {
		if r.Sender != sender || r.Recipient != recipient || r.Purpose != p {
			continue
		}
		d = r.Decision
		if d == consent.Granted && !r.Until.IsZero() && now.Compare(r.Until) >= 0 {
			d = consent.Lapsed
		}
	}
	return d
}

var (
	senders    = []string{"a.example", "b.example", "ann@gmail.com", "bob@gmail.com"}
	recipients = []string{"anna@example.org", "anna@example.net"}
	purposes   = []purpose.ID{purpose.Performance, purpose.Profiling, purpose.Click}
	vendors    = []string{"sendgrid", "mailchimp", "host:t.example"}
)

func drawRecord(t *rapid.T, now time.Time) consent.Record {
	r := consent.Record{
		Sender:    rapid.SampledFrom(senders).Draw(t, "sender"),
		Recipient: rapid.SampledFrom(recipients).Draw(t, "recipient"),
		Purpose:   rapid.SampledFrom(purposes).Draw(t, "purpose"),
		Vendors:   rapid.SliceOfNDistinct(rapid.SampledFrom(vendors), 1, 3, rapid.ID).Draw(t, "vendors"),
		Decision:  rapid.SampledFrom([]consent.Decision{consent.Granted, consent.Granted, consent.Refused, consent.Withdrawn}).Draw(t, "decision"),
		When:      now,
		How:       consent.Page,
	}
	if days := rapid.IntRange(0, 4).Draw(t, "days"); days > 0 {
		r.Until = now.AddDate(0, 0, days)
	}
	return r
}

// Whatever happens, the ledger says what the model says, before and after it is
// opened again, and verifies.
func TestLedgerAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m, now := new(memory), begin
		l := open(t, m)
		var naive model
		check := func(rt *rapid.T) {
			for _, s := range senders {
				for _, a := range recipients {
					for _, p := range purposes {
						want := naive.standing(s, a, p, now)
						if got := l.Standing(s, a, p, now); got.Decision != want {
							rt.Fatalf("%s, %s, %s: got %s, want %s", s, a, p, got.Decision, want)
						}
					}
				}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"append": func(rt *rapid.T) {
				r := drawRecord(rt, now)
				if _, err := l.Append(t.Context(), r); err != nil {
					rt.Fatal(err)
				}
				naive = append(naive, r)
			},
			"fail": func(rt *rapid.T) {
				r := drawRecord(rt, now)
				if r.Decision != consent.Granted {
					rt.Skip("a no acts even so")
				}
				m.refuse = true
				if _, err := l.Append(t.Context(), r); err == nil {
					rt.Fatal("no error")
				}
				m.refuse = false
			},
			"forget": func(rt *rapid.T) {
				s := rapid.SampledFrom(senders).Draw(rt, "sender")
				if _, err := l.Forget(t.Context(), s, now, consent.Command, ""); err != nil {
					rt.Fatal(err)
				}
				naive = slices.DeleteFunc(naive, func(r consent.Record) bool { return r.Sender == s })
			},
			"wait":   func(rt *rapid.T) { now = now.Add(time.Duration(rapid.IntRange(1, 50).Draw(rt, "hours")) * time.Hour) },
			"reopen": func(*rapid.T) { l = open(t, m) },
			"":       check,
		})
		if err := l.Verify(t.Context()); err != nil {
			rt.Fatal(err)
		}
	})
}
