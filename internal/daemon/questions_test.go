package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// Pixels of companies by how many purposes they serve.
const (
	onePurpose    = `<img src="http://brand.agle2.me/open?n=7f3a9c2e51" width="1" height="1" alt="">`
	threePurposes = `<img src="http://mail.brand.example/p/MTIzNDU2Nzg5MGZha2VUb2tlbg/open" width="1" height="1" alt="">`
	unknownVendor = `<img src="http://t.nobodyknows.example/o/9f8e7d6c5b4a39281706f5e4d3c2b1a0.gif" width="1" height="1" alt="">`
)

// asks returns the one question of a sender.
func (h *house) asks(sender string) api.Question {
	h.t.Helper()
	list, err := h.client.Ask(context.Background(), api.Ask{Sender: sender})
	if err != nil || len(list) != 1 {
		h.t.Fatalf("%d questions, %v", len(list), err)
	}
	return list[0]
}

// waiting returns who waits for an answer: "sender kind".
func (h *house) waiting(asked bool) []string {
	h.t.Helper()
	list, err := h.client.Questions(context.Background(), asked)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, w := range list {
		out = append(out, w.Sender+" "+w.Kind)
	}
	slices.Sort(out)
	return out
}

// A question is put of whom something was held, once, and not to those who were
// answered.
func TestQuestions(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel), mailFrom("rival.example", pixel), quiet("calm.example"),
		strings.ReplaceAll(mailFrom("forged.example", pixel), "=pass", "=fail"))
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	if got := h.waiting(true); got != nil {
		t.Errorf("before anything was held %q wait", got)
	}
	for _, i := range []int{0, 1, 3} {
		h.open(mails[i])
	}
	if got := h.waiting(false); !slices.Equal(got, []string{"rival.example first", "shop.example first"}) {
		t.Errorf("%q wait", got)
	}
	// Shown, and not answered: that is a no, and nobody asks again.
	if _, err := h.client.Ask(context.Background(), api.Ask{Sender: "shop.example", Shown: true}); err != nil {
		t.Fatal(err)
	}
	h.open(mails[0])
	h.restart()
	if got := h.waiting(false); !slices.Equal(got, []string{"rival.example first"}) {
		t.Errorf("%q wait", got)
	}
	if got := h.waiting(true); !slices.Equal(got, []string{"rival.example first", "shop.example first"}) {
		t.Errorf("%q wait, asked or not", got)
	}
	h.decide("refused", "rival.example")
	h.decide("granted", "shop.example")
	if got := h.waiting(true); got != nil {
		t.Errorf("both are answered, and %q wait", got)
	}
}

// A company with one purpose, one with three and one that nobody knows: each is
// let through when all that it is for was agreed to, and not before.
func TestPurposesOfVendors(t *testing.T) {
	for name, c := range map[string]struct {
		html     string
		purposes []string
		vendor   string
	}{
		"one purpose":    {onePurpose, []string{"performance"}, "agilecrm"},
		"three purposes": {threePurposes, []string{"performance", "deliverability", "personalisation"}, "acelle"},
		"not known":      {unknownVendor, []string{"performance"}, "host:t.nobodyknows.example"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, mailFrom("shop.example", c.html))
			h.start()
			mail := h.fetch(h.connect(anywhere), "INBOX")[0]
			q := h.asks("shop.example")
			var purposes []string
			for i, sw := range q.Switches {
				purposes = append(purposes, sw.Purpose)
				if sw.On || sw.Decision != "unasked" || len(sw.Needs) != len(c.purposes)-1 {
					t.Errorf("switch %+v", sw)
				}
				if p := q.Notice.Purposes[i]; string(p.ID) != sw.Purpose || !slices.Equal(p.Vendors, []string{c.vendor}) || p.Law == "" {
					t.Errorf("purpose %+v", p)
				}
			}
			if !slices.Equal(purposes, c.purposes) {
				t.Fatalf("purposes %q", purposes)
			}
			for i, p := range c.purposes {
				if asks := h.open(mail); asks != nil {
					t.Errorf("%d of %d are granted, and %q was asked", i, len(c.purposes), asks)
				}
				out, err := h.client.Answer(context.Background(), api.Answer{
					Sender: q.Sender, Address: q.Address, Notice: q.Notice.SHA256, Yes: []string{p}, How: "page",
				})
				if err != nil || len(out.Standings) != 1 {
					t.Fatalf("%+v, %v", out, err)
				}
				if left := len(c.purposes) - 1 - i; len(out.Needs[p]) != left {
					t.Errorf("%s needs %q, and %d are left", p, out.Needs[p], left)
				}
			}
			if asks := h.open(mail); len(asks) != 1 {
				t.Errorf("all is granted, and %q was asked", asks)
			}
		})
	}
}

