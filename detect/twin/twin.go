// Package twin is the certain test of whether an address in a mail was made for
// one person: it compares what several recipients got of the same mailing.
//
// It first makes sure that the copies are of one mailing, by sender, list,
// subject, date, wording and references, says how sure that is, and refuses
// anything else. Then it finds for each reference its counterpart in the other
// copies and says what of the address is the person's, the mailing's, the link's,
// and what is the same always.
//
// # What it claims
//
// An address that stands in every recipient's copy is the same for all:
// [Aggregate]. One that some share and others do not have is of a group, as in a
// test of two variants, and no person's: [Variant]. One that has a counterpart of
// the same form in another copy, with an identifier in the same place that no two
// recipients share, is [Individual]. Where the difference is a time, a word or a
// short number, two copies cannot tell a person from a variant, and it says so;
// four that all differ can.
//
// What has no counterpart is [Unaligned]; if every other address of its form was
// individual, it is taken to be so as well, and the reason says by what.
//
// # Limits
//
// At most 64 copies with 20,000 references each are compared, in time linear in
// the references. It is pure: no clock, network or disk.
package twin

import (
	"errors"
	"fmt"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/template"
)

// Reasons not to compare.
var (
	// ErrCopies is fewer than two copies, or more than [MaxCopies].
	ErrCopies = errors.New("twin: too few or too many copies")
	// ErrOneRecipient is copies that all went to one recipient.
	ErrOneRecipient = errors.New("twin: all copies went to the same recipient")
	// ErrOtherMailing is copies that are not of one mailing.
	ErrOtherMailing = errors.New("twin: the copies are not of one mailing")
)

// MaxCopies is how many copies are compared at once.
const MaxCopies = 64

// A Copy is what one recipient got.
type Copy struct {
	// Raw is the raw message.
	Raw []byte
	// Recipient is whom it was delivered to; if it is "", the header is
	// asked.
	Recipient string
}

// A Result is what the comparison says of a reference.
type Result string

const (
	// Individual differs from recipient to recipient.
	Individual Result = "individual"
	// Aggregate is the same for all.
	Aggregate Result = "aggregate"
	// Variant differs, but by group or time, or in a way that these copies
	// cannot tell from that.
	Variant Result = "variant"
	// Unaligned has no counterpart.
	Unaligned Result = "unaligned"
)

// A Report is what a comparison came to.
type Report struct {
	// Sameness says how sure it is that the copies are of one mailing.
	Sameness Sameness
	// Sender is the key of who sent it, as package sender makes it.
	Sender string
	// Date is that of the first copy; zero if it has none.
	Date time.Time
	// Copies and Recipients are how many were compared.
	Copies, Recipients int
	// References are in the order of the first copy, those that it lacks
	// last.
	References []Reference
	// Gaps name, for each copy, what was not looked into.
	Gaps [][]message.Gap
}

// A Place is one occurrence of a reference.
type Place struct {
	// Copy is the index of the copy.
	Copy int
	// Part is the IMAP section of the leaf.
	Part string
	// Offset and Length are raw octets of the message.
	Offset, Length int
	// URL is the address there.
	URL string
}

// A Reference is one address, or the addresses that stand for it in the copies.
type Reference struct {
	// Vector is where in the text the first place stands.
	Vector reference.Vector
	// Kind is what following it does.
	Kind reference.Kind
	// Template is the form of the address.
	Template string
	// Result is what the comparison says of it.
	Result Result
	// Reasons are sentences for the reader.
	Reasons []string
	// Places are where it stands, in the order of the copies.
	Places []Place
	// Parts are the variable parts of the first place's URL.
	Parts []Part
}

// A Class is whose a part of an address is.
type Class string

// The classes of parts.
const (
	// Person differs from recipient to recipient, and is the same in several
	// addresses of one copy.
	Person Class = "person"
	// Sealed differs from recipient to recipient and from link to link.
	Sealed Class = "sealed"
	// Delivery differs between two copies to the same recipient.
	Delivery Class = "delivery"
	// Group is shared by some recipients.
	Group Class = "group"
	// Time is about when the mail was sent.
	Time Class = "time"
	// Mailing is the same in all copies and in all addresses of the form.
	Mailing Class = "mailing"
	// Link is the same in all copies, and differs from address to address.
	Link Class = "link"
	// Fixed is a word that is the same in all copies.
	Fixed Class = "fixed"
)

// A Part is one variable part of an address.
type Part struct {
	// Slot is its index in the template.
	Slot int
	// Class is whose it is; "" if the copies' forms differ too much to say.
	Class Class
	// Where it stands.
	Where template.Place
	// Name is the key of a parameter, "" for all else.
	Name string
	// Kind is what it looks like.
	Kind template.Kind
	// Start and End are where in the first place's URL it stands, for parts
	// that differ without what they have in common.
	Start, End int
	// Values is how many different values there are.
	Values int
}

// Compare compares copies of one mailing.
func Compare(copies []Copy) (Report, error) {
	if len(copies) < 2 || len(copies) > MaxCopies {
		return Report{}, fmt.Errorf("%w: %d", ErrCopies, len(copies))
	}
	c := comparison{}
	for i, one := range copies {
		c.copies = append(c.copies, readCopy(i, one))
	}
	return c.compare()
}

// compare compares the copies that were read.
func (c *comparison) compare() (Report, error) {
	c.numberRecipients()
	if c.recipients < 2 {
		return Report{}, ErrOneRecipient
	}
	out := Report{Copies: len(c.copies), Recipients: c.recipients, Sender: c.copies[0].sender, Date: c.copies[0].date}
	out.Sameness = c.sameness()
	if out.Sameness.Sure == "" {
		return out, fmt.Errorf("%w: %s", ErrOtherMailing, out.Sameness.against())
	}
	for _, one := range c.copies {
		out.Gaps = append(out.Gaps, one.gaps)
	}
	c.align()
	c.judge()
	for _, r := range c.rows {
		out.References = append(out.References, c.report(r))
	}
	return out, nil
}

// A comparison is one run of [Compare].
type comparison struct {
	copies     []*mailCopy
	recipients int
	rows       []*row
	// counts is made when parts are first asked for.
	counts map[countKey]int
}

// numberRecipients gives equal recipients equal numbers.
func (c *comparison) numberRecipients() {
	numbers := make(map[string]int)
	for _, m := range c.copies {
		n, ok := numbers[m.recipient]
		if !ok {
			n = len(numbers)
			numbers[m.recipient] = n
		}
		m.who = n
	}
	c.recipients = len(numbers)
}
