package detect_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/detect/twin"
)

// A memory is what a test says was seen before.
type memory struct {
	proofs  twin.Proofs
	history template.History
}

func (m *memory) Proof(url string, load bool) (twin.Proof, bool) {
	return m.proofs.Find("shop.example", url, load)
}

func (m *memory) Learned(url string) (template.Learned, bool) {
	return m.history.Look("shop.example", url)
}

// see lets the memory see an address in mails to somebody.
func (m *memory) see(who string, mails int, url func(mail int) string) {
	for i := range mails {
		m.history.Observe(template.Mail{Sender: "shop.example", ID: fmt.Sprint(who, i), Recipient: who, Date: time.Unix(int64(i)*86400, 0)}, []string{url(i)})
	}
}

// A rememberedCase is one row of [TestRemembered].
type rememberedCase struct {
	name, url string
	kind      reference.Kind
	fill      func(*memory)
	verdict   detect.Verdict
	certainty detect.Certainty
	code      string
}

// rememberedCases are references, and what other mail showed of them.
func rememberedCases() []rememberedCase {
	const picture = "https://img.shop.example/media/hero-7f3a9c2e51d84b06.jpg"
	const counted = "https://t.shop.example/o/7f3a9c2e51d84b06a1c2.gif"
	proof := func(url string, load bool, r twin.Result) func(*memory) {
		return func(m *memory) {
			form, _ := template.Parse(url)
			m.proofs.Add(twin.Proof{Sender: "shop.example", Template: form.Text, Load: load, Result: r, Slots: []int{0}, Part: "path", Recipients: 2, Date: "2026-01-01"})
		}
	}
	stays := func(token string) func(int) string {
		return func(i int) string { return fmt.Sprintf("https://shop.example/go/%s/%d", token, 550000+i) }
	}
	return []rememberedCase{
		{"nothing known", picture, reference.Image, func(*memory) {}, detect.Clean, "", "unclear"},
		{"twins differ", picture, reference.Image, proof(picture, true, twin.Individual), detect.Tracker, detect.Proven, "twin-own"},
		{"twins of links say nothing of loads", picture, reference.Image, proof(picture, false, twin.Individual), detect.Clean, "", "unclear"},
		{"twins are the same", counted, reference.Pixel, proof(counted, true, twin.Aggregate), detect.Exempt, detect.Proven, "twin-same"},
		{"twins are the same, of a clean one", picture, reference.Image, proof(picture, true, twin.Aggregate), detect.Clean, "", "unclear"},
		{"another for each reader", picture, reference.Image, func(m *memory) {
			m.see("a", 3, func(int) string { return picture })
			m.see("b", 3, func(int) string { return strings.Replace(picture, "7f3a", "99ab", 1) })
		}, detect.Tracker, detect.Strong, "history-reader"},
		{"the same for each reader", picture, reference.Image, func(m *memory) {
			m.see("a", 3, func(int) string { return picture })
			m.see("b", 3, func(int) string { return picture })
		}, detect.Clean, "", "unclear"},
		{"stays in a link", stays("7f3a9c2e51d84b06")(9), reference.Link, func(m *memory) { m.see("a", 4, stays("7f3a9c2e51d84b06")) }, detect.Suspected, detect.Weak, "history-stays"},
		{"stays in three links", stays("7f3a9c2e51d84b06")(9), reference.Link, func(m *memory) { m.see("a", 3, stays("7f3a9c2e51d84b06")) }, "", "", ""},
	}
}

// TestRemembered checks what other mail of a sender does to verdicts.
func TestRemembered(t *testing.T) {
	for _, tt := range rememberedCases() {
		t.Run(tt.name, func(t *testing.T) {
			var m memory
			tt.fill(&m)
			vector := reference.ImgSrc
			if tt.kind == reference.Link {
				vector = reference.AnchorHref
			}
			ref := reference.Reference{Vector: vector, Kind: tt.kind, URL: tt.url, Remote: true, Text: "Coats", Shape: reference.Shape{Width: 600, Height: 300, Alt: "x"}}
			if tt.kind == reference.Pixel {
				ref.Shape = reference.Shape{Width: 1, Height: 1}
			}
			alone := newJudge(t).Judge(ref, detect.Facts{FromDomain: "shop.example"})
			j := newJudge(t).Judge(ref, detect.Facts{FromDomain: "shop.example", Memory: &m})
			if tt.verdict == "" {
				if j.Verdict != alone.Verdict || len(j.Because) != len(alone.Because) {
					t.Errorf("%+v, alone %+v", j, alone)
				}
				return
			}
			if alone.Verdict == detect.Tracker && tt.code == "history-stays" {
				tt.code = alone.Because[0].Code // it is not made less
				tt.verdict, tt.certainty = alone.Verdict, alone.Certainty
			}
			if j.Verdict != tt.verdict || j.Certainty != tt.certainty || j.Because[0].Code != tt.code || len(j.Reasons) != len(j.Because) {
				t.Errorf("%+v, alone %+v", j, alone)
			}
		})
	}
}

// What a mail leaks and what words exempt outweighs what was seen before.
func TestRememberedLess(t *testing.T) {
	const url = "https://t.shop.example/o/YW5uYUBleGFtcGxlLm9yZw.gif"
	form, _ := template.Parse(url)
	var m memory
	m.proofs.Add(twin.Proof{Sender: "shop.example", Template: form.Text, Load: true, Result: twin.Aggregate, Slots: []int{0}, Recipients: 2},
		twin.Proof{Sender: "shop.example", Template: form.Text, Result: twin.Individual, Slots: []int{0}, Recipients: 2})
	facts := detect.Facts{FromDomain: "shop.example", Recipient: "anna@example.org", Memory: &m}
	j := newJudge(t).Judge(reference.Reference{Vector: reference.ImgSrc, Kind: reference.Pixel, URL: url, Remote: true}, facts)
	if j.Leak == nil || j.Verdict != detect.Tracker || j.Exemption != "" || j.Individualised != detect.Individual {
		t.Errorf("%+v", j)
	}
	facts.Recipient = ""
	j = newJudge(t).Judge(reference.Reference{Vector: reference.AnchorHref, Kind: reference.Link, URL: url, Remote: true, Text: "Unsubscribe"}, facts)
	if j.Verdict != detect.Exempt || slices.Contains(j.Rules, "twin:path") {
		t.Errorf("%+v", j)
	}
}
