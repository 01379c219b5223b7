package sender

import "testing"

func TestOrgDomain(t *testing.T) {
	for _, tt := range []struct{ domain, want string }{
		{"shop.example", "shop.example"},
		{"news.eu.shop.example", "shop.example"},
		{"shop.co.uk", "shop.co.uk"},
		{"a.b.shop.co.uk", "shop.co.uk"},
		{"co.uk", "co.uk"},
		{"example", "example"},
		// The private section is not asked: who is below is told apart by
		// address.
		{"someone.github.io", "github.io"},
		{"github.io", "github.io"},
		{"a.someone.blogspot.com", "blogspot.com"},
		{"shop.b.kobe.jp", "shop.b.kobe.jp"},
	} {
		t.Run(tt.domain, func(t *testing.T) {
			if got := OrgDomain(tt.domain); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestAligned(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		want       bool
	}{
		{"equal", "shop.example", "shop.example", true},
		{"below", "mail.shop.example", "shop.example", true},
		{"siblings", "a.shop.example", "b.shop.example", true},
		{"strangers", "evil.example", "shop.example", false},
		{"look-alikes", "notshop.example", "shop.example", false},
		{"tenants of one host", "a.github.io", "b.github.io", false},
		{"a tenant and the host", "a.github.io", "github.io", false},
		{"a public suffix", "co.uk", "shop.co.uk", false},
		{"nothing", "", "", false},
		{"nothing and something", "", "shop.example", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if aligned(tt.a, tt.b) != tt.want || aligned(tt.b, tt.a) != tt.want {
				t.Errorf("want %v", tt.want)
			}
		})
	}
}

func TestASCIIDomain(t *testing.T) {
	for _, tt := range []struct {
		name, domain, want string
		ok                 bool
	}{
		{"plain", "Shop.Example", "shop.example", true},
		{"a dot at its end", " shop.example. ", "shop.example", true},
		{"international", "b\u00fccher.example", "xn--bcher-kva.example", true},
		{"in A-labels already", "xn--bcher-kva.example", "xn--bcher-kva.example", true},
		{"empty", "", "", false},
		{"one label", "localhost", "localhost", false},
		{"a number", "192.0.2.1", "192.0.2.1", false},
		{"a literal", "[192.0.2.1]", "[192.0.2.1]", false},
		{"an empty label", "a..example", "a..example", false},
		{"a blank", "a b.example", "a b.example", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := asciiDomain(tt.domain); got != tt.want || ok != tt.ok {
				t.Errorf("%q, %v", got, ok)
			}
		})
	}
}
