package detect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
)

// TestAlias checks what it does to a verdict that a host is another name of a
// vendor's.
func TestAlias(t *testing.T) {
	const token = "7f3a9c2e51d84b06a1c2"
	for _, tt := range []struct {
		name, url string
		kind      reference.Kind
		target    string
		verdict   detect.Verdict
		vendor    string
		says      bool
	}{
		{"pixel", "https://p.shop.example/x/" + token, reference.Pixel, "virt.s10.exacttarget.com", detect.Tracker, "salesforce-mc", true},
		{"pixel that names nobody", "https://p.shop.example/spacer", reference.Pixel, "virt.s10.exacttarget.com", detect.Clean, "salesforce-mc", false},
		{"link", "https://p.shop.example/fp/" + token, reference.Link, "virt.s10.exacttarget.com", detect.Tracker, "salesforce-mc", true},
		{"link to an article", "https://p.shop.example/spring-coats", reference.Link, "virt.s10.exacttarget.com", detect.Clean, "salesforce-mc", false},
		{"picture of everybody's", "https://p.shop.example/lib/" + token + "/m/1/coat.jpg", reference.Image, "virt.s10.exacttarget.com", detect.Clean, "salesforce-mc", false},
		{"somebody unknown", "https://p.shop.example/x/" + token, reference.Pixel, "cdn.nobody.example", detect.Tracker, "", false},
		{"nothing asked", "https://p.shop.example/x/" + token, reference.Pixel, "", detect.Tracker, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t)
			j.Aliases = func(host string) (detect.Alias, bool) {
				return detect.Alias{Target: tt.target, Date: "2026-03-31"}, host == "p.shop.example" && tt.target != ""
			}
			ref := reference.Reference{Vector: reference.ImgSrc, Kind: tt.kind, URL: tt.url, Remote: true, Text: "Coats", Shape: reference.Shape{Width: 1, Height: 1}}
			if tt.kind != reference.Pixel {
				ref.Shape = reference.Shape{Width: 600, Height: 300, Alt: "Coats"}
			}
			got := j.Judge(ref, detect.Facts{FromDomain: "shop.example"})
			if got.Verdict != tt.verdict || got.Vendor != tt.vendor {
				t.Fatalf("%+v", got)
			}
			said := slices.ContainsFunc(got.Reasons, func(s string) bool {
				return strings.Contains(s, "another name of "+tt.target) && strings.Contains(s, "2026-03-31")
			})
			if said != tt.says {
				t.Errorf("%q", got.Reasons)
			}
		})
	}
}