// fromAddress is a mail from one address, vouched for.
func fromAddress(address, html string) string {
	_, domain, _ := strings.Cut(address, "@")
	return strings.Replace(mailFrom(domain, html), "News <news@"+domain+">", "<"+address+">", 1)
}

// On a shared domain a yes to one writer is none to another.
func TestTwoOfGmail(t *testing.T) {
	h := newHouse(t, fromAddress("ann@gmail.com", pixel), fromAddress("bob@gmail.com", pixel))
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	h.decide("granted", "ann@gmail.com")
	if asks := h.open(mails[0]); len(asks) != 1 {
		t.Errorf("ann may know, and %q was asked", asks)
	}
	if asks := h.open(mails[1]); asks != nil {
		t.Errorf("bob may not know, and %q was asked", asks)
	}
	if q := h.asks("ann@gmail.com"); len(q.Addresses) > 0 {
		t.Errorf("there is a choice of addresses: %q", q.Addresses)
	}
	var e *api.Error
	if _, err := say(context.Background(), h.client, api.Decision{Decision: "granted", Sender: "gmail.com", All: true}); !errors.As(err, &e) {
		t.Errorf("all of gmail.com: %v", err)
	}
}

// Where a domain is one organisation's the reader may choose one address of it.
// What was said of the address stands before what was said of the domain.
func TestOneAddress(t *testing.T) {
	h := newHouse(t, fromAddress("news@shop.example", pixel), fromAddress("ads@shop.example", pixel))
	h.settings.Openings = "each"
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	if q := h.asks("shop.example"); len(q.Addresses) != 2 {
		t.Errorf("addresses %q", q.Addresses)
	}
	do := func(decision, sender string, one bool) {
		t.Helper()
		_, err := say(context.Background(), h.client, api.Decision{Decision: decision, Sender: sender, All: true, OneAddress: one})
		if err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, news, ads int) {
		t.Helper()
		if a, b := len(h.open(mails[0])), len(h.open(mails[1])); a != news || b != ads {
			t.Errorf("%s: %d and %d were asked", what, a, b)
		}
	}
	do("granted", "news@shop.example", true)
	check("one address", 1, 0)
	do("granted", "shop.example", false)
	check("the domain, too", 1, 1)
	do("refused", "ads@shop.example", true)
	check("but not this one", 1, 0)
	do("refused", "shop.example", false)
	check("nobody of it", 0, 0)
	do("granted", "shop.example", false)
	check("a no to one address stays", 0, 0)
}

