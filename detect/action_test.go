package detect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A link of a vendor's that leads nowhere without being asked.
const sealedLink = "https://mail.brand.example/ls/click?upn=u001.fakeTokenForTests0001"

func TestLinkAction(t *testing.T) {
	const wrapped = "https://www.google.com/url?q=https%3A%2F%2Fshop.example%2Fsale%3Futm_source%3Dnews&sa=D"
	j := newJudge(t)
	for _, tt := range []struct {
		name, url, text string
		facts           detect.Facts
		action, leadsTo string
	}{
		{name: "sealed", url: sealedLink, text: "See the sale", action: detect.ActionGate},
		{name: "text shows an address", url: sealedLink, text: "https://shop.example/sale", action: detect.ActionLeave},
		{name: "text shows a host", url: sealedLink, text: "Go to shop.example.com now", action: detect.ActionLeave},
		{name: "a mail for a login", url: sealedLink, text: "See the sale", facts: detect.Facts{Authentication: true}, action: detect.ActionLeave},
		{name: "for a choice", url: sealedLink, text: "Unsubscribe", action: detect.ActionLeave},
		{name: "for a login", url: sealedLink, text: "Reset your password", action: detect.ActionLeave},
		{name: "named in the header", url: sealedLink, text: "Here", facts: detect.Facts{Choices: exempt.Listed([]string{"<" + sealedLink + ">"})}, action: detect.ActionLeave},
		{name: "beside a choice", url: sealedLink, text: "Update this", facts: detect.Facts{Beside: true}, action: detect.ActionLeave},
		{name: "plain", url: "https://shop.example/sale", text: "See the sale", action: detect.ActionLeave},
		{name: "campaign only", url: "https://shop.example/sale?utm_source=news", text: "See the sale", action: detect.ActionLeave},
		{name: "in doubt", url: "https://shop.example/u/aSfkLwI7v", text: "See the sale", action: detect.ActionLeave},
		{name: "a parameter that names the reader", url: "https://shop.example/sale?id=4&mc_eid=0d3ca036d3", text: "See the sale", action: detect.ActionUnwrap, leadsTo: "https://shop.example/sale?id=4"},
		{name: "no link", url: wrapped, text: "", action: detect.ActionLeave},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ref := link(tt.url)
			if tt.name == "no link" {
				ref.Kind = reference.Image
			}
			tt.facts.Words.Text = tt.text
			got := j.Link(ref, j.Judge(ref, tt.facts), tt.facts)
			if got.Action != tt.action || got.Destination != tt.leadsTo {
				t.Errorf("%+v of %+v", got, j.Judge(ref, tt.facts))
			}
		})
	}
}

// A newsletter that says "password reset" frees the link that stands by those
// words, no other link and no load.
func TestPasswordReset(t *testing.T) {
	body := `<p>Lost it? <a href="` + sealedLink + `a">Reset your password</a></p>` +
		`<img src="` + pixel + `" width=1 height=1>` +
		strings.Repeat(`<p><a href="`+sealedLink+`b">See the sale</a></p>`, 12)
	r := detect.Scan(mail(body, "Subject: Our news", "Content-Type: text/html"), newJudge(t), detect.ScanOptions{})
	if len(r.Findings) != 14 {
		t.Fatalf("%d findings", len(r.Findings))
	}
	for i, f := range r.Findings {
		verdict, action := detect.Tracker, detect.ActionGate
		switch i {
		case 0:
			verdict, action = detect.Exempt, detect.ActionLeave
		case 1:
			action = detect.ActionHold
		}
		if f.Verdict != verdict || f.Action != action {
			t.Errorf("%d: %s, %s: %v", i, f.Verdict, f.Action, f.Reasons)
		}
	}
	// A mail that is there for nothing else: its links are followed, not gated.
	for _, f := range detect.Scan(mail(`<a href="`+sealedLink+`">Here</a><img src="`+pixel+`">`, "Subject: Reset your password", "Content-Type: text/html"), newJudge(t), detect.ScanOptions{}).Findings {
		if want := map[bool]string{true: detect.ActionHold, false: detect.ActionLeave}[f.Kind.Load()]; f.Action != want {
			t.Errorf("%s: %s", f.Kind, f.Action)
		}
	}
}

// What stands beside a choice is left with it.
func TestBeside(t *testing.T) {
	link := func(text string) string { return `<p>text</p><a href="` + sealedLink + text + `">` + text + `</a>` }
	body := link("One") + link("Two") + link("Three") + link("Qwert") + link("Unsubscribe") + link("Asdfg") + `<img src="` + pixel + `">` + link("Yxcvb") + link("Last")
	var got []string
	for _, f := range detect.Scan(mail(body, "Subject: Our news", "Content-Type: text/html"), newJudge(t), detect.ScanOptions{All: true}).Findings {
		got = append(got, f.Action)
	}
	want := []string{"gate", "gate", "leave", "leave", "leave", "leave", "hold", "leave", "gate"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// All links of a text are planned as each by itself is in a scan.
func TestAllLinks(t *testing.T) {
	j := newJudge(t)
	refs := []reference.Reference{link(sealedLink + "a"), link("https://shop.example/sale"), load(pixel, reference.Pixel), link(sealedLink + "b"), link(sealedLink + "c")}
	words := []exempt.Words{{Text: "See it"}, {Text: "Sale"}, {}, {Text: "Unsubscribe"}, {Text: "Asdfg"}}
	var got []string
	for _, p := range j.Links(refs, words, detect.Facts{}) {
		got = append(got, p.Action)
	}
	// The first is two links before the choice.
	if want := []string{"leave", "leave", "leave", "leave", "leave"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got := j.Links(refs[:1], words[:1], detect.Facts{}); got[0].Action != detect.ActionGate {
		t.Errorf("%+v", got)
	}
}
