package gate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

var begin = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// grants is a ledger in which the last word for a sender and a purpose stands.
type grants map[string]consent.Standing

func (g grants) Standing(sender, recipient string, p purpose.ID, now time.Time) consent.Standing {
	s, ok := g[sender+" "+recipient+" "+string(p)]
	if !ok {
		s.Decision = consent.Unasked
	}
	if s.Decision == consent.Granted && !s.Until.IsZero() && !now.Before(s.Until) {
		s.Decision = consent.Lapsed
	}
	return s
}

func (g grants) set(p purpose.ID, d consent.Decision, vendors ...string) grants {
	g["shop.example anna@example.org "+string(p)] = consent.Standing{Decision: d, Vendors: vendors, Until: begin.Add(time.Hour)}
	return g
}

// pixel is a tracker that only a grant releases.
func pixel() gate.Load {
	return gate.Load{
		Kind: reference.Pixel, Host: "t.sendgrid.example", Message: "m1",
		Judgement: detect.Judgement{
			Verdict: detect.Tracker, Certainty: detect.Strong, Individualised: detect.Individual,
			Vendor: "sendgrid", Purposes: []purpose.ID{purpose.Performance},
		},
		Sender:    sender.Sender{Key: "shop.example", Domain: "news.shop.example", Authenticated: true, How: "dmarc"},
		Recipient: "anna@example.org", Clear: true,
	}
}

// picture is the same for everybody.
func picture() gate.Load {
	l := pixel()
	l.Kind, l.Host = reference.Image, "img.shop.example"
	l.Judgement = detect.Judgement{Verdict: detect.Clean, Individualised: detect.NotIndividual}
	l.Pictures = true
	return l
}

func TestTracker(t *testing.T) {
	granted := func() grants { return grants{}.set(purpose.Performance, consent.Granted, "sendgrid") }
	for name, c := range map[string]struct {
		ledger  gate.Ledger
		change  func(l *gate.Load)
		want    gate.Why
		missing []purpose.ID
	}{
		"never asked":            {grants{}, nil, gate.Unasked, []purpose.ID{purpose.Performance}},
		"granted":                {granted(), nil, gate.Consented, nil},
		"granted for pictures":   {granted(), func(l *gate.Load) { l.Kind = reference.Image }, gate.Consented, nil},
		"granted when suspected": {granted(), func(l *gate.Load) { l.Judgement.Verdict = detect.Suspected }, gate.Consented, nil},
		"refused":                {grants{}.set(purpose.Performance, consent.Refused), nil, gate.Refused, []purpose.ID{purpose.Performance}},
		"withdrawn":              {grants{}.set(purpose.Performance, consent.Withdrawn), nil, gate.Withdrawn, []purpose.ID{purpose.Performance}},
		"another vendor":         {granted(), func(l *gate.Load) { l.Judgement.Vendor = "mailchimp" }, gate.OtherVendor, []purpose.ID{purpose.Performance}},
		"unknown vendor":         {granted(), func(l *gate.Load) { l.Judgement.Vendor = "" }, gate.OtherVendor, []purpose.ID{purpose.Performance}},
		"unknown vendor named": {
			grants{}.set(purpose.Performance, consent.Granted, "host:t.sendgrid.example"),
			func(l *gate.Load) { l.Judgement.Vendor, l.Host = "", "T.Sendgrid.example." }, gate.Consented, nil,
		},
		"another recipient":    {granted(), func(l *gate.Load) { l.Recipient = "ben@example.org" }, gate.Unasked, []purpose.ID{purpose.Performance}},
		"another sender":       {granted(), func(l *gate.Load) { l.Sender.Key = "other.example" }, gate.Unasked, []purpose.ID{purpose.Performance}},
		"one of two":           {granted(), func(l *gate.Load) { l.Judgement.Purposes = []purpose.ID{purpose.Profiling, purpose.Performance} }, gate.Unasked, []purpose.ID{purpose.Profiling}},
		"both":                 {granted().set(purpose.Profiling, consent.Granted, "sendgrid", "x"), func(l *gate.Load) { l.Judgement.Purposes = []purpose.ID{purpose.Profiling, purpose.Performance} }, gate.Consented, nil},
		"no purpose is said":   {granted(), func(l *gate.Load) { l.Judgement.Purposes = nil }, gate.Consented, nil},
		"not authenticated":    {granted(), func(l *gate.Load) { l.Sender.Authenticated = false }, gate.Nobody, nil},
		"authenticated nobody": {granted(), func(l *gate.Load) { l.Sender.Key = "" }, gate.Nobody, nil},
		"recipient not clear":  {granted(), func(l *gate.Load) { l.Clear = false }, gate.NoRecipient, nil},
		"no ledger":            {nil, nil, gate.Unreadable, []purpose.ID{purpose.Performance}},
		"broken ledger":        {grants{}.set(purpose.Performance, consent.Unreadable), nil, gate.Unreadable, []purpose.ID{purpose.Performance}},
		"pictures do not help": {grants{}, func(l *gate.Load) { l.Pictures = true }, gate.Unasked, []purpose.ID{purpose.Performance}},
		"all is held":          {granted(), func(l *gate.Load) { l.Level = gate.All }, gate.LevelAll, nil},
		"own, but granted":     {granted(), func(l *gate.Load) { l.Level = gate.Own }, gate.Consented, nil},
		"a style sheet":        {granted(), func(l *gate.Load) { l.Kind = reference.Resource }, gate.NotPicture, nil},
		"a link":               {granted(), func(l *gate.Load) { l.Kind = reference.Link }, gate.NotLoad, nil},
		"no verdict":           {grants{}, func(l *gate.Load) { l.Judgement = detect.Judgement{} }, gate.Unasked, []purpose.ID{purpose.Performance}},
		"a claimed exemption": {grants{}, func(l *gate.Load) {
			l.Judgement.Verdict, l.Judgement.Exemption, l.Judgement.Purposes = detect.Exempt, "authentication", nil
		}, gate.Unasked, []purpose.ID{purpose.Authentication}},
		"an exemption that was granted": {grants{}.set(purpose.Authentication, consent.Granted, "sendgrid"), func(l *gate.Load) {
			l.Judgement.Verdict, l.Judgement.Exemption, l.Judgement.Purposes = detect.Exempt, "authentication", nil
		}, gate.Consented, nil},
		"clean, but with the address in it": {grants{}, func(l *gate.Load) {
			form := "md5"
			l.Judgement.Verdict, l.Judgement.Individualised, l.Judgement.Leak = detect.Clean, detect.Unknown, &form
			l.Pictures = true
		}, gate.Unasked, []purpose.ID{purpose.Performance}},
	} {
		t.Run(name, func(t *testing.T) {
			l := pixel()
			if c.change != nil {
				c.change(&l)
			}
			g := gate.Gate{Ledger: c.ledger, Permits: new(gate.Permits)}
			d := g.Decide(&l, begin)
			if d.Why != c.want || !slices.Equal(d.Missing, c.missing) || d.Release != (c.want == gate.Consented) {
				t.Errorf("got %+v", d)
			}
			if d.Keep || d.Consented != d.Release {
				t.Errorf("kept or consented: %+v", d)
			}
			checkReason(t, d)
		})
	}
}