// A yes needs the notice that is true now. One to another changes nothing.
func TestNoticeIsWhatWasShown(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", onePurpose))
	h.start()
	a := h.connect(anywhere)
	h.fetch(a, "INBOX")
	q := h.asks("shop.example")
	answer := api.Answer{Sender: q.Sender, Address: q.Address, Notice: q.Notice.SHA256, All: "yes"}
	h.deliver(mailFrom("shop.example", unknownVendor))
	mails := h.fetch(a, "INBOX")
	var e *api.Error
	if _, err := h.client.Answer(context.Background(), answer); !errors.As(err, &e) || e.Code != api.CodeConflict || !strings.Contains(e.Text, "not what you were shown") {
		t.Errorf("an old notice: %v", err)
	}
	answer.Notice = ""
	if _, err := h.client.Answer(context.Background(), answer); !errors.As(err, &e) || e.Code != api.CodeConflict {
		t.Errorf("no notice: %v", err)
	}
	if v, err := h.client.Verify(context.Background()); err != nil || v.Records != 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	fresh := h.asks("shop.example")
	if fresh.Notice.SHA256 == q.Notice.SHA256 || !strings.Contains(fresh.Notice.Text(), "t.nobodyknows.example") {
		t.Errorf("the notice does not name who is new:\n%s", fresh.Notice.Text())
	}
	answer.Notice, answer.How = fresh.Notice.SHA256, "window"
	if _, err := h.client.Answer(context.Background(), answer); err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if asks := h.open(m); len(asks) != 1 {
			t.Errorf("asked %q", asks)
		}
	}
	hist, err := h.client.History(context.Background(), "shop.example")
	if err != nil || len(hist.Records) != 1 {
		t.Fatalf("%+v, %v", hist, err)
	}
	r := hist.Records[0]
	if r.Notice != fresh.Notice.Text() || r.NoticeSHA256 != fresh.Notice.SHA256 || r.NoticeLanguage != "en" ||
		r.NoticeEdition != fresh.Notice.Edition || r.How != "window" || r.From != "news@shop.example" || r.Authenticated != "dmarc" ||
		r.Scope != "all" || len(r.Evidence) != 2 {
		t.Errorf("record %+v", r)
	}
	if days := time.Until(*r.Until).Hours() / 24; days < 182.9 || days > 183.1 {
		t.Errorf("it lapses in %.1f days", days)
	}
}

// Somebody new since a yes is held and asked about anew, as are a yes that ended
// and a no of long ago.
func TestAskedAnew(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", onePurpose))
	h.start()
	a := h.connect(anywhere)
	h.fetch(a, "INBOX")
	h.decide("granted", "shop.example")
	h.deliver(mailFrom("shop.example", unknownVendor))
	h.deliver(mailFrom("rival.example", onePurpose))
	h.deliver(mailFrom("old.example", onePurpose))
	mails := h.fetch(a, "INBOX")
	soon := time.Now().Add(300 * time.Millisecond)
	if _, err := say(t.Context(), h.client, api.Decision{Decision: "granted", Sender: "rival.example", All: true, Until: &soon}); err != nil {
		t.Fatal(err)
	}
	ago := time.Now().AddDate(0, -7, 0).UTC()
	line := fmt.Sprintf(`{"@type":"unseen:Ledger","unseen:statement":"x","@graph":[{"@type":["unseen:ReleasePermission"],`+
		`"dpv:hasDataSubject":{"unseen:key":%q},"dpv:hasDataController":{"unseen:key":"old.example"},"dpv:hasPurpose":"unseen:performance",`+
		`"unseen:decision":"refused","dct:created":%q,"dct:valid":%q}]}`, reader, ago.Format(time.RFC3339), ago.AddDate(0, 6, 0).Format(time.RFC3339))
	if in, err := h.client.Import(t.Context(), strings.NewReader(line), "jsonld"); err != nil || in.Added != 1 {
		t.Fatalf("%+v, %v", in, err)
	}
	time.Sleep(time.Until(soon) + 10*time.Millisecond)
	for i, want := range []int{1, 0, 0, 0} {
		if asks := h.open(mails[i]); len(asks) != want {
			t.Errorf("mail %d: %q was asked", i, asks)
		}
	}
	if got := h.waiting(false); !slices.Equal(got, []string{"old.example again", "rival.example lapsed", "shop.example new-vendor"}) {
		t.Errorf("%q wait", got)
	}
	if q := h.asks("shop.example"); !slices.Equal(q.Switches[0].New, []string{"host:t.nobodyknows.example"}) || q.Switches[0].On {
		t.Errorf("switch %+v", q.Switches[0])
	}
	h.decide("refused", "old.example")
	if got := h.waiting(true); slices.Contains(got, "old.example again") {
		t.Errorf("%q wait", got)
	}
}

