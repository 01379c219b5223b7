package gate_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// Suspended protection releases what can be seen or counted, and nothing else; only
// what is the same for everybody is kept, and nothing of it passes for consent.
func TestUnprotected(t *testing.T) {
	g := gate.Gate{Ledger: grants{}}
	for _, kind := range []reference.Kind{reference.Pixel, reference.Image, reference.Resource, reference.Link, reference.Base, reference.Receipt} {
		for _, level := range []gate.Level{"", gate.Standard, gate.Own, gate.All} {
			for name, l := range map[string]gate.Load{"tracker": pixel(), "picture": picture()} {
				l.Kind, l.Level, l.Unprotected = kind, level, true
				l.Sender.Authenticated = false
				d := g.Decide(&l, begin)
				want := kind == reference.Pixel || kind == reference.Image
				if d.Release != want || d.Consented || d.Keep != (want && name == "picture") || want != (d.Why == gate.Unprotected) {
					t.Errorf("%s, %s at %q: %+v", name, kind, level, d)
				}
			}
		}
	}
}

// A notice of reading leaves by a grant for it alone.
func TestReceipt(t *testing.T) {
	notice := func() gate.Load {
		l := pixel()
		l.Kind, l.Host = reference.Receipt, "shop.example"
		l.Judgement.Vendor, l.Judgement.Purposes = "", []purpose.ID{purpose.Receipt}
		return l
	}
	granted := grants{}.set(purpose.Receipt, consent.Granted, "host:shop.example")
	for name, c := range map[string]struct {
		ledger gate.Ledger
		change func(l *gate.Load)
		want   gate.Why
	}{
		"never asked":           {grants{}, nil, gate.Unasked},
		"granted":               {granted, nil, gate.Consented},
		"refused":               {grants{}.set(purpose.Receipt, consent.Refused), nil, gate.Refused},
		"granted to the sender": {granted, func(l *gate.Load) { l.Host = "counter.example" }, gate.OtherVendor},
		"another purpose":       {grants{}.set(purpose.Performance, consent.Granted, "host:shop.example"), nil, gate.Unasked},
		"from nobody":           {granted, func(l *gate.Load) { l.Sender.Authenticated = false }, gate.Nobody},
		"to nobody":             {granted, func(l *gate.Load) { l.Clear = false }, gate.NoRecipient},
		"unprotected":           {grants{}, func(l *gate.Load) { l.Unprotected = true }, gate.Unasked},
		"no ledger":             {nil, nil, gate.Unreadable},
	} {
		l := notice()
		if c.change != nil {
			c.change(&l)
		}
		g := gate.Gate{Ledger: c.ledger, Permits: new(gate.Permits)}
		g.Permits.Tell(l.Message, begin) // helps no receipt
		d := g.Receipt(&l, begin)
		if d.Why != c.want || d.Release != (c.want == gate.Consented) || d.Reason == "" || d.Keep {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// At level own, a host that somebody else is known to run is not the sender's.
func TestOwnElsewhere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := picture()
		l.Level, l.Elsewhere = gate.Own, rapid.Bool().Draw(rt, "elsewhere")
		l.Host = rapid.SampledFrom([]string{"shop.example", "img.shop.example", "cdn.example"}).Draw(rt, "host")
		g := gate.Gate{Ledger: grants{}}
		if d := g.Decide(&l, begin); d.Release != (!l.Elsewhere && l.Host != "cdn.example") {
			rt.Fatalf("%s, elsewhere %v: %+v", l.Host, l.Elsewhere, d)
		}
	})
}