// checkReason holds reasons to be one or more sentences that begin with what
// was decided.
func checkReason(t *testing.T, d gate.Decision) {
	t.Helper()
	want := "Held: "
	if d.Release {
		want = "Released: "
	}
	if !strings.HasPrefix(d.Reason, want) || !strings.HasSuffix(d.Reason, ".") || strings.Contains(d.Reason, "  ") {
		t.Errorf("the reason is %q", d.Reason)
	}
}

func TestLapse(t *testing.T) {
	g := gate.Gate{Ledger: grants{}.set(purpose.Performance, consent.Granted, "sendgrid")}
	l := pixel()
	if d := g.Decide(&l, begin.Add(time.Hour-1)); !d.Release {
		t.Errorf("before its end: %+v", d)
	}
	if d := g.Decide(&l, begin.Add(time.Hour)); d.Release || d.Why != gate.Lapsed {
		t.Errorf("at its end: %+v", d)
	}
}

func TestPicture(t *testing.T) {
	for name, c := range map[string]struct {
		change func(l *gate.Load)
		want   gate.Why
	}{
		"chosen":                  {nil, gate.PicturesOn},
		"not chosen":              {func(l *gate.Load) { l.Pictures = false }, gate.PicturesOff},
		"a spacer":                {func(l *gate.Load) { l.Kind = reference.Pixel }, gate.PicturesOn},
		"a spacer, not chosen":    {func(l *gate.Load) { l.Kind, l.Pictures = reference.Pixel, false }, gate.PicturesOff},
		"from nobody":             {func(l *gate.Load) { l.Sender.Authenticated = false }, gate.Nobody},
		"recipient not clear":     {func(l *gate.Load) { l.Clear = false }, gate.PicturesOn},
		"individual all the same": {func(l *gate.Load) { l.Judgement.Individualised = detect.Individual }, gate.Unasked},
		"an overall count":        {func(l *gate.Load) { l.Judgement.Verdict, l.Judgement.Exemption = detect.Exempt, "aggregate" }, gate.PicturesOn},
		"own host":                {func(l *gate.Load) { l.Level = gate.Own }, gate.PicturesOn},
		"own, but not its host":   {func(l *gate.Load) { l.Level, l.Host = gate.Own, "cdn.example.net" }, gate.NotOwn},
		"own, a shared suffix":    {func(l *gate.Load) { l.Level, l.Host, l.Sender.Domain = gate.Own, "a.github.io", "b.github.io" }, gate.NotOwn},
		"own, no host":            {func(l *gate.Load) { l.Level, l.Host = gate.Own, "" }, gate.NotOwn},
		"all":                     {func(l *gate.Load) { l.Level = gate.All }, gate.LevelAll},
	} {
		t.Run(name, func(t *testing.T) {
			l := picture()
			if c.change != nil {
				c.change(&l)
			}
			d := (&gate.Gate{Ledger: grants{}}).Decide(&l, begin)
			if d.Why != c.want || d.Release != (c.want == gate.PicturesOn) || d.Keep != d.Release {
				t.Errorf("got %+v", d)
			}
			checkReason(t, d)
		})
	}
}