// One answer holds yes and no, and a no to what was granted takes it back.
func TestAnswerOneByOne(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", threePurposes))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	q := h.asks("shop.example")
	a := api.Answer{Sender: q.Sender, Address: q.Address, Notice: q.Notice.SHA256, How: "page",
		Yes: []string{"performance", "deliverability"}, No: []string{"personalisation"}}
	out, err := h.client.Answer(t.Context(), a)
	if err != nil || len(out.Standings) != 3 || len(out.Tell) != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	a.Yes, a.No = nil, []string{"performance"}
	out, err = h.client.Answer(t.Context(), a)
	if err != nil || len(out.Standings) != 1 || out.Standings[0].Decision != "withdrawn" || len(out.Tell) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if tell := out.Tell[0]; !strings.Contains(tell.Text, "has not been told") || !strings.Contains(tell.Letter.Text, "Acelle") ||
		!strings.Contains(tell.Letter.Text, "Measuring campaigns") || strings.Contains(tell.Letter.Text, "Personalised") {
		t.Errorf("%+v", tell)
	}
	for name, bad := range map[string]api.Answer{
		"nothing":       {Sender: "shop.example"},
		"both":          {Sender: "shop.example", Yes: []string{"click"}, No: []string{"click"}},
		"no purpose":    {Sender: "shop.example", No: []string{"love"}},
		"all and one":   {Sender: "shop.example", All: "no", No: []string{"click"}},
		"no such face":  {Sender: "shop.example", All: "no", How: "dream"},
		"an imported":   {Sender: "shop.example", All: "no", How: "import"},
		"all of what":   {Sender: "shop.example", All: "perhaps"},
		"not vouched":   {Sender: "nobody.example", All: "yes"},
		"not addressed": {Sender: "shop.example", Address: "bob@mail.example", All: "yes", Notice: q.Notice.SHA256},
	} {
		if _, err := h.client.Answer(t.Context(), bad); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// A mail whose links lead elsewhere advertises for somebody else; a digest, whose
// links lead everywhere, does not.
func TestAdvertiserIsNamed(t *testing.T) {
	links := func(hosts ...string) string {
		var b strings.Builder
		for i, host := range hosts {
			fmt.Fprintf(&b, `<p><a href="https://%s/winter/coats-%c.html">Coats</a></p>`, host, 'a'+i)
		}
		return b.String() + onePurpose
	}
	const brand = "www.brand.example"
	h := newHouse(t, mailFrom("list.example", links(brand, brand, brand, brand, "www.list.example")),
		mailFrom("shop.example", links("www.shop.example", "www.shop.example", brand, brand, brand)),
		mailFrom("digest.example", links("a.example", "b.example", "c.example", "d.example", "e.example")),
		mailFrom("short.example", links(brand, brand)))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	for sender, want := range map[string]string{
		"list.example": "brand.example", "shop.example": "", "digest.example": "", "short.example": "",
	} {
		if got := h.asks(sender).Notice.Sender.Advertiser; got != want {
			t.Errorf("%s advertises for %q, want %q", sender, got, want)
		}
	}
}

// The notice cites the law of the reader's country and speaks their language;
// each language has a hash of its own, and a yes is to the one that was shown.
func TestNoticeOfACountry(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", onePurpose))
	h.settings.Jurisdiction, h.settings.LapseDays = "FR", 30
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	list, err := h.client.Ask(t.Context(), api.Ask{Sender: "shop.example", Language: "fr-BE"})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	french, english := list[0].Notice, h.asks("shop.example").Notice
	if french.Language != "fr" || french.Law.Authority != "CNIL" || french.SHA256 == english.SHA256 || !strings.Contains(english.Text(), "CNIL") ||
		!strings.Contains(english.Lasts, "30 days") {
		t.Errorf("%+v\n%s", french, english.Text())
	}
	a := api.Answer{Sender: "shop.example", Notice: french.SHA256, All: "yes", How: "page"}
	var e *api.Error
	if _, err := h.client.Answer(t.Context(), a); !errors.As(err, &e) || e.Code != api.CodeConflict {
		t.Errorf("the notice of another language: %v", err)
	}
	a.Language = "fr"
	if _, err := h.client.Answer(t.Context(), a); err != nil {
		t.Error(err)
	}
	hist, err := h.client.History(t.Context(), "shop.example")
	if err != nil || len(hist.Records) != 1 || hist.Records[0].NoticeLanguage != "fr" || hist.Records[0].Notice != french.Text() {
		t.Errorf("%+v, %v", hist, err)
	}
}
