package gate_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// memory is a storage of the ledger.
type memory struct {
	rows []consent.StoredRow
	head consent.Head
}

func (m *memory) AppendRow(_ context.Context, row consent.Row, key consent.Key, _ []uint64) error {
	m.rows = append(m.rows, consent.StoredRow{Row: row, Key: &key})
	m.head = consent.Head{Seq: row.Seq, Hash: row.Hash}
	return nil
}

func (m *memory) Rows(context.Context) iter.Seq2[consent.StoredRow, error] {
	return func(yield func(consent.StoredRow, error) bool) {
		for _, r := range m.rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (m *memory) Head(context.Context) (consent.Head, error) { return m.head, nil }

var (
	keys = []string{"ann@gmail.com", "bob@gmail.com", "shop.example"}
	// recorded are what decisions are kept under: keys, and addresses of a domain.
	recorded   = append([]string{"news@shop.example", "ads@shop.example"}, keys...)
	recipients = []string{"anna@example.org", "anna@example.net"}
	purposes   = []purpose.ID{purpose.Performance, purpose.Profiling, purpose.Authentication}
	vendors    = []string{"sendgrid", "mailchimp", "host:t.example"}
)

func drawLoad(t *rapid.T) *gate.Load {
	l := &gate.Load{
		Kind:    rapid.SampledFrom([]reference.Kind{reference.Pixel, reference.Image, reference.Image, reference.Resource, reference.Link}).Draw(t, "kind"),
		Host:    rapid.SampledFrom([]string{"t.example", "img.shop.example"}).Draw(t, "host"),
		Message: rapid.SampledFrom([]string{"", "m1", "m2"}).Draw(t, "message"),
		Sender: sender.Sender{
			Key: rapid.SampledFrom(append(keys, "")).Draw(t, "sender"), Domain: "shop.example",
			Address:       rapid.SampledFrom([]string{"news@shop.example", "ads@shop.example"}).Draw(t, "from"),
			Authenticated: rapid.IntRange(0, 3).Draw(t, "authenticated") > 0,
		},
		Recipient: rapid.SampledFrom(append(recipients, "")).Draw(t, "recipient"),
		Clear:     rapid.IntRange(0, 3).Draw(t, "clear") > 0,
		Pictures:  rapid.Bool().Draw(t, "pictures"),
		Level:     rapid.SampledFrom([]gate.Level{"", gate.Standard, gate.Own, gate.All}).Draw(t, "level"),
	}
	l.Judgement = detect.Judgement{
		Verdict:        rapid.SampledFrom([]detect.Verdict{detect.Tracker, detect.Suspected, detect.Exempt, detect.Clean, ""}).Draw(t, "verdict"),
		Individualised: rapid.SampledFrom([]string{detect.Individual, detect.NotIndividual, detect.Unknown}).Draw(t, "individualised"),
		Vendor:         rapid.SampledFrom([]string{"sendgrid", "mailchimp", ""}).Draw(t, "vendor"),
		Purposes:       rapid.SliceOfNDistinct(rapid.SampledFrom(purposes), 0, 3, rapid.ID).Draw(t, "purposes"),
		Exemption:      rapid.SampledFrom([]string{"", "aggregate", "authentication"}).Draw(t, "exemption"),
	}
	return l
}

// allowed is what the law of the house says, by going through all records.
func allowed(history []consent.Record, l *gate.Load, now time.Time) bool {
	if !l.Sender.Authenticated || !l.Clear || l.Sender.Key == "" || l.Recipient == "" {
		return false
	}
	vendor := l.Judgement.Vendor
	if vendor == "" {
		vendor = "host:" + l.Host
	}
	wanted := l.Judgement.Purposes
	switch {
	case len(wanted) > 0:
	case l.Judgement.Verdict == detect.Exempt && l.Judgement.Exemption != "":
		wanted = []purpose.ID{purpose.ID(l.Judgement.Exemption)}
	default:
		wanted = []purpose.ID{purpose.Performance}
	}
	for _, p := range wanted {
		if !granted(history, l, p, vendor, now) {
			return false
		}
	}
	return true
}

// granted says whether one purpose is granted: by the last word on the sender's
// own address, or on its domain unless that word is a no.
func granted(history []consent.Record, l *gate.Load, p purpose.ID, vendor string, now time.Time) bool {
	last := func(key string) (yes, no bool) {
		for _, r := range history {
			if r.Sender == key && r.Recipient == l.Recipient && r.Purpose == p {
				no = r.Decision != consent.Granted
				yes = !no && slices.Contains(r.Vendors, vendor) && (r.Until.IsZero() || now.Before(r.Until))
			}
		}
		return yes, no
	}
	if strings.Contains(l.Sender.Key, "@") {
		yes, _ := last(l.Sender.Key)
		return yes
	}
	one, never := last(l.Sender.Address)
	all, _ := last(l.Sender.Key)
	return one || all && !never
}

// fault says what is wrong with a decision, "" if nothing.
func fault(l *gate.Load, d *gate.Decision, once, told, allowed bool) string {
	j := &l.Judgement
	harmless := j.Individualised != detect.Individual &&
		(j.Verdict == detect.Clean || j.Verdict == detect.Exempt && j.Exemption == "aggregate")
	shown := told || once && (harmless || j.Verdict == detect.Suspected && l.Kind == reference.Image)
	switch {
	case !d.Release && (d.Keep || d.Consented):
		return "held and kept"
	case !d.Release:
		return ""
	case l.Level == gate.All:
		return "released at level all"
	case l.Kind != reference.Pixel && l.Kind != reference.Image:
		return "released although it is no picture"
	case d.Keep && !harmless:
		return "kept although it is individual"
	case !l.Sender.Authenticated && !shown:
		return "released for nobody"
	case !harmless && !shown && !allowed:
		return "released without consent"
	case harmless && !shown && !l.Pictures:
		return "a picture that nobody chose to see"
	}
	return ""
}

// No load that is held to be a tracker, or suspected, is ever released without
// a grant that stands for each of its purposes and its vendor, an authenticated
// sender and a clear recipient; but for a message of which the reader let the
// sender know once, and for suspected pictures that are shown once. Nothing else
// of mail from nobody is released either.
func TestNothingIsReleasedWithoutConsent(t *testing.T) {
	released, consented := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		ledger, err := consent.Open(t.Context(), new(memory))
		if err != nil {
			rt.Fatal(err)
		}
		g := gate.Gate{Ledger: ledger, Permits: new(gate.Permits)}
		var history []consent.Record
		permits, tells := map[string]time.Time{}, map[string]time.Time{}
		now := begin
		rt.Repeat(map[string]func(*rapid.T){
			"decide": func(rt *rapid.T) {
				r := consent.Record{
					Sender:    rapid.SampledFrom(recorded).Draw(rt, "sender"),
					Recipient: rapid.SampledFrom(recipients).Draw(rt, "recipient"),
					Purpose:   rapid.SampledFrom(purposes).Draw(rt, "purpose"),
					Vendors:   rapid.SliceOfNDistinct(rapid.SampledFrom(vendors), 1, 3, rapid.ID).Draw(rt, "vendors"),
					Decision: rapid.SampledFrom([]consent.Decision{
						consent.Granted, consent.Granted, consent.Granted, consent.Refused, consent.Withdrawn}).Draw(rt, "decision"),
					When: now, How: consent.Page,
				}
				if rapid.Bool().Draw(rt, "ends") {
					r.Until = now.Add(24 * time.Hour)
				}
				if _, err := ledger.Append(t.Context(), r); err != nil {
					rt.Fatal(err)
				}
				history = append(history, r)
			},
			"show once": func(rt *rapid.T) {
				m := rapid.SampledFrom([]string{"m1", "m2"}).Draw(rt, "message")
				g.Permits.Show(m, now)
				permits[m] = now.Add(10 * time.Minute)
			},
			"tell once": func(rt *rapid.T) {
				m := rapid.SampledFrom([]string{"m1", "m2"}).Draw(rt, "message")
				g.Permits.Tell(m, now)
				permits[m], tells[m] = now.Add(10*time.Minute), now.Add(10*time.Minute)
			},
			"wait": func(rt *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 1000).Draw(rt, "minutes")) * time.Minute)
			},
			"": func(rt *rapid.T) {
				for range 5 {
					l := drawLoad(rt)
					d := g.Decide(l, now)
					if d.Release {
						released++
					}
					if d.Release && d.Consented {
						consented++
					}
					once := l.Message != "" && now.Before(permits[l.Message])
					told := l.Message != "" && now.Before(tells[l.Message])
					if wrong := fault(l, &d, once, told, allowed(history, l, now)); wrong != "" {
						rt.Fatalf("%s: %+v\n%+v", wrong, l, d)
					}
				}
			},
		})
	})
	t.Logf("%d loads released, %d of them trackers with consent", released, consented)
	if consented == 0 {
		t.Error("the test never saw a tracker released: it shows nothing")
	}
}

// The gate releases what it may: a grant that stands is not ignored.
func TestConsentReleases(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ledger, err := consent.Open(t.Context(), new(memory))
		if err != nil {
			rt.Fatal(err)
		}
		l := drawLoad(rt)
		l.Kind = rapid.SampledFrom([]reference.Kind{reference.Pixel, reference.Image}).Draw(rt, "shown kind")
		l.Sender.Key, l.Sender.Authenticated, l.Recipient, l.Clear = keys[0], true, recipients[0], true
		l.Level, l.Judgement.Verdict = gate.Standard, detect.Tracker
		for _, p := range gate.Purposes(&l.Judgement) {
			_, err := ledger.Append(t.Context(), consent.Record{
				Sender: keys[0], Recipient: recipients[0], Purpose: p, Decision: consent.Granted,
				Vendors: []string{gate.Vendor(&l.Judgement, l.Host)}, When: begin, How: consent.Tray,
			})
			if err != nil {
				rt.Fatal(err)
			}
		}
		g := gate.Gate{Ledger: ledger}
		if d := g.Decide(l, begin); !d.Release || !d.Consented || len(d.Missing) > 0 {
			rt.Fatalf("held: %+v", d)
		}
	})
}
