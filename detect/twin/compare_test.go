package twin_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/twin"
)

// A letter is a made-up mail.
type letter struct {
	to, delivered, from, subject, date, list, body string
}

const words = "Spring has come to our shop, and with it shoes, hats and coats in colours that nobody has seen before. " +
	"Come and try them on, bring a friend, and have a cup of coffee while you look around."

// raw writes the mail.
func (l letter) raw() []byte {
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	delivered := ""
	if l.delivered != "" {
		delivered = "Delivered-To: " + l.delivered + "\r\n"
	}
	return []byte(delivered + "From: " + or(l.from, "Shop <news@shop.example>") + "\r\nTo: " + or(l.to, "a@mail.example") + "\r\nSubject: " + or(l.subject, "Spring") +
		"\r\nDate: " + or(l.date, "Thu, 01 Jan 2026 10:00:00 +0000") + "\r\nList-Id: " + or(l.list, "<news.shop.example>") +
		"\r\nContent-Type: text/html\r\n\r\n<p>" + words + "</p>" + l.body)
}

// compare compares letters and fails the test if that cannot be done.
func compare(t testing.TB, letters ...letter) twin.Report {
	t.Helper()
	var copies []twin.Copy
	for _, l := range letters {
		copies = append(copies, twin.Copy{Raw: l.raw()})
	}
	r, err := twin.Compare(copies)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// one returns the result of the only reference.
func one(t testing.TB, urls ...string) twin.Reference {
	t.Helper()
	var letters []letter
	for i, u := range urls {
		letters = append(letters, letter{to: fmt.Sprintf("r%d@mail.example", i), body: `<img src="` + u + `">`})
	}
	r := compare(t, letters...)
	if len(r.References) == 0 {
		t.Fatal("nothing was found")
	}
	return r.References[0]
}

// TestOne checks single addresses in two to five copies.
func TestOne(t *testing.T) {
	for _, tt := range []struct {
		name string
		urls []string
		want twin.Result
	}{
		{"the same", []string{"https://x.example/a.png", "https://x.example/a.png"}, twin.Aggregate},
		{"a token", []string{"https://x.example/a.gif?u=7f3a9c2e51d84b06", "https://x.example/a.gif?u=1b06a1c2d3e4f506"}, twin.Individual},
		{"a number", []string{"https://x.example/a.gif?u=75521007", "https://x.example/a.gif?u=75521009"}, twin.Individual},
		{"a short number", []string{"https://x.example/a.gif?u=17", "https://x.example/a.gif?u=18"}, twin.Variant},
		{"short numbers of four", []string{"https://x.example/a.gif?u=17", "https://x.example/a.gif?u=18", "https://x.example/a.gif?u=22", "https://x.example/a.gif?u=31"}, twin.Individual},
		{"a word", []string{"https://x.example/red.png", "https://x.example/blue.png"}, twin.Variant},
		{"a group", []string{"https://x.example/a.png?v=7f3a9c2e51d84b06", "https://x.example/a.png?v=7f3a9c2e51d84b06", "https://x.example/a.png?v=1b06a1c2d3e4f506"}, twin.Variant},
		{"a time", []string{"https://x.example/a.gif?t=1767261600", "https://x.example/a.gif?t=1767261611"}, twin.Variant},
		{"a time in hexadecimal", []string{"https://x.example/a.gif?t=695644a0", "https://x.example/a.gif?t=695644a9"}, twin.Variant},
		{"a number like a time", []string{"https://x.example/a.gif?t=1267261600", "https://x.example/a.gif?t=1267261611"}, twin.Individual},
		{"their own address", []string{"https://x.example/a.gif?u=r0@mail.example", "https://x.example/a.gif?u=r1@mail.example"}, twin.Individual},
		{"another page", []string{"https://x.example/r?to=https%3A%2F%2Fy.example%2Fhats", "https://x.example/r?to=https%3A%2F%2Fy.example%2Fshoes"}, twin.Variant},
		{"a token in an address in it", []string{"https://x.example/r?to=https%3A%2F%2Fy.example%2F%3Fu%3D7f3a9c2e51d84b06", "https://x.example/r?to=https%3A%2F%2Fy.example%2F%3Fu%3D1b06a1c2d3e4f506"}, twin.Individual},
		{"nothing on the other side", []string{"https://x.example/a.gif?u=7f3a9c2e51d84b06", "https://y.example/hats"}, twin.Unaligned},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := one(t, tt.urls...); got.Result != tt.want || len(got.Reasons) == 0 {
				t.Errorf("%s: %v", got.Result, got.Reasons)
			}
		})
	}
}

