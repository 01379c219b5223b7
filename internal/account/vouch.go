package account

import "github.com/unseen-mail/unseen/detect/sender"

// What a name has to have stamped before the reader is asked whether it is that of
// their provider: every one of so many mails, of so many domains.
const (
	// VouchMails is how many mails.
	VouchMails = 50
	// VouchDomains is of how many organisational domains in From.
	VouchDomains = 20
)

// A Stamp is what stands on top of one mail.
type Stamp struct {
	// Top is who signed it.
	Top sender.Stamped
	// OK says that somebody did.
	OK bool
}

// A Count says how many of the newest mails bear the same name on top, without one
// among them that does not.
type Count struct {
	// By is that name, "" if the newest mail bears none.
	By string
	// Mails and Domains are how many mails, and of how many domains.
	Mails, Domains int
	// DMARC says that each speaks of dmarc.
	DMARC bool
}

// Enough says whether the reader can be asked.
func (c Count) Enough() bool { return c.Mails >= VouchMails && c.Domains >= VouchDomains }

// CountStamps counts from the newest mail on, which is the first. It ends at the
// first mail without the name: a server that leaves one unstamped leaves forged
// ones so too, and then what a stranger wrote stands on top.
func CountStamps(newest []Stamp) Count {
	var c Count
	domains := make(map[string]bool)
	for i, s := range newest {
		if !s.OK || s.Top.By == "" || i > 0 && s.Top.By != c.By {
			break
		}
		c.DMARC = s.Top.DMARC && (i == 0 || c.DMARC)
		c.By = s.Top.By
		c.Mails++
		if s.Top.Org != "" {
			domains[s.Top.Org] = true
		}
	}
	c.Domains = len(domains)
	return c
}
