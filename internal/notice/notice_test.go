package notice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// shop is a question of a sender with two companies.
func shop() *notice.Subject {
	return &notice.Subject{
		Key: "shop.example", From: "news@shop.example", How: "dmarc", Address: "anna@mail.example", Jurisdiction: "FR", Days: notice.HalfYear,
		Wants: []notice.Want{
			{Purpose: purpose.Performance, Vendors: []string{"host:t.shop.example", "sendgrid"}},
			{Purpose: purpose.Deliverability, Vendors: []string{"sendgrid"}},
			{Purpose: purpose.VendorOwn, Vendors: []string{"adnet"}},
		},
		Loads: []notice.Load{
			{Vendor: "host:t.shop.example", Purposes: []purpose.ID{purpose.Performance}},
			{Vendor: "sendgrid", Purposes: []purpose.ID{purpose.Performance, purpose.Deliverability}},
			{Vendor: "adnet", Purposes: []purpose.ID{purpose.VendorOwn, purpose.Performance, purpose.Deliverability}},
		},
		Vendors: []notice.Vendor{
			{ID: "adnet", Name: "AdNet", Trade: "adtech/identity"}, {ID: "host:t.shop.example", Name: "t.shop.example", Trade: notice.OwnTrade},
			{ID: "sendgrid", Name: "SendGrid", Trade: "esp"},
		},
	}
}

// A notice names who, whom, what for, by what law, for how long, and what the
// answer is not.
func TestText(t *testing.T) {
	n := notice.Compose(shop(), words.English())
	text := n.Text()
	for _, want := range []string{
		"May shop.example know when you open its mail to anna@mail.example?\n",
		"news@shop.example", "(DMARC)", "for mail read through Unseen on this computer",
		"Measuring campaigns (performance): ", "t.shop.example and SendGrid", "CNIL (art. 82",
		"Contested: ", "only together with: Measuring campaigns.\n",
		"SendGrid: sends mail for others; presumed to act for shop.example\n", "t.shop.example: the sender's own server",
		"AdNet: trades in advertising and identities", "for its own ends it answers together with shop.example",
		"after 6 months", "No answer is a no", "unseen:ReleasePermission", "kept on this computer",
		"not sent to shop.example", "not proof of consent under article 7(1) GDPR",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the notice does not say %q:\n%s", want, text)
		}
	}
	if n.SHA256 != notice.Hash(text) || len(n.SHA256) != 64 || !strings.Contains(n.Edition, "FR-2026-042") || n.Language != "en" {
		t.Errorf("hash %s, edition %q, language %q", n.SHA256, n.Edition, n.Language)
	}
	if strings.Contains(text, "[") || strings.Contains(text, "{") {
		t.Errorf("a parameter is missing:\n%s", text)
	}
}

// Each sentence of the text stands in a field, so that a face that lays it out
// says the same.
func TestFieldsAreTheText(t *testing.T) {
	for _, lang := range words.Languages() {
		n := notice.Compose(shop(), words.In(lang))
		text := n.Text()
		said := []string{n.Question, n.Sender.Sentence, n.Reach, n.Headings.Purposes, n.Headings.Vendors, n.Lasts, n.Back, n.Silence, n.Is, n.IsNot}
		for _, p := range n.Purposes {
			said = append(said, p.Title, p.Sentence, p.Learners, p.Law, p.NeedsSentence)
			if strings.Contains(text, p.More) || p.More == "" || len(p.Examples) == 0 {
				t.Errorf("%s: what is shown on demand stands in the text, or is missing: %s", lang, p.ID)
			}
		}
		for _, v := range n.Vendors {
			said = append(said, v.Name, v.Role)
		}
		for _, s := range said {
			if !strings.Contains(text, s) {
				t.Errorf("%s: the text lacks %q", lang, s)
			}
		}
	}
}

// How long a yes lasts is said as it was set.
func TestLasts(t *testing.T) {
	for name, c := range map[string]struct {
		days  int
		until time.Time
		want  string
	}{
		"half a year": {notice.HalfYear, time.Time{}, "after 6 months."},
		"one day":     {1, time.Time{}, "after 1 day."},
		"a month":     {30, time.Time{}, "after 30 days."},
		"for ever":    {0, time.Time{}, "until you take it back."},
		"a date":      {30, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), "at the end of 31 December 2026."},
	} {
		s := shop()
		s.Days, s.Until = c.days, c.until
		if n := notice.Compose(s, words.English()); !strings.HasSuffix(n.Lasts, c.want) {
			t.Errorf("%s: %q", name, n.Lasts)
		}
	}
}