// TestContent tells a token from content that another recipient got in its
// place.
func TestContent(t *testing.T) {
	link := func(url, text string) string { return `<a href="` + url + `">` + text + `</a>` }
	for _, tt := range []struct {
		name, a, b string
		want       twin.Result
	}{
		{"the same product", link("https://x.example/p/7552100?u=1", "Hat"), link("https://x.example/p/7552188?u=1", "Hat"), twin.Individual},
		{"another product", link("https://x.example/p/7552100?u=1", "Hat"), link("https://x.example/p/7552188?u=1", "Coat"), twin.Variant},
		{"a token under another text", link("https://x.example/u/7f3a9c2e51d84b06", "Anna, leave"), link("https://x.example/u/1b06a1c2d3e4f506", "Bert, leave"), twin.Individual},
		{"another picture", `<img src="https://x.example/7f3a9c2e51d84b06.png" alt="Hat">`, `<img src="https://x.example/1b06a1c2d3e4f506.png" alt="Coat">`, twin.Variant},
		{"a number that stands in two links", link("https://x.example/p/7552100?u=1", "Hat") + link("https://x.example/p/7552100?u=2", "Coat"),
			link("https://x.example/p/7552188?u=1", "Cap") + link("https://x.example/p/7552188?u=2", "Shoe"), twin.Individual},
		{"beside what all got", link("https://x.example/p/7552100", "Hat") + link("https://x.example/p/7552111", "Cap"),
			link("https://x.example/p/7552188", "Hat") + link("https://x.example/p/7552111", "Cap"), twin.Variant},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := compare(t, letter{to: "a@mail.example", body: tt.a}, letter{to: "b@mail.example", body: tt.b})
			if got := r.References[0]; got.Result != tt.want {
				t.Errorf("%s: %v", got.Result, got.Reasons)
			}
		})
	}
}

// TestByForm checks what is said of an address without a counterpart.
func TestByForm(t *testing.T) {
	body := func(person string, links int) string {
		var out string
		for i := range links {
			out += fmt.Sprintf(`<a href="https://t.example/c/%d/%s">x</a>`, 880011+i, person)
		}
		return out
	}
	r := compare(t, letter{to: "a@mail.example", body: body("7f3a9c2e51d8", 5)}, letter{to: "b@mail.example", body: body("1b06a1c2d3e4", 3)})
	if len(r.References) != 5 {
		t.Fatalf("%d references", len(r.References))
	}
	for i, ref := range r.References {
		if ref.Result != twin.Individual || (len(ref.Places) == 1) != (i >= 3) {
			t.Errorf("%d: %s in %d places: %v", i, ref.Result, len(ref.Places), ref.Reasons)
		}
	}
	if p := r.Proofs(); len(p) != 1 || p[0].Addresses != 3 || !slices.Equal(p[0].Slots, []int{1}) || p[0].Part != "path" {
		t.Errorf("%+v", p)
	}
	if why := r.References[4].Reasons[0]; !strings.Contains(why, "3 other addresses of this form") {
		t.Error(why)
	}
}

