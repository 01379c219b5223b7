package purpose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/purpose"
)

func ExampleParse() {
	_, err := purpose.Parse("opens")
	fmt.Println(err)
	// Output: unknown purpose "opens": choose one of performance, deliverability, personalisation, profiling, fraud, click, vendor-own, receipt, authentication
}

func TestAll(t *testing.T) {
	seen := map[purpose.ID]bool{}
	exempt := false
	for _, p := range purpose.All() {
		if seen[p.ID] || p.ID == "" || p.Title == "" {
			t.Errorf("%+v", p)
		}
		seen[p.ID] = true
		if !strings.HasSuffix(p.Sentence, ".") || strings.Count(p.Sentence, ". ") > 0 {
			t.Errorf("%s is not told in one sentence: %q", p.ID, p.Sentence)
		}
		if p.Consent && exempt {
			t.Errorf("%s stands after the exemptions", p.ID)
		}
		if exempt = !p.Consent; p.Consent && !p.Grantable {
			t.Errorf("%s needs a consent that cannot be given", p.ID)
		}
	}
	if len(seen) != 13 {
		t.Errorf("%d purposes", len(seen))
	}
	purpose.All()[0].Title = "changed"
	if purpose.All()[0].Title == "changed" {
		t.Error("a caller changed the list")
	}
}

func TestNeedsConsent(t *testing.T) {
	for id, want := range map[purpose.ID]bool{
		purpose.Performance: true, purpose.Click: true, purpose.Receipt: true, purpose.Profiling: true,
		purpose.Authentication: false, purpose.Aggregate: false, purpose.Choice: false, purpose.LegalNotice: false,
		"something-new": true, "": true,
	} {
		if id.NeedsConsent() != want {
			t.Errorf("%q: not %v", id, want)
		}
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]purpose.ID{
		"performance": purpose.Performance, " Click ": purpose.Click, "VENDOR-OWN": purpose.VendorOwn,
		// It is exempt, and can be granted.
		"authentication": purpose.Authentication,
	} {
		if got, err := purpose.Parse(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "all", "aggregate", "choice", "performance,click"} {
		if got, err := purpose.Parse(in); err == nil || !strings.Contains(err.Error(), "performance, ") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestFromVendorTable(t *testing.T) {
	for _, name := range []string{"campaign-performance", "deliverability-frequency", "personalisation", "cross-context-profiling",
		"fraud-detection", "authentication-security", "aggregate-statistics"} {
		// What a company says of itself exempts nothing.
		if id, ok := purpose.FromVendorTable(name); !ok || !id.NeedsConsent() {
			t.Errorf("%q: %q, %v", name, id, ok)
		}
	}
	if id, ok := purpose.FromVendorTable("fun"); ok {
		t.Errorf("%q", id)
	}
}

// FuzzParse checks that what is read is a purpose that can be granted.
func FuzzParse(f *testing.F) {
	f.Add("performance")
	f.Add("\tFraud\n")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := purpose.Parse(s)
		if err != nil {
			return
		}
		if p, ok := purpose.Lookup(id); !ok || !p.Grantable {
			t.Errorf("%q became %q", s, id)
		}
	})
}
