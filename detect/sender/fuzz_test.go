package sender

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// FuzzMailboxes checks that what is read, reads the same when it is written
// plainly, and that nothing that could split a key gets into an address.
func FuzzMailboxes(f *testing.F) {
	for _, s := range []string{
		"a@b.example", "A <a@b.example>, c@d.example", "G: a@b.example;", "<@x:a@b.example>",
		`"a b"@c.example`, "a(b(c)d)@e.example", "a@[IPv6:::1]", "\"\\", "(", "<", "a@b\u00fc.example", "a . b @ c . d",
		"0@[ ]", `0@" "`, `a@"b.example"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, field string) {
		boxes, err := parseMailboxes(field)
		if err != nil {
			return
		}
		for _, b := range boxes {
			if strings.ContainsAny(b.domain, " \t\r\n@<>,;") {
				t.Fatalf("%q has the domain %q", field, b.domain)
			}
			domain, ok := asciiDomain(b.domain)
			if !ok {
				continue
			}
			if again, ok := asciiDomain(domain); !ok || again != domain {
				t.Errorf("%q becomes %q and then %q", b.domain, domain, again)
			}
			if org := OrgDomain(domain); !strings.HasSuffix(domain, org) || org == "" {
				t.Errorf("%q has the organisational domain %q", domain, org)
			}
			b.shown(domain)
		}
	})
}

// FuzzIdentify checks that nothing is believed that does not stand in a field
// on top that begins with the provider's name.
func FuzzIdentify(f *testing.F) {
	f.Add("mx.google.com; dmarc=pass header.from=a.example", "mx.google.com; dkim=pass header.d=a.example", "a@a.example")
	f.Add("evil.example; dmarc=pass header.from=a.example", "", "a@a.example")
	f.Add(" (c) \"mx.google.com\" 1 ; spf = pass (x(y)) smtp.mailfrom = b@a.example", "none", "<a@a.example>")
	f.Add("mx.google.com; dkim/1=pass reason=\"a;b\" header.i=@A.Example header.b=a/b+c==", ";", "\"x\" <a@mail.a.example>")
	p := Provider{Stamps: catalogue.StampsDMARC, AuthServIDs: []string{"mx.google.com"}}
	f.Fuzz(func(t *testing.T, first, second, from string) {
		raw := "Authentication-Results: " + first + "\r\nAuthentication-Results: " + second + "\r\nFrom: " + from + "\r\n\r\n"
		s := Identify(message.Header([]byte(raw)), p)
		if s.Authenticated != (s.How != "") || s.Authenticated == (s.Why != "") {
			t.Fatalf("%+v", s)
		}
		if !s.Authenticated {
			return
		}
		if s.Key == "" || s.Domain == "" {
			t.Fatalf("nobody was authenticated: %+v", s)
		}
		if !strings.Contains(strings.ToLower(first+second), "pass") || !strings.Contains(strings.ToLower(first+second), "mx.google.com") {
			t.Fatalf("believed without a stamp: %+v", s)
		}
	})
}

// FuzzChain checks that no chain is believed that has another sealer than those of
// the table, or that the provider did not check.
func FuzzChain(f *testing.F) {
	f.Add("mx.google.com; arc=pass; dmarc=fail header.from=a.example", "i=1; cv=none; d=google.com", "i=1; d=google.com", "i=1; mx.google.com; dmarc=pass header.from=a.example")
	f.Add("mx.google.com; arc=fail", "i=2; cv=pass; d=google.com; d=x", "i=;", "i=1 ; mx.google.com 1; dkim=pass (x) header.d=a.example")
	p := Provider{Stamps: catalogue.StampsDMARC, AuthServIDs: []string{"mx.google.com"}, Sealers: []string{"google.com=mx.google.com"}}
	f.Fuzz(func(t *testing.T, results, seal, signature, seen string) {
		raw := "Authentication-Results: " + results + "\r\nARC-Seal: " + seal + "\r\nARC-Message-Signature: " + signature +
			"\r\nARC-Authentication-Results: " + seen + "\r\nFrom: x@a.example\r\n\r\n"
		s := Identify(message.Header([]byte(raw)), p)
		if s.How != "arc" {
			return
		}
		whole := strings.ToLower(raw)
		if !strings.Contains(whole, "arc") || !strings.Contains(whole, "pass") || !strings.Contains(whole, "google.com") || !strings.Contains(whole, "mx.google.com") {
			t.Fatalf("believed: %q", raw)
		}
	})
}

// FuzzShown checks that what is shown leads back to the same name, and that a name
// looks like itself.
func FuzzShown(f *testing.F) {
	for _, s := range []string{"xn--bcher-kva.example", "xn--80ak6aa92e.example", "a.b", "xn--", "\xff.a", "paypa1.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		domain, ok := asciiDomain(name)
		if !ok {
			return
		}
		if back, ok := asciiDomain(ShownDomain(domain)); !ok || back != domain {
			t.Errorf("%q is shown as %q, which is %q", domain, ShownDomain(domain), back)
		}
		MixedScripts(domain)
		if skeleton(skeleton(domain)) != skeleton(skeleton(skeleton(domain))) {
			t.Errorf("%q has no skeleton that stays", domain)
		}
		if l, ok := Like(Sender{Key: domain, Domain: domain}, []string{domain}); ok {
			t.Errorf("%q is like itself: %+v", domain, l)
		}
	})
}