// TestMailingKey checks what leads to copies.
func TestMailingKey(t *testing.T) {
	key := func(l letter) string { return twin.MailingKey(message.Header(l.raw())) }
	same := key(letter{to: "a@mail.example", subject: "5 hats for you"})
	if same == "" || same != key(letter{to: "b@mail.example", subject: "7 hats for you", date: "Fri, 02 Jan 2026 10:00:00 +0000"}) {
		t.Error("copies have other keys")
	}
	for name, l := range map[string]letter{
		"another subject": {subject: "shoes"}, "another list": {subject: "5 hats for you", list: "<deals.shop.example>"}, "another sender": {subject: "5 hats for you", from: "x@other.example"},
	} {
		if key(l) == same {
			t.Errorf("%s has the same key", name)
		}
	}
	if twin.MailingKey(message.Header([]byte("Subject: x\r\n\r\n"))) != "" {
		t.Error("nobody has a key")
	}
}

// TestHeaders checks what the signs of a mailing are read from.
func TestHeaders(t *testing.T) {
	with := func(to, fields string) twin.Copy {
		return twin.Copy{Raw: append([]byte(fields), letter{to: to, list: "<x>"}.raw()...)}
	}
	for _, tt := range []struct{ name, a, b, sign string }{
		{"campaign", "Feedback-ID: c1:s:x\r\n", "Feedback-ID: c1:s:x\r\n", "the campaign is the same"},
		{"campaigns", "Feedback-ID: c1:s:x\r\n", "Feedback-ID: c2:s:x\r\n", "the campaigns differ"},
		{"lists", "List-Id: <a.x>\r\n", "List-Id: <b.x>\r\n", "the lists differ"},
		{"no date", "Date: x\r\n", "", "a copy has no date"},
	} {
		r, err := twin.Compare([]twin.Copy{with("a@mail.example", tt.a), with("b@mail.example", tt.b)})
		if err != nil && !errors.Is(err, twin.ErrOtherMailing) || !slices.Contains(r.Sameness.Signs, tt.sign) {
			t.Errorf("%s: %v %v", tt.name, r.Sameness.Signs, err)
		}
	}
}

// TestLaterProof checks which of two proofs of one form counts.
func TestLaterProof(t *testing.T) {
	early := twin.Proof{Sender: "s", Template: "x.example/{}", Result: twin.Individual, Slots: []int{0}, Recipients: 2, Date: "2026-01-01"}
	late := early
	late.Date, late.Result = "2026-02-01", twin.Aggregate
	more := late
	more.Recipients = 5
	for _, order := range [][]twin.Proof{{early, late, more}, {more, late, early}, {late, more, early}} {
		var b twin.Proofs
		b.Add(order...)
		if got := b.All(); len(got) != 1 || got[0].Recipients != 5 || !strings.Contains(got[0].Reason(), "2026-02-01") {
			t.Errorf("%+v", got)
		}
	}
	var none *twin.Proofs
	if _, ok := none.Find("s", "https://x.example/1", true); ok {
		t.Error("no proofs prove something")
	}
	var b twin.Proofs
	if err := b.UnmarshalJSON([]byte("{")); err == nil {
		t.Error("half a list is read")
	}
}

// TestParts checks whose each part of an address is said to be.
func TestParts(t *testing.T) {
	body := func(person string, day int) string {
		var out string
		for i := range 3 {
			out += fmt.Sprintf(`<a href="https://t.example/c/4477001/%d/%s?utm_medium=email&ts=%d">x</a>`, 880011+i, person, 1767261600+day)
		}
		return out
	}
	r := compare(t, letter{to: "a@mail.example", body: body("u7f3a9c2e51d8", 1)}, letter{to: "b@mail.example", body: body("u1b06a1c2d3e4", 2)})
	want := []twin.Class{twin.Mailing, twin.Link, twin.Person, twin.Fixed, twin.Time}
	if len(r.References) != 3 {
		t.Fatalf("%d references", len(r.References))
	}
	for i, p := range r.References[1].Parts {
		if p.Class != want[i] {
			t.Errorf("part %d is of the %s, want %s", i, p.Class, want[i])
		}
	}
	if p := r.References[0].Parts[2]; p.Values != 2 || r.References[0].Places[0].URL[p.Start:p.End] != "u7f3a9c2e51d8" {
		t.Errorf("%+v", p)
	}
}

