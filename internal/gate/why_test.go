package gate_test

import (
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// TestReasons holds the sentences that the reader sees against what was decided,
// with the catalogue of the program and without one.
func TestReasons(t *testing.T) {
	p := purpose.Performance
	for name, c := range map[string]struct {
		ledger grants
		change func(l *gate.Load)
		want   string
	}{
		"consented":          {grants{}.set(p, consent.Granted, "sendgrid"), nil, "Released: you agreed that sendgrid learns of this."},
		"refused":            {grants{}.set(p, consent.Refused), nil, "Held: you refused “Measuring campaigns”."},
		"withdrawn":          {grants{}.set(p, consent.Withdrawn), nil, "Held: you withdrew your agreement to “Measuring campaigns”."},
		"lapsed":             {grants{}.set(p, consent.Lapsed), nil, "Held: your agreement to “Measuring campaigns” has lapsed."},
		"another vendor":     {grants{}.set(p, consent.Granted, "x"), nil, "Held: what you agreed to did not name sendgrid."},
		"nobody":             {grants{}, func(l *gate.Load) { l.Sender.Authenticated = false }, "Held: it is not certain who sent this mail."},
		"nobody, with a why": {grants{}, func(l *gate.Load) { l.Sender.Authenticated, l.Sender.Why = false, "It {who} lies." }, "Held: it is not certain who sent this mail. It {who} lies."},
		"suspected": {grants{}, func(l *gate.Load) { l.Judgement.Verdict = detect.Suspected },
			"Held: sendgrid could learn that you opened this mail, and you have not agreed to “Measuring campaigns”."},
		"no vendor": {grants{}, func(l *gate.Load) { l.Judgement.Vendor = "" },
			"Held: t.sendgrid.example would learn that you opened this mail, and you have not agreed to “Measuring campaigns”."},
		"no vendor and no host": {grants{}, func(l *gate.Load) { l.Judgement.Vendor, l.Host = "", "" },
			"Held: somebody would learn that you opened this mail, and you have not agreed to “Measuring campaigns”."},
	} {
		t.Run(name, func(t *testing.T) {
			for _, catalogue := range []*words.Catalogue{nil, words.English()} {
				l := pixel()
				if c.change != nil {
					c.change(&l)
				}
				g := gate.Gate{Ledger: c.ledger, Words: catalogue}
				if d := g.Decide(&l, begin); d.Reason != c.want {
					t.Errorf("got  %q\nwant %q", d.Reason, c.want)
				}
			}
		})
	}
}
