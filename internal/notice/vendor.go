package notice

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// OwnTrade is the trade of a server of the sender's own.
const OwnTrade = "own"

// learners are the vendors of a subject with the role that each is presumed to
// have.
func learners(s *Subject, w *words.Catalogue) []Vendor {
	list := slices.Clone(s.Vendors)
	for i := range list {
		v := &list[i]
		v.Role = role(v.Trade, s.Key, w)
		own := slices.ContainsFunc(s.Wants, func(want Want) bool {
			return want.Purpose == purpose.VendorOwn && slices.Contains(want.Vendors, v.ID)
		})
		if own && v.Trade != OwnTrade {
			// CNIL, draft recommendation, section 2.2: joint where it also
			// serves ends of its own.
			v.Role = w.Say(words.RoleJoint, "role", v.Role, "sender", s.Key)
		}
	}
	return list
}

// role says what a company of a trade is presumed to be.
func role(trade, sender string, w *words.Catalogue) string {
	switch trade {
	case OwnTrade:
		return w.Say(words.RoleOwn)
	case "esp", "deliverability":
		return w.Say(words.RoleMailing, "sender", sender)
	case "adtech/identity":
		return w.Say(words.RoleAdvertising)
	case "url-shortener", "link-wrapper-security":
		return w.Say(words.RoleLinks, "sender", sender)
	case "":
		return w.Say(words.RoleUnknown)
	}
	return w.Say(words.RoleTracking, "sender", sender)
}

// nameOf is what people call a vendor.
func nameOf(s *Subject, id string) string {
	for _, v := range s.Vendors {
		if v.ID == id && v.Name != "" {
			return v.Name
		}
	}
	return strings.TrimPrefix(id, "host:")
}