// For one address of a domain, and for somebody whom nobody vouches for, the
// notice says so.
func TestReach(t *testing.T) {
	s := shop()
	s.OneAddress, s.Key, s.How = true, s.From, ""
	n := notice.Compose(s, words.English())
	if !strings.Contains(n.Reach, "from news@shop.example to") || !strings.Contains(n.Sender.Sentence, "Nobody vouches") {
		t.Errorf("%q %q", n.Reach, n.Sender.Sentence)
	}
}

// Where the mail advertises for somebody else, both are named, as presumed.
func TestAdvertiser(t *testing.T) {
	s := shop()
	s.Advertiser = "brand.example"
	text := notice.Compose(s, words.English())
	for _, want := range []string{
		"- shop.example: presumed to lend its list to brand.example", "- brand.example: presumed to have had the mail sent",
	} {
		if !strings.Contains(text.Text(), want) {
			t.Errorf("the notice does not say %q:\n%s", want, text.Text())
		}
	}
}

// What needs nothing lets something through by itself; what needs others lets
// something through with exactly them.
func TestNeeds(t *testing.T) {
	all := []purpose.ID{purpose.Performance, purpose.Deliverability, purpose.Profiling, purpose.Fraud}
	vendors := []string{"a", "b"}
	rapid.Check(t, func(rt *rapid.T) {
		var loads []notice.Load
		for range rapid.IntRange(1, 5).Draw(rt, "loads") {
			loads = append(loads, notice.Load{
				Vendor:   rapid.SampledFrom(vendors).Draw(rt, "vendor"),
				Purposes: rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, 4, rapid.ID).Draw(rt, "purposes"),
			})
		}
		given := rapid.SliceOfDistinct(rapid.SampledFrom(all), rapid.ID).Draw(rt, "granted")
		granted := func(_ string, id purpose.ID) bool { return slices.Contains(given, id) }
		id := rapid.SampledFrom(all).Draw(rt, "id")
		with := append(notice.Needs(loads, id, granted), id)
		asked, through := false, false
		for _, l := range loads {
			asked = asked || slices.Contains(l.Purposes, id)
			through = through || slices.Contains(l.Purposes, id) && !slices.ContainsFunc(l.Purposes, func(p purpose.ID) bool {
				return !slices.Contains(with, p) && !slices.Contains(given, p)
			})
		}
		if asked != through {
			rt.Fatalf("%s with %q of %v: asked for %v, let through %v", id, with, loads, asked, through)
		}
	})
}

// The same subject has the same text, and whatever a stranger named themselves
// stays on its line.
func TestSameText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := shop()
		s.From = rapid.String().Draw(rt, "from")
		s.Vendors[0].Name = rapid.String().Draw(rt, "name")
		lang := words.In(rapid.SampledFrom(words.Languages()).Draw(rt, "language"))
		n, again := notice.Compose(s, lang), notice.Compose(s, lang)
		if n.Text() != again.Text() || n.SHA256 != again.SHA256 {
			rt.Fatal("two texts of one subject")
		}
		plain := notice.Compose(shop(), lang)
		if got, want := strings.Count(n.Text(), "\n"), strings.Count(plain.Text(), "\n"); got != want {
			rt.Fatalf("%d lines for %d:\n%s", got, want, n.Text())
		}
		if strings.ContainsAny(n.Text(), "\r\x1b") {
			rt.Fatalf("%q", n.Text())
		}
	})
}

func TestLetter(t *testing.T) {
	day := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	for _, lang := range words.Languages() {
		l := notice.ComposeLetter(shop(), day, words.In(lang))
		for _, want := range []string{"shop.example", "anna@mail.example", "SendGrid", "7", "21", words.In(lang).Date(day), purpose.Performance.Text(lang).Title} {
			if !strings.Contains(l.Text, want) {
				t.Errorf("%s: the letter does not say %q:\n%s", lang, want, l.Text)
			}
		}
		if !strings.Contains(l.Subject, "anna@mail.example") || strings.Contains(l.Text, "%purposes%") || strings.Contains(l.Text, "[") {
			t.Errorf("%s: %+v", lang, l)
		}
	}
	// Without a word on what for, it is about all.
	l := notice.ComposeLetter(&notice.Subject{Key: "shop.example", Address: "a@b.example"}, day, words.English())
	if !strings.Contains(l.Text, purpose.Profiling.Text("en").Title) {
		t.Errorf("the letter is:\n%s", l.Text)
	}
}

func ExampleCompose() {
	n := notice.Compose(&notice.Subject{
		Key: "shop.example", From: "news@shop.example", How: "dmarc", Address: "anna@mail.example", Days: notice.HalfYear,
	}, words.English())
	fmt.Println(n.Question)
	fmt.Println(n.Lasts)
	// Output:
	// May shop.example know when you open its mail to anna@mail.example?
	// A yes ends by itself after 6 months.
}
