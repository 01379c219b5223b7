package daemon

import (
	"net/url"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
)

// leastLinks is how many links a mail needs before anything is presumed of where
// they lead.
const leastLinks = 4

// advertised is the domain that a mail advertises for, if that is not its
// sender's: where most of its links lead in the end, as far as that is known without
// asking anybody. It is "" where none stands out: a digest leads everywhere.
func (c *core) advertised(m *mail) string {
	rules, counts, all := c.books.rules(), make(map[string]int), 0
	for i := range m.plan.References {
		ref := &m.plan.References[i].Ref
		if ref.Kind != reference.Link || !ref.Remote {
			continue
		}
		address := ref.URL
		if inner, _, ok := rules.Unwrap(address); ok {
			address = inner
		}
		host, _, ok := rules.LeadsTo(address)
		if at, err := url.Parse(address); !ok && err == nil {
			host = at.Hostname()
		}
		domain := sender.OrgDomain(host)
		if _, vendor := rules.VendorAt(domain); vendor || domain == "" {
			continue // a counter, and where it leads is not known
		}
		counts[domain]++
		all++
	}
	own := sender.OrgDomain(m.from.Domain)
	for domain, n := range counts {
		if domain != own && all >= leastLinks && n*10 >= all*6 && counts[own]*10 < all*3 {
			return domain
		}
	}
	return ""
}
