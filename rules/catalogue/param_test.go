package catalogue

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStrip(t *testing.T) {
	c := embeddedCatalogue(t)
	tests := []struct {
		name, in, want string
		removed        []string
	}{
		{"one of several", "https://a.example/b?x=1&mc_eid=ab&y=2", "https://a.example/b?x=1&y=2", []string{"mc_eid"}},
		{"all", "https://a.example/b?utm_source=n&utm_medium=email", "https://a.example/b", []string{"utm_source", "utm_medium"}},
		{"fragment stays", "https://a.example/b?_hsenc=p2A&x#utm_source=n?mc_eid=1", "https://a.example/b?x#utm_source=n?mc_eid=1", []string{"_hsenc"}},
		{"only in the fragment", "https://a.example/b#?mc_eid=1", "https://a.example/b#?mc_eid=1", nil},
		{"order and writing stay", "https://a.example/?b=%7e+%2B&&a&mkt_tok=x&c=é&=", "https://a.example/?b=%7e+%2B&&a&c=é&=", []string{"mkt_tok"}},
		{"twice", "https://a.example/?fbclid=1&x=2&fbclid=3", "https://a.example/?x=2", []string{"fbclid", "fbclid"}},
		{"without a value", "https://a.example/?gclid&x", "https://a.example/?x", []string{"gclid"}},
		{"name escaped", "https://a.example/?utm%5Fsource=n&x=1", "https://a.example/?x=1", []string{"utm%5Fsource"}},
		{"by expression", "https://a.example/?utm_new-thing=1&x=1", "https://a.example/?x=1", []string{"utm_new-thing"}},
		{"a name that begins so", "https://a.example/?mc_eid2=1", "https://a.example/?mc_eid2=1", nil},
		{"on its host", "https://www.linkedin.com/x?trk=eml-1&a=1", "https://www.linkedin.com/x?a=1", []string{"trk"}},
		{"on another host", "https://a.example/x?trk=eml-1", "https://a.example/x?trk=eml-1", nil},
		{"on a host that ends so", "https://notlinkedin.com/x?trk=1", "https://notlinkedin.com/x?trk=1", nil},
		{"one-time login", "https://www.linkedin.com/x?otpToken=1", "https://www.linkedin.com/x?otpToken=1", nil},
		{"address of the reader", "https://a.example/confirm?email=a%40b.example", "https://a.example/confirm?email=a%40b.example", nil},
		{"signed by Amazon", "https://b.s3.example/f?utm_source=n&X-Amz-Signature=ab", "https://b.s3.example/f?utm_source=n&X-Amz-Signature=ab", nil},
		{"signed by Laravel", "https://a.example/verify?expires=1&utm_source=n&signature=ab", "https://a.example/verify?expires=1&utm_source=n&signature=ab", nil},
		{"signed by Azure", "https://a.example/f?sv=1&sig=ab&utm_source=n", "https://a.example/f?sv=1&sig=ab&utm_source=n", nil},
		{"signed for CloudFront", "https://a.example/f?utm_source=n&Key-Pair-Id=A&Signature=x", "https://a.example/f?utm_source=n&Key-Pair-Id=A&Signature=x", nil},
		{"unsubscribe page", "https://pages.brand.example/u?mkt_unsubscribe=1&mkt_tok=x", "https://pages.brand.example/u?mkt_unsubscribe=1&mkt_tok=x", nil},
		{"a redirector", "https://u1.ct.sendgrid.net/ls/click?upn=u001.fakeTokenForTests0001&utm_source=n", "https://u1.ct.sendgrid.net/ls/click?upn=u001.fakeTokenForTests0001&utm_source=n", nil},
		{"no query", "https://a.example/utm_source=1", "https://a.example/utm_source=1", nil},
		{"empty query", "https://a.example/?", "https://a.example/?", nil},
		{"no address", "mailto:a@b.example?utm_source=x", "mailto:a@b.example?utm_source=x", nil},
		{"user and port", "HTTPS://me@A.example:8443/?utm_source=n&x", "HTTPS://me@A.example:8443/?x", []string{"utm_source"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, removed := c.Strip(tt.in)
			if got != tt.want || !slices.Equal(removed, tt.removed) {
				t.Errorf("%q without %q", got, removed)
			}
		})
	}
}