func TestShownOnce(t *testing.T) {
	clean, suspected, tracker, nobody := picture(), picture(), picture(), picture()
	clean.Pictures, suspected.Pictures = false, false
	suspected.Judgement.Verdict = detect.Suspected
	tracker.Judgement = pixel().Judgement
	nobody.Sender = sender.Sender{}
	small := suspected
	small.Kind = reference.Pixel
	other := clean
	other.Message = "m2"
	nameless := clean
	nameless.Message = ""
	for name, c := range map[string]struct {
		load    gate.Load
		release bool
		keep    bool
	}{
		"a clean picture":      {clean, true, true},
		"a suspected picture":  {suspected, true, false},
		"mail from nobody":     {nobody, true, true},
		"a suspected pixel":    {small, false, false},
		"a tracker":            {tracker, false, false},
		"another message":      {other, false, false},
		"a message of no name": {nameless, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := new(gate.Permits)
			g := gate.Gate{Ledger: grants{}, Permits: p}
			p.Show("", begin)
			if d := g.Decide(&c.load, begin); d.Why == gate.ShownOnce {
				t.Fatal("shown without a permit")
			}
			p.Show("m1", begin)
			d := g.Decide(&c.load, begin.Add(gate.PermitTime-1))
			if d.Release != c.release || d.Keep != c.keep {
				t.Errorf("got %+v", d)
			}
			checkReason(t, d)
			for name, at := range map[string]time.Time{"after": begin.Add(gate.PermitTime), "before": begin.Add(-1)} {
				if d := g.Decide(&c.load, at); d.Why == gate.ShownOnce {
					t.Errorf("shown %s its time", name)
				}
			}
			p.End("m1")
			if d := g.Decide(&c.load, begin); d.Why == gate.ShownOnce {
				t.Error("shown after its end")
			}
		})
	}
}

func TestPermitsAreBounded(t *testing.T) {
	p := new(gate.Permits)
	for i := range 5000 {
		p.Show(string(rune('a'+i%26))+strings.Repeat("x", i), begin)
	}
	p.Show("one more", begin)
	if p.Permitted("one more", begin) {
		t.Error("there is no bound")
	}
	later := begin.Add(gate.PermitTime)
	p.Show("later", later)
	if !p.Permitted("later", later) {
		t.Error("permits that ended take up room")
	}
}

