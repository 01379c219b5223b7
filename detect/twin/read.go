package twin

import (
	"net/mail"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A mailCopy is a copy that was read.
type mailCopy struct {
	header    message.HeaderFields
	sender    string
	from      string
	recipient string
	// who is the number of the recipient.
	who    int
	date   time.Time
	finder *leak.Finder
	refs   []*ref
	// words are those of the visible text, by fingerprint.
	words map[uint64]struct{}
	media []string
	gaps  []message.Gap
}

// A ref is one reference of a copy.
type ref struct {
	reference.Reference
	place    Place
	template template.Template
	// text is what stands for the reference to a person, without digits.
	text string
	// before and after are the forms of its neighbours.
	before, after string
	row           *row
}

const (
	// maxReferences is how many references of one copy are compared.
	maxReferences = 20_000
	// maxWords is how many different words of a text are compared.
	maxWords = 50_000
)

// readCopy reads what is compared of a copy.
func readCopy(index int, c Copy) *mailCopy {
	m := newCopy(index, message.Header(c.Raw), c.Recipient)
	m.readAll(message.Parse(c.Raw), layer{index: index, octets: c.Raw, raw: func(start, end int) message.Range { return message.Range{Start: start, End: end} }})
	m.neighbours()
	return m
}

// newCopy reads the header of a copy.
func newCopy(index int, header message.HeaderFields, recipient string) *mailCopy {
	m := &mailCopy{header: header, words: make(map[uint64]struct{}), recipient: recipient}
	who := sender.Identify(m.header, catalogue.Provider{})
	m.sender, m.from = who.Key, sender.OrgDomain(who.Domain)
	address := recipient
	if m.recipient == "" {
		m.recipient, address = recipientOf(m.header, index)
	}
	m.recipient = strings.ToLower(m.recipient)
	m.finder = leak.New(address)
	if d, err := mail.ParseDate(m.header.Get("Date")); err == nil {
		m.date = d.UTC()
	}
	return m
}

// neighbours notes what stands before and behind each reference.
func (m *mailCopy) neighbours() {
	for i, r := range m.refs {
		if i > 0 {
			r.before = m.refs[i-1].form()
		}
		if i+1 < len(m.refs) {
			r.after = m.refs[i+1].form()
		}
	}
}

// recipientOf returns what tells recipients apart, all that the header says, and
// the address that is looked for in URLs. One mailbox may have several
// addresses, and a list many mailboxes; so neither field is enough.
func recipientOf(h message.HeaderFields, index int) (identity, address string) {
	for _, name := range []string{"To", "X-Original-To", "Delivered-To"} {
		if boxes := sender.Mailboxes(h.Get(name)); len(boxes) == 1 {
			identity += boxes[0] + " "
			if address == "" {
				address = boxes[0]
			}
		}
	}
	if identity == "" {
		// Nobody is named: each copy is taken for another's.
		identity = "unknown " + string(rune('0'+index))
	}
	return identity, address
}

// compared returns the form of a reference, false for one that is not compared.
func compared(r *reference.Reference) (template.Template, bool) {
	if !r.Remote || !r.Kind.Load() && r.Kind != reference.Link {
		return template.Template{}, false
	}
	return template.Parse(r.URL)
}

// form is what a reference has in common with its counterparts.
func (r *ref) form() string { return string(r.Vector) + " " + r.template.Text }

// undigited takes digits out of a text: prices and counts are personal at times.
func undigited(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}