func TestParams(t *testing.T) {
	c := embeddedCatalogue(t)
	got := c.Params("https://a.example/?x=1&mc_eid=ab&email=a%40b.example&utm_source=n#mc_cid=1")
	if len(got) != 3 {
		t.Fatalf("%+v", got)
	}
	if p := got[0]; p.Name != "mc_eid" || p.Individual != Yes || !p.Removable || p.Vendor.ID != "mailchimp" || p.Carries == "" || !strings.HasPrefix(p.Rule, "params.tsv:") {
		t.Errorf("%+v", p)
	}
	if p := got[1]; p.Name != "email" || p.Individual != Yes || p.Removable || p.Vendor != nil {
		t.Errorf("%+v", p)
	}
	if p := got[2]; p.Individual != No || !p.Removable {
		t.Errorf("%+v", p)
	}
	if got := c.Params("mailto:a@b.example?email=x"); got != nil {
		t.Errorf("%+v", got)
	}
}

// TestParamRows checks that each row of params.tsv is found by its own name, and
// that no expression is of a name that stands in the table for something else.
func TestParamRows(t *testing.T) {
	c := embeddedCatalogue(t)
	rows := 0
	for name, rules := range c.params.byName {
		for _, r := range rules {
			rows++
			host := r.host
			if host == "" {
				host = "brand.example"
			}
			got := c.Params("https://" + host + "/?" + name + "=1")
			if len(got) != 1 || got[0].Rule != r.Rule {
				t.Errorf("%s is not found: %+v", r.Rule, got)
			}
		}
	}
	exprs := map[*paramRule]bool{}
	for _, some := range c.params.exprs {
		for _, r := range some {
			exprs[r] = true
		}
	}
	if rows += len(exprs); rows < 270 {
		t.Errorf("%d rows", rows)
	}
	for r := range exprs {
		for name := range c.params.byName {
			if r.expr().MatchString(name) && r.whole != c.params.byName[name][0].whole {
				t.Errorf("%s is also of %q", r.Rule, name)
			}
		}
	}
}

// TestStripLeavesTheRest checks that what is left is what was there, in its order.
func TestStripLeavesTheRest(t *testing.T) {
	c := embeddedCatalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a=1", "b=%20+", "", "c", "d==", "utm_source=x", "mc_eid=1", "fbclid", "é=ü", "_ke="}), 0, 8).Draw(t, "parts")
		var kept []string
		for _, p := range parts {
			name, _, _ := strings.Cut(p, "=")
			if !slices.Contains([]string{"utm_source", "mc_eid", "fbclid", "_ke"}, name) {
				kept = append(kept, p)
			}
		}
		want := "https://a.example/x"
		if len(kept) > 0 || len(parts) == 0 {
			want += "?" + strings.Join(kept, "&")
		}
		end := rapid.SampledFrom([]string{"", "#", "#a?utm_source=b"}).Draw(t, "fragment")
		got, removed := c.Strip("https://a.example/x?" + strings.Join(parts, "&") + end)
		if got != want+end || len(parts)-len(kept) != len(removed) {
			t.Fatalf("%q, not %q; removed %q", got, want+end, removed)
		}
	})
}

// FuzzStrip checks that only whole parameters go, and that once is enough.
func FuzzStrip(f *testing.F) {
	c := embeddedCatalogue(f)
	f.Add("https://a.example/b?x=1&mc_eid=ab&y=2#z")
	f.Add("//a.example?utm%5fsource&&=&#?")
	f.Add(`https:\\a.example\?utm_source=1`)
	f.Fuzz(func(t *testing.T, address string) {
		clean, removed := c.Strip(address)
		if (clean == address) != (len(removed) == 0) || len(clean) > len(address) {
			t.Errorf("%q became %q without %q", address, clean, removed)
		}
		if _, more := c.Strip(clean); len(more) > 0 {
			t.Errorf("%q became %q, and that has %q", address, clean, more)
		}
		a, _ := Split(address)
		b, _ := Split(clean)
		if a.Host != b.Host || a.Path() != b.Path() {
			t.Errorf("%q became %q", address, clean)
		}
	})
}