func TestPictures(t *testing.T) {
	for _, c := range []struct{ all, shown, chosen, want bool }{
		{false, false, false, false},
		{true, false, false, true},
		{true, false, true, false},
		{false, true, true, true},
	} {
		if got := gate.Pictures(c.all, c.shown, c.chosen); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// What is missing is named, all of it.
func TestReasonNamesPurposes(t *testing.T) {
	l := pixel()
	l.Judgement.Purposes = []purpose.ID{purpose.Performance, purpose.Profiling, "new"}
	d := (&gate.Gate{Ledger: grants{}}).Decide(&l, begin)
	const want = "Held: sendgrid would learn that you opened this mail, and you have not agreed to " +
		"“Measuring campaigns”, “Profiles for other uses” and “new”."
	if d.Reason != want {
		t.Errorf("got  %q\nwant %q", d.Reason, want)
	}
}

// One message may be told of, and no other, and not for longer.
func TestLetOnce(t *testing.T) {
	p := new(gate.Permits)
	g := gate.Gate{Ledger: grants{}.set(purpose.Performance, consent.Refused), Permits: p}
	p.Tell("m1", begin)
	nobody, all, other := pixel(), pixel(), pixel()
	nobody.Sender = sender.Sender{}
	all.Level, other.Message = gate.All, "m2"
	link := pixel()
	link.Kind = reference.Link
	for name, c := range map[string]struct {
		load gate.Load
		at   time.Time
		want bool
	}{
		"a tracker":           {pixel(), begin, true},
		"to the end":          {pixel(), begin.Add(gate.PermitTime - 1), true},
		"after it":            {pixel(), begin.Add(gate.PermitTime), false},
		"before it":           {pixel(), begin.Add(-1), false},
		"mail from nobody":    {nobody, begin, true},
		"another message":     {other, begin, false},
		"level all":           {all, begin, false},
		"a link is no load":   {link, begin, false},
		"its pictures, alike": {picture(), begin, true},
	} {
		d := g.Decide(&c.load, c.at)
		if d.Release != c.want {
			t.Errorf("%s: %+v", name, d)
		}
		checkReason(t, d)
	}
	p.End("m1")
	l := pixel()
	if d := g.Decide(&l, begin); d.Release {
		t.Errorf("after its end: %+v", d)
	}
}

// What was said of one address of a domain stands before what was said of all.
func TestOneAddress(t *testing.T) {
	said := func(sender string, d consent.Decision, vendors ...string) grants {
		return grants{sender + " anna@example.org performance": {Decision: d, Vendors: vendors}}
	}
	with := func(a, b grants) grants {
		for k, v := range b {
			a[k] = v
		}
		return a
	}
	const one, all = "news@shop.example", "shop.example"
	for name, c := range map[string]struct {
		ledger grants
		want   gate.Why
	}{
		"yes to the one":               {said(one, consent.Granted, "sendgrid"), gate.Consented},
		"yes to another":               {said("ads@shop.example", consent.Granted, "sendgrid"), gate.Unasked},
		"yes to all, no to the one":    {with(said(all, consent.Granted, "sendgrid"), said(one, consent.Refused)), gate.Refused},
		"yes to all, the one is back":  {with(said(all, consent.Granted, "sendgrid"), said(one, consent.Withdrawn)), gate.Withdrawn},
		"no to all, yes to the one":    {with(said(all, consent.Refused), said(one, consent.Granted, "sendgrid")), gate.Consented},
		"the one for another company":  {with(said(all, consent.Granted, "sendgrid"), said(one, consent.Granted, "x")), gate.Consented},
		"both for another company":     {with(said(all, consent.Granted, "x"), said(one, consent.Granted, "y")), gate.OtherVendor},
		"the one alone, for another":   {said(one, consent.Granted, "y"), gate.OtherVendor},
		"the one has ended, all hold":  {with(said(all, consent.Granted, "sendgrid"), said(one, consent.Lapsed)), gate.Consented},
		"the one cannot be read":       {with(said(all, consent.Granted, "sendgrid"), said(one, consent.Unreadable)), gate.Unreadable},
		"the one has ended, no to all": {with(said(all, consent.Refused), said(one, consent.Lapsed)), gate.Refused},
	} {
		l := pixel()
		l.Sender.Address = one
		g := gate.Gate{Ledger: c.ledger}
		if d := g.Decide(&l, begin); d.Why != c.want || d.Release != (c.want == gate.Consented) {
			t.Errorf("%s: %+v", name, d)
		}
	}
	for name, c := range map[string]struct {
		key, want string
	}{"a domain": {all, one}, "an address": {one, ""}, "an address and a list": {one + " list.example", ""}} {
		if got := gate.AddressKey(&sender.Sender{Key: c.key, Address: one, Domain: all}); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	g := gate.Gate{Ledger: grants{}.set(purpose.Performance, consent.Granted, "sendgrid"), Permits: new(gate.Permits)}
	l := pixel()
	b.ReportAllocs()
	for b.Loop() {
		if d := g.Decide(&l, begin); !d.Release {
			b.Fatal(d)
		}
	}
}

// A decision with a ledger of 100,000 records, on a load of three purposes.
func BenchmarkDecideAmongMany(b *testing.B) {
	m := new(memory)
	ledger, err := consent.Open(b.Context(), m)
	if err != nil {
		b.Fatal(err)
	}
	l := pixel()
	l.Sender.Address = "news@shop.example"
	l.Judgement.Purposes = []purpose.ID{purpose.Performance, purpose.Deliverability, purpose.Personalisation}
	for i := range 100_000 {
		r := consent.Record{
			Sender: fmt.Sprintf("shop%d.example", i), Recipient: l.Recipient, Purpose: purpose.Performance,
			Vendors: []string{"sendgrid"}, Decision: consent.Granted, When: begin, How: consent.Page,
		}
		if i < 3 {
			r.Sender, r.Purpose = l.Sender.Key, l.Judgement.Purposes[i]
		}
		if _, err := ledger.Append(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	g := gate.Gate{Ledger: ledger, Permits: new(gate.Permits)}
	b.ReportAllocs()
	for b.Loop() {
		if d := g.Decide(&l, begin); !d.Release {
			b.Fatal(d)
		}
	}
}
