package gate_test

import (
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
		"“Measuring campaigns”, “Profiles for other uses” and new."
	if d.Reason != want {
		t.Errorf("got  %q\nwant %q", d.Reason, want)
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