// TestSameRecipientTwice tells what names a person from what names a delivery.
func TestSameRecipientTwice(t *testing.T) {
	body := func(person, delivery string) string {
		return `<img src="https://t.example/o.gif?p=` + person + `&d=` + delivery + `">`
	}
	a1, a2 := letter{to: "a@mail.example", body: body("7f3a9c2e51d8", "aa11bb22cc33")}, letter{to: "a@mail.example", body: body("7f3a9c2e51d8", "bb22cc33dd44")}
	b := letter{to: "b@mail.example", body: body("1b06a1c2d3e4", "cc33dd44ee55")}
	if _, err := twin.Compare([]twin.Copy{{Raw: a1.raw()}, {Raw: a2.raw()}}); !errors.Is(err, twin.ErrOneRecipient) {
		t.Errorf("one recipient: %v", err)
	}
	r := compare(t, a1, a2, b)
	if r.Recipients != 2 || r.Copies != 3 || len(r.References) != 1 || r.References[0].Result != twin.Individual {
		t.Fatalf("%+v", r)
	}
	if p := r.References[0].Parts; p[0].Class != twin.Person || p[1].Class != twin.Delivery {
		t.Errorf("%+v", p)
	}
}

// TestRefuses checks what is no mailing, and what still is one.
func TestRefuses(t *testing.T) {
	other := strings.Repeat("Lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor invidunt labore magna aliquyam ", 3)
	a := letter{to: "a@mail.example"}
	for _, tt := range []struct {
		name string
		b    letter
		sure string
	}{
		{"the same", letter{to: "b@mail.example"}, twin.Certain},
		{"another mailbox behind one address", letter{to: "a@mail.example", delivered: "x@mail.example"}, twin.Certain},
		{"a name in the subject", letter{to: "b@mail.example", subject: "Bob, Spring is here"}, twin.Likely},
		{"another sender", letter{to: "b@mail.example", from: "news@other.example"}, ""},
		{"another week", letter{to: "b@mail.example", date: "Thu, 15 Jan 2026 10:00:00 +0000"}, ""},
		{"another text", letter{to: "b@mail.example", body: "<p>" + other + "</p>", date: "Fri, 02 Jan 2026 10:00:00 +0000"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := twin.Compare([]twin.Copy{{Raw: a.raw()}, {Raw: tt.b.raw()}})
			if r.Sameness.Sure != tt.sure || (tt.sure == "") != errors.Is(err, twin.ErrOtherMailing) {
				t.Errorf("%q %v: %v", r.Sameness.Sure, r.Sameness.Signs, err)
			}
		})
	}
	if _, err := twin.Compare([]twin.Copy{{}}); !errors.Is(err, twin.ErrCopies) {
		t.Error(err)
	}
}

