package catalogue_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// ownRules are rules of a reader, made by hand.
type ownRules struct{ edition string }

func (ownRules) Match(address string, thirdParty bool, use catalogue.Use) (catalogue.Own, bool) {
	switch {
	case strings.Contains(address, "mine.example"):
		return catalogue.Own{Block: thirdParty, Vendor: &catalogue.Vendor{ID: "sendgrid"}, Rule: "own:mine.toml:1", Reason: string(use)}, true
	}
	return catalogue.Own{}, false
}

func (ownRules) Parameter(name, host string) (bool, string, bool) {
	return name == "mine" || name == "sig", "own:mine.toml:2", name == "mine" || name == "sig" || name == "utm_source" && host == "keep.example"
}

func (ownRules) Vendors() []catalogue.Vendor {
	return []catalogue.Vendor{
		{ID: "sendgrid", Purposes: []purpose.ID{purpose.Profiling}},
		{ID: "acme", Name: "Acme", Purposes: []purpose.ID{purpose.Performance}},
	}
}

func (o ownRules) Edition() string { return o.edition }

// TestWithOwn checks that the reader's rules are asked, that they change what is
// known of vendors, and that the catalogue they were added to stays as it was.
func TestWithOwn(t *testing.T) {
	plain := load(t)
	c := plain.WithOwn(ownRules{"1"})
	o, ok := c.Own("https://mine.example/x", true, catalogue.UseImage)
	if !ok || !o.Block || o.Reason != "image" || o.Vendor.Name != "Twilio SendGrid" || !slices.Equal(o.Vendor.Purposes, []purpose.ID{purpose.Profiling}) {
		t.Errorf("%v %+v", ok, o)
	}
	if _, ok := c.Own("https://other.example/x", true, catalogue.UseImage); ok {
		t.Error("something is said of an address that no rule is of")
	}
	if _, ok := plain.Own("https://mine.example/x", true, catalogue.UseImage); ok {
		t.Error("the catalogue without rules has some")
	}
	const open = "https://u1.ct.sendgrid.net/wf/open?upn=u001.fakeTokenForTests0001"
	if hit, _ := c.Match(open); !slices.Equal(hit.Vendor.Purposes, []purpose.ID{purpose.Profiling}) {
		t.Errorf("purposes %v", hit.Vendor.Purposes)
	}
	if hit, _ := plain.Match(open); slices.Contains(hit.Vendor.Purposes, purpose.Profiling) {
		t.Errorf("purposes %v", hit.Vendor.Purposes)
	}
	if named, _ := c.CNAME("sendgrid.net"); !slices.Equal(named.Vendor.Purposes, []purpose.ID{purpose.Profiling}) {
		t.Errorf("by CNAME: %v", named.Vendor.Purposes)
	}
	if named, _ := c.Header("X-SG-EID", "x"); !slices.Equal(named.Vendor.Purposes, []purpose.ID{purpose.Profiling}) {
		t.Errorf("by header: %v", named.Vendor.Purposes)
	}
	if v, ok := c.Vendor("acme"); !ok || v.Name != "Acme" {
		t.Errorf("%v %+v", ok, v)
	}
	if v, ok := c.Vendor("mailchimp"); !ok || v.Name != "Intuit Mailchimp" {
		t.Errorf("%v %+v", ok, v)
	}
	if _, ok := plain.Vendor("acme"); ok {
		t.Error("the catalogue without rules has their vendors")
	}
}

// TestOwnParameters checks that own rules remove and keep, and that a signature
// outranks them.
func TestOwnParameters(t *testing.T) {
	c := load(t).WithOwn(ownRules{"1"})
	for in, want := range map[string]string{
		"https://a.example/?mine=1&utm_source=n":    "https://a.example/",
		"https://keep.example/?mine=1&utm_source=n": "https://keep.example/?utm_source=n",
		"https://a.example/?mine=1&sig=n":           "https://a.example/?mine=1&sig=n",
	} {
		if got, _ := c.Strip(in); got != want {
			t.Errorf("%s became %s", in, got)
		}
	}
}

// TestOwnEdition checks that own rules count, together with added providers.
func TestOwnEdition(t *testing.T) {
	plain := load(t)
	one, two := plain.WithOwn(ownRules{"1"}), plain.WithOwn(ownRules{"2"})
	seen := map[string]bool{}
	for _, c := range []*catalogue.Catalogue{plain, one, two, plain.With(catalogue.Provider{ID: "lab"}), one.With(catalogue.Provider{ID: "lab"})} {
		if seen[c.Edition()] || !strings.HasPrefix(c.Edition(), "sha256:") || len(c.Edition()) != 71 {
			t.Errorf("edition %q", c.Edition())
		}
		seen[c.Edition()] = true
	}
	if one.WithOwn(nil).Edition() != plain.Edition() {
		t.Error("taking the rules away is another edition")
	}
	if _, ok := one.With(catalogue.Provider{ID: "lab"}).Own("https://mine.example/", true, catalogue.UseLink); !ok {
		t.Error("with a provider the rules are gone")
	}
}
