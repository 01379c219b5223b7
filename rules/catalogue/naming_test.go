package catalogue

import (
	"slices"
	"strings"
	"testing"
)

// TestHeaderRows checks every row of headers.tsv: its example is found by it and
// is nobody else's.
func TestHeaderRows(t *testing.T) {
	c := embeddedCatalogue(t)
	rows := 0
	for name, rules := range c.headers {
		for _, r := range rules {
			rows++
			got, ok := c.Header(strings.ToUpper(name), " "+r.example)
			if !ok || got.Rule != r.Rule {
				t.Errorf("%s: its example is held to be %q", r.Rule, got.Rule)
			}
			for _, other := range rules {
				if other != r && other.value().MatchString(r.example) {
					t.Errorf("%s: its example also matches %s", r.Rule, other.Rule)
				}
			}
		}
	}
	if rows < 50 {
		t.Errorf("%d rows", rows)
	}
}

func TestHeader(t *testing.T) {
	c := embeddedCatalogue(t)
	tests := []struct{ name, field, value, vendor string }{
		{"its own field", "x-sg-eid", "u001.x", "sendgrid"},
		{"last part", "FEEDBACK-ID", "1.eu-west-1.x=:AmazonSES", "amazon-ses"},
		{"part of another", "Feedback-ID", "AmazonSES:x", ""},
		{"program", "X-Mailer", "Inxmail EE 4.8", "inxmail"},
		{"a mail program", "X-Mailer", "Apple Mail (2.1)", ""},
		{"empty", "X-SG-EID", " ", ""},
		{"another field", "Subject", "Mailchimp Mailer", ""},
		{"long", "X-Report-Abuse", strings.Repeat("a", 1<<20) + "abuse@klaviyo.com", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := c.Header(tt.field, tt.value)
			if ok != (tt.vendor != "") || ok && got.Vendor.ID != tt.vendor {
				t.Errorf("%v %+v", ok, got)
			}
		})
	}
}

// TestCNAMERows checks every row of cname.tsv likewise.
func TestCNAMERows(t *testing.T) {
	c := embeddedCatalogue(t)
	rows := 0
	for _, rule := range c.cnames.rules {
		for _, p := range rule.patterns {
			rows++
			got, ok := c.CNAME(strings.ToUpper(p.example) + ".")
			if !ok || got.Rule != p.rule || got.Vendor != p.vendor {
				t.Errorf("%s: its example is held to be %q", p.rule, got.Rule)
			}
		}
	}
	if rows < 60 {
		t.Errorf("%d rows", rows)
	}
}

func TestCNAME(t *testing.T) {
	c := embeddedCatalogue(t)
	for target, vendor := range map[string]string{
		"sendgrid.net": "sendgrid", "u1.wl.sendgrid.net": "sendgrid", "mkto-ab120001.com": "marketo",
		"notsendgrid.net": "", "sendgrid.net.evil.example": "", "brand.example": "", "": "", ".": "",
	} {
		if got, ok := c.CNAME(target); ok != (vendor != "") || ok && got.Vendor.ID != vendor {
			t.Errorf("%q: %v %+v", target, ok, got)
		}
	}
}

// FuzzNaming checks that no field and no host stops it.
func FuzzNaming(f *testing.F) {
	c := embeddedCatalogue(f)
	f.Add("Feedback-ID", "1:2:AmazonSES", "t.mailjet.com")
	f.Add("X-Report-Abuse", "<abuse+1@zeptomail.com>", "..")
	f.Fuzz(func(t *testing.T, field, value, target string) {
		if n, ok := c.Header(field, value); ok != (n.Vendor != nil) {
			t.Errorf("%v without a vendor", ok)
		}
		if n, ok := c.CNAME(target); ok != (n.Vendor != nil) {
			t.Errorf("%v without a vendor", ok)
		}
	})
}

// TestHeaderFields checks that each field that may name a vendor is told, once.
func TestHeaderFields(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	fields := c.HeaderFields()
	if len(fields) != len(c.headers) || !slices.IsSorted(fields) || !slices.Contains(fields, "x-sg-eid") {
		t.Errorf("%q", fields)
	}
}

// TestVendorAt checks that a vendor is found by its web site, and nobody by a name
// that only ends like it.
func TestVendorAt(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range c.vendors {
		if v.Domain == "" {
			continue
		}
		got, ok := c.VendorAt("a." + strings.ToUpper(v.Domain))
		if !ok || !strings.HasSuffix(v.Domain, got.Domain) && got.Domain != v.Domain && !strings.HasSuffix("a."+v.Domain, got.Domain) {
			t.Errorf("%s is found as %q", v.Domain, got.ID)
		}
		if got, ok := c.VendorAt("not" + v.Domain); ok && got.Domain == v.Domain {
			t.Errorf("not%s is found as %q", v.Domain, got.ID)
		}
	}
}
