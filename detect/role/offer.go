package role

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// everybodys are domains that mails of all senders lead to: networks, shops of
// apps, standards, and hosts of pictures for all.
const everybodys = " facebook.com instagram.com twitter.com x.com linkedin.com youtube.com tiktok.com pinterest.com threads.net " +
	"whatsapp.com t.me google.com apple.com goo.gl youtu.be w3.org googleapis.com gstatic.com googleusercontent.com " +
	"scene7.com githubusercontent.com shopify.com myshopify.com " +
	"myshopline.com cloudinary.com cloudfront.net amazonaws.com akamaihd.net fbcdn.net mastodon.social bsky.app "

// fewest is how many addresses of a stranger make an offer.
const fewest = 3

// offered returns the domain that most of the mail is about, if that is not the
// sender's: no picture or link of it is at the sender's own. Links says that the
// way out is the sender's. Addresses that are known to be wrapped are unwrapped;
// those of services and of everybody say nothing, and of links for a choice only
// that they are the way out.
func (f *finder) offered() (domain string, links, ok bool) {
	if f.known.Shared(f.mail.From.Domain) {
		// A mailbox of somebody's has no domain of its own.
		return "", false, false
	}
	counts, total := make(map[string]int), 0
	for i := range f.mail.Seen {
		s := &f.mail.Seen[i]
		kind := s.Ref.Kind
		if !s.Ref.Remote || kind != reference.Link && kind != reference.Image {
			continue
		}
		at, split := f.leads(s.Ref.URL)
		org := sender.OrgDomain(at.Host)
		if s.Judgement.Exemption == string(purpose.Choice) {
			links = links || f.mine(org)
			continue
		}
		switch {
		case !split || strings.Contains(everybodys, " "+org+" "), f.runs(at.Host) != "" || s.Judgement.Vendor != "", f.known.Shared(at.Host):
		case f.mine(org):
			return "", false, false
		default:
			counts[org]++
			total++
		}
	}
	for org, n := range counts {
		// More than two in three: a newsletter that links to all the world is
		// nobody's offer.
		if n >= fewest && 3*n > 2*total {
			domain, ok = org, true
		}
	}
	for _, field := range f.mail.Header.All("List-Unsubscribe") {
		links = links || f.mine(sender.OrgDomain(listDomain(field)))
	}
	return domain, links, ok
}

// leads takes apart where an address leads, as far as that is known.
func (f *finder) leads(url string) (catalogue.Address, bool) {
	if to, _, ok := f.known.Unwrap(url); ok {
		url = to
	}
	return catalogue.Split(url)
}

// mine says whether a domain is the sender's own, or bears its name: a shop at
// shop.example has pictures at shop-images.test.
func (f *finder) mine(org string) bool {
	name, _, _ := strings.Cut(f.own, ".")
	parts := strings.FieldsFunc(org, func(r rune) bool { return r == '.' || r == '-' })
	return org == f.own || name != "" && (slices.Contains(parts, name) || len(name) >= 5 && strings.Contains(org, name))
}
