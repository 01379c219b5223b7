package detect

import (
	"sync"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A mailer is who sent a mail for its sender, as far as the header says: fields
// like X-SG-EID and Feedback-ID are a mailing service's own. It is worked out once,
// when a verdict first asks.
type mailer struct {
	header message.HeaderFields

	// mu guards what follows.
	mu     sync.Mutex
	rules  *catalogue.Catalogue
	vendor *catalogue.Vendor
}

// of returns the mailing service by one catalogue, nil if the header names none.
func (m *mailer) of(c *catalogue.Catalogue) *catalogue.Vendor {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rules == c {
		return m.vendor
	}
	m.rules, m.vendor = c, nil
	for _, name := range c.HeaderFields() {
		for _, value := range m.header.All(name) {
			if n, ok := c.Header(name, value); ok {
				m.vendor = n.Vendor
				return m.vendor
			}
		}
	}
	return nil
}

// mailer returns the mailing service of the mail that is judged, if the host is of
// the sender's own domain: there counters of the service stand under the sender's
// name. Of another host the header says nothing.
func (v *view) mailer() *catalogue.Vendor {
	if v.known {
		return nil
	}
	by := v.facts.sent.of(v.judge.Catalogue)
	if by == nil || v.thirdParty() {
		return nil
	}
	return by
}
