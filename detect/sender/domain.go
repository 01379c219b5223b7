package sender

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// OrgDomain returns the organisational domain of a domain: the name that was
// registered, by the ICANN section of the Public Suffix List. The private
// section is left out: what is below it is shared, and keyed by address.
func OrgDomain(domain string) string {
	suffix, icann := publicsuffix.PublicSuffix(domain)
	for !icann {
		_, parent, ok := strings.Cut(suffix, ".")
		if !ok {
			break
		}
		suffix, icann = publicsuffix.PublicSuffix(parent)
	}
	return below(domain, suffix)
}

// below returns the part of a domain that has one label more than a suffix, or
// the domain itself if it has none.
func below(domain, suffix string) string {
	rest := len(domain) - len(suffix) - 1
	if rest <= 0 {
		return domain
	}
	return domain[strings.LastIndexByte(domain[:rest], '.')+1:]
}

// aligned says whether two domains belong together in DMARC's relaxed mode (RFC
// 7489, section 3.1.1). Here the private section counts as well: a tenant of a
// host must not vouch for another.
func aligned(a, b string) bool {
	if a == b {
		return a != ""
	}
	orgA, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	orgB, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && orgA == orgB
}

// asciiDomain returns a domain in lower case and A-labels (RFC 5890, section
// 2.3.2.1), and false if it is no name: empty, a literal, or with characters
// that no domain has. A domain that cannot be put into A-labels comes back as it
// is, so that it can be shown.
func asciiDomain(domain string) (string, bool) {
	domain = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(domain)), ".")
	ascii, err := domainProfile().ToASCII(domain)
	if err != nil || !isName(ascii) {
		return domain, false
	}
	return ascii, true
}

// domainProfile maps as a look-up would, and leaves underscores alone: they are
// seen in the wild.
func domainProfile() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))
}

// isName says whether s looks like a fully qualified domain name.
func isName(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	_, err := netip.ParseAddr(s)
	return err != nil
}
