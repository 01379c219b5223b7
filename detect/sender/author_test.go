package sender_test

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/sender"
)

// TestAuthors checks who sent a mail that names several.
func TestAuthors(t *testing.T) {
	const two = "From: Ann <ann@shop.example>, Bob <bob@brand.example>"
	tests := []struct {
		name  string
		lines []string
		key   string
		why   string
	}{
		{"one of them sent it", []string{two, "Sender: Ann <ANN@Shop.example>"}, "shop.example", ""},
		{"the other sent it", []string{two, "Sender: bob@brand.example"}, "brand.example", "not from brand.example"},
		{"in a group", []string{"From: Us: ann@shop.example, bob@brand.example;", "Sender: ann@shop.example"}, "shop.example", ""},
		{"without Sender", []string{two}, "", "more than one sender"},
		{"somebody else sent it", []string{two, "Sender: post@agency.example"}, "", "somebody else"},
		{"another mailbox of the domain", []string{two, "Sender: cat@shop.example"}, "", "somebody else"},
		{"two Sender fields", []string{two, "Sender: ann@shop.example", "Sender: bob@brand.example"}, "", "more than one sender"},
		{"two in Sender", []string{two, "Sender: ann@shop.example, bob@brand.example"}, "", "more than one sender"},
		{"a group in Sender", []string{two, "Sender: G: ann@shop.example;"}, "", "more than one sender"},
		{"unreadable Sender", []string{two, "Sender: ann@shop.example ("}, "", "more than one sender"},
		{"empty Sender", []string{two, "Sender: "}, "", "more than one sender"},
		{"Sender of one author", []string{"From: ann@shop.example", "Sender: post@agency.example"}, "shop.example", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines := append([]string{"Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example"}, tt.lines...)
			s := sender.Identify(header(lines...), known(t, "gmail.com"))
			if s.Key != tt.key || (tt.why == "") != s.Authenticated || !strings.Contains(s.Why, tt.why) {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestShownDomain checks in which letters a domain is shown.
func TestShownDomain(t *testing.T) {
	tests := []struct {
		name, domain, want string
		mixed              bool
	}{
		{"ASCII", "shop.example", "shop.example", false},
		{"German", "xn--bcher-kva.example", "bücher.example", false},
		{"Japanese", "xn--wgv71a119e.example", "日本語.example", false},
		{"Cyrillic", "xn--d1acufc.example", "домен.example", false},
		{"Cyrillic that looks Latin", "xn--80ak6aa92e.example", "xn--80ak6aa92e.example", false},
		{"one Cyrillic letter", "xn--shp-ted.example", "xn--shp-ted.example", true},
		{"no name", "xn--a.example", "xn--a.example", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sender.ShownDomain(tt.domain); got != tt.want {
				t.Errorf("shown as %q", got)
			}
			if got := sender.MixedScripts(tt.domain); got != tt.mixed {
				t.Errorf("mixed: %v", got)
			}
		})
	}
}

// TestLike checks which names can be taken for others.
func TestLike(t *testing.T) {
	tests := []struct {
		name, from, known string
		like              bool
	}{
		{"capital I for l", "a@paypaI.example", "paypal.example", true},
		{"one for l", "a@paypa1.example", "paypal.example", true},
		{"nought for o", "a@sh0p.example", "shop.example", true},
		{"r and n for m", "a@arnazon.example", "amazon.example", true},
		{"two v for w", "a@vvww.example", "www.example", true},
		{"an accent", "a@páypal.example", "paypal.example", true},
		{"a Cyrillic letter", "a@shоp.example", "shop.example", true},
		{"all Cyrillic", "a@раураӏ.example", "paypal.example", true},
		{"below its own domain", "a@mail.paypaI.example", "paypal.example", true},
		{"an address on a shared domain", "paypaI@gmail.com", "paypal@gmail.com", true},
		{"an address with a List-Id", "paypaI@groups.io", "paypal@groups.io x.groups.io", true},
		{"the name inside another", "a@bank.example.evil.test", "bank.example", true},
		{"itself", "a@shop.example", "shop.example", false},
		{"below itself", "a@shop.example.shop.example", "shop.example", false},
		{"another name", "a@brand.example", "shop.example", false},
		{"another end", "a@shop.test", "shop.example", false},
		{"two on one shared domain", "ann@gmail.com", "bob@gmail.com", false},
		{"nobody", "", "shop.example", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sender.Identify(header("From: "+tt.from), known(t, "gmail.com"))
			like, ok := sender.Like(s, []string{"other.test", tt.known})
			if ok != tt.like || ok && (like.Key != tt.known || !strings.Contains(like.Why, "two senders")) {
				t.Errorf("%q: %+v", s.Key, like)
			}
			if s.Key == tt.known && ok {
				t.Errorf("a sender is like itself")
			}
		})
	}
}

// TestTopStamp checks whose results are offered for confirming.
func TestTopStamp(t *testing.T) {
	const from = "From: a@news.shop.example"
	tests := []struct {
		name  string
		lines []string
		by    string
		ok    bool
	}{
		{"rspamd", []string{"Authentication-Results: mail.reader.example; dkim=none; dmarc=none", from}, "mail.reader.example", true},
		{"another method above", []string{"Authentication-Results: mx.a.example; iprev=pass", "Authentication-Results: mx.a.example; spf=pass", from}, "mx.a.example", true},
		{"a stranger above", []string{"Authentication-Results: mx.b.example; iprev=pass", "Authentication-Results: mx.a.example; spf=pass", from}, "mx.b.example", false},
		{"no name", []string{"Authentication-Results: dmarc=pass header.from=shop.example", from}, "", false},
		{"none", []string{from}, "", false},
		{"unreadable", []string{"Authentication-Results: mx.a.example; dmarc=(", from}, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, ok := sender.TopStamp(header(tt.lines...))
			if ok != tt.ok || s.By != tt.by || s.Org != "shop.example" {
				t.Errorf("%+v, %v", s, ok)
			}
		})
	}
}
