package sender

import "github.com/unseen-mail/unseen/detect/message"

// A Stamped says who wrote the results on top of a mail, for the reader to confirm
// that it is their provider. It believes nothing of what stands there.
type Stamped struct {
	// By is the authserv-id (RFC 8601, section 2.5), in lower case; "" where
	// nobody signed.
	By string
	// DMARC says that the results speak of dmarc.
	DMARC bool
	// Org is the organisational domain in From.
	Org string
}

// TopStamp reads the topmost Authentication-Results that speaks of dmarc, dkim or
// spf. It is false if there is none, if the topmost cannot be read, or if somebody
// else signed a field above it.
func TopStamp(h message.HeaderFields) (Stamped, bool) {
	var s Stamped
	who, _ := whoFrom(h, Provider{})
	s.Org = OrgDomain(who.Domain)
	for i, f := range h.All("Authentication-Results") {
		top, err := parseStamp(f)
		if err != nil || i > 0 && top.authserv != s.By {
			return s, false
		}
		s.By = top.authserv
		if !top.speaks() {
			continue
		}
		for _, r := range top.results {
			s.DMARC = s.DMARC || r.method == "dmarc"
		}
		return s, s.By != ""
	}
	return s, false
}

// Aligned says whether two domains belong together in DMARC's relaxed mode (RFC
// 7489, section 3.1.1), tenants of one host excepted.
func Aligned(a, b string) bool { return aligned(a, b) }