// TestProofs checks what carries over, and what does not.
func TestProofs(t *testing.T) {
	body := func(person string) string {
		return `<img src="https://t.example/o/` + person + `.gif"><img src="https://cdn.example/7f3a9c2e51d84b06/a.png"><img src="https://cdn.example/logo.png">` +
			`<a href="https://t.example/c/1/` + person + `">x</a>`
	}
	r := compare(t, letter{to: "a@mail.example", body: body("7f3a9c2e51d8")}, letter{to: "b@mail.example", body: body("1b06a1c2d3e4")})
	var book twin.Proofs
	book.Add(r.Proofs()...)
	text, err := json.Marshal(&book)
	if err != nil || strings.Contains(string(text), "7f3a9c2e51d8\"") || strings.Contains(string(text), "1b06") {
		t.Fatalf("%s %v", text, err)
	}
	var again twin.Proofs
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, sender, url string
		load              bool
		want              twin.Result
	}{
		{"the same form", "shop.example", "https://t.example/o/aa11bb22cc33.gif", true, twin.Individual},
		{"a link", "shop.example", "https://t.example/c/7/aa11bb22cc33", false, twin.Individual},
		{"a picture", "shop.example", "https://cdn.example/1b06a1c2d3e4f506/b.png", true, ""},
		{"a picture of the form", "shop.example", "https://cdn.example/1b06a1c2d3e4f506/a.png", true, twin.Aggregate},
		{"another sender", "other.example", "https://t.example/o/aa11bb22cc33.gif", true, ""},
		{"another kind", "shop.example", "https://t.example/o/aa11bb22cc33.gif", false, ""},
		{"nothing in it", "shop.example", "https://cdn.example/logo.png", true, ""},
	} {
		got, ok := again.Find(tt.sender, tt.url, tt.load)
		if ok != (tt.want != "") || ok && (got.Result != tt.want || got.Reason() == "" || got.Recipients != 2 || got.Date != "2026-01-01") {
			t.Errorf("%s: %+v %v", tt.name, got, ok)
		}
		if ok && !got.Covers(tt.sender, tt.url, tt.load) {
			t.Errorf("%s: found and not covered", tt.name)
		}
	}
	again.Forget("shop.example")
	if len(again.All()) != 0 {
		t.Error("something is not forgotten")
	}
}

func ExampleCompare() {
	mail := func(to, token string) twin.Copy {
		return twin.Copy{Raw: letter{to: to, body: `<img src="https://t.example/open.gif?id=` + token + `"><img src="https://cdn.example/logo.png">`}.raw()}
	}
	r, err := twin.Compare([]twin.Copy{mail("a@mail.example", "7f3a9c2e51d84b06"), mail("b@mail.example", "1b06a1c2d3e4f506")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Sameness.Sure)
	for _, ref := range r.References {
		fmt.Println(ref.Template, ref.Result, ref.Reasons[0])
	}
	// Output:
	// certain
	// t.example/open.gif?id={} individual It differs in each of 2 recipients' copies: 16 characters in its query.
	// cdn.example/logo.png aggregate Both recipients got the same address.
}

// FuzzCompare checks that no mail breaks the comparison and that places lie in
// the mail; a mail compared with itself for another is the same throughout.
func FuzzCompare(f *testing.F) {
	f.Add(letter{body: `<img src="https://t.example/o.gif?u=7f3a9c2e51d84b06">`}.raw(), letter{to: "b@x.example", body: `<img src="https://t.example/o.gif?u=1b06a1c2d3e4f506">`}.raw())
	f.Add([]byte("From: a@b.example\n\n"), []byte("\n"))
	f.Add([]byte("From: a@b.example\nContent-Type: text/html\n\n<a href=//x/%zz?&&=;=>"), []byte("<style><"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		copies := []twin.Copy{{Raw: a, Recipient: "a@mail.example"}, {Raw: b, Recipient: "b@mail.example"}}
		r, err := twin.Compare(copies)
		if err == nil {
			for _, ref := range r.References {
				for _, p := range ref.Places {
					if p.Offset < 0 || p.Length < 0 || p.Offset+p.Length > len(copies[p.Copy].Raw) {
						t.Fatalf("%+v", p)
					}
				}
				for _, p := range ref.Parts {
					if u := ref.Places[0].URL; p.Start < 0 || p.Start > p.End || p.End > len(u) {
						t.Fatalf("%+v in %q", p, u)
					}
				}
			}
			r.Proofs()
		}
		copies[1].Raw = a
		if r, err = twin.Compare(copies); err == nil {
			for _, ref := range r.References {
				if ref.Result != twin.Aggregate {
					t.Fatalf("%q is %s against itself", ref.Places[0].URL, ref.Result)
				}
			}
		}
	})
}
