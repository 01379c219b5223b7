package sender

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reason"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// vouch says by what the provider vouches for a domain, or why it does not.
func vouch(h message.HeaderFields, p Provider, domain string) (how string, why reason.Reason) {
	switch p.Stamps {
	case catalogue.StampsDMARC, catalogue.StampsDKIMSPF:
	case catalogue.StampsNone:
		return "", reason.Is("no-stamps")
	default:
		return "", reason.Is("unknown-provider")
	}
	results, why := own(h.All("Authentication-Results"), p)
	if !why.None() {
		return "", why
	}
	how, why = judge(results, domain)
	if _, agreed := dmarc(results, domain); how == "" && agreed && forwarded(h, results, p, domain) {
		return "arc", none
	}
	return how, why
}

// own returns the results in the one field that counts: the topmost that speaks
// of dmarc, dkim or spf, if the provider wrote it and all above it.
//
// A provider puts its field above whatever a mail came with (RFC 8601, section
// 5). Below the topmost nothing can be told from a forgery: some providers write
// several fields of one name, do not write each of them for each mail, and let
// fields of their name pass that came with it. Those that write several put the
// one that rests on the others, dmarc, on top. If a stranger's field is on top,
// either somebody handled the mail later or the provider did not stamp it; both
// ways nothing is known.
func own(fields []string, p Provider) ([]result, reason.Reason) {
	for _, f := range fields {
		s, err := parseStamp(f)
		if err != nil {
			return nil, reason.Is("bad-stamp")
		}
		if !p.Named(name(s)) {
			return nil, reason.Is("foreign-stamp")
		}
		if s.speaks() {
			return s.results, none
		}
	}
	return nil, reason.Is("unstamped")
}

// speaks says whether the field has a result that says something of the sender,
// be it that nothing was found.
func (s stamp) speaks() bool {
	for _, r := range s.results {
		if r.method == "dmarc" || r.method == "dkim" || r.method == "spf" {
			return true
		}
	}
	// A field without results says that nothing was checked.
	return len(s.results) == 0
}

// name returns what a stamp is signed with, in the words of the catalogue.
func name(s stamp) string {
	if s.authserv == "" {
		return catalogue.NoAuthServID
	}
	return s.authserv
}

// judge computes from the results whether the domain is vouched for.
func judge(results []result, domain string) (how string, why reason.Reason) {
	switch verdict, agreed := dmarc(results, domain); {
	case !agreed:
		return "", reason.Is("conflict")
	case verdict == "pass":
		return "dmarc", none
	case verdict == "fail":
		return "", reason.Is("failed", domain)
	}
	// No policy was published, or it was not looked up: DMARC's own
	// computation is made here (RFC 7489, section 6.6.2, steps 3 to 5).
	for _, r := range results {
		if r.method == "dkim" && r.value == "pass" && aligned(signer(r), domain) {
			return "dkim", none
		}
	}
	for _, r := range results {
		if r.method == "spf" && r.value == "pass" && aligned(domainOf(r.props["smtp.mailfrom"]), domain) {
			return "spf", none
		}
	}
	return "", reason.Is("unaligned", domain)
}

// dmarc returns "pass", "fail" or "" for nothing said about this domain, and
// false if the provider seems to say both: then one of the two was smuggled in.
func dmarc(results []result, domain string) (string, bool) {
	verdict := ""
	for _, r := range results {
		if r.method != "dmarc" {
			continue
		}
		said := r.dmarc(domain)
		if verdict != "" && said != verdict {
			return "", false
		}
		verdict = said
	}
	return verdict, true
}

// dmarc returns what one result of that method says about a domain: "pass",
// "fail", or "" for nothing.
func (r result) dmarc(domain string) string {
	switch r.value {
	case "pass":
		from := r.props["header.from"]
		if name, ok := asciiDomain(domainOf(from)); ok && name == domain {
			return "pass"
		}
		if from == "" {
			return ""
		}
		// It vouches for somebody else than the reader sees.
		return "fail"
	case "none", "unknown", "bestguesspass":
		return ""
	}
	return "fail"
}

// signer returns the domain of a DKIM signature: header.d, or that of header.i,
// which lies at or below it (RFC 6376, section 3.5).
func signer(r result) string {
	if d, ok := asciiDomain(r.props["header.d"]); ok {
		return d
	}
	return domainOf(r.props["header.i"])
}

// domainOf returns the domain of an address, or of a domain alone, in A-labels.
func domainOf(s string) string {
	s = strings.Trim(s, "<>")
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		s = s[at+1:]
	}
	d, ok := asciiDomain(s)
	if !ok {
		return ""
	}
	return d
}
