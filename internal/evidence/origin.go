package evidence

import (
	"net/mail"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/role"
	"github.com/unseen-mail/unseen/detect/sender"
)

// An Origin is what a message says of where it came from, as it stands there.
type Origin struct {
	// MessageSHA256 is of the raw message.
	MessageSHA256 string `json:"message_sha256"`
	// From is the field as written, Address the mailbox in it, and Sender the
	// organisational domain, or the address where many share a domain.
	From    string `json:"from"`
	Address string `json:"address"`
	Sender  string `json:"sender"`
	// Recipient is whose copy it is, as far as the header says; "" if it does not.
	Recipient string `json:"recipient"`
	// Subject is decoded.
	Subject string `json:"subject"`
	// MessageID, ListID and Date are the fields; Sent is the date, in UTC, zero if
	// it cannot be read.
	MessageID string    `json:"message_id"`
	ListID    string    `json:"list_id"`
	Date      string    `json:"date"`
	Sent      time.Time `json:"sent"`
	// AuthenticationResults (RFC 8601), ARC (RFC 8617), DKIMSignatures (RFC 6376)
	// and Received (RFC 5321, section 4.4) are fields as written, topmost first.
	// Whoever sent the mail may have written those further down. No key was asked
	// for: signatures can be checked later as long as their keys are published.
	AuthenticationResults []string `json:"authentication_results"`
	ARC                   []string `json:"arc"`
	DKIMSignatures        []string `json:"dkim_signatures"`
	Received              []string `json:"received"`
	// Roles are presumed.
	Roles []Role `json:"presumed_roles"`
}

// A Role is somebody's presumed part, with the reasons.
type Role struct {
	// Role is one of package role's kinds.
	Role string `json:"role"`
	// Name is what to call them.
	Name string `json:"name"`
	// Domain is theirs, "" if not known.
	Domain string `json:"domain"`
	// Why are sentences.
	Why []string `json:"why"`
}

// arcFields are the fields of a chain of seals (RFC 8617, section 4.1).
var arcFields = []string{"ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"}

// origin reads what a message says of itself. Whose provider may be believed is
// not known here, so nobody is taken as vouched for.
func (c *Case) origin(raw []byte, hash string, seen []role.Seen) Origin {
	h := message.Header(raw)
	from := sender.Identify(h, sender.Provider{})
	o := Origin{
		MessageSHA256: hash, From: h.Text("From"), Address: from.Address, Sender: from.Key,
		Recipient: c.recipient(h), Subject: h.Text("Subject"), MessageID: h.Get("Message-ID"),
		ListID: from.ListID, Date: h.Get("Date"),
		AuthenticationResults: fields(h, "Authentication-Results"), DKIMSignatures: fields(h, "DKIM-Signature"),
		Received: fields(h, "Received"), ARC: []string{}, Roles: []Role{},
	}
	for _, name := range arcFields {
		for _, value := range h.All(name) {
			o.ARC = append(o.ARC, name+": "+value)
		}
	}
	if t, err := mail.ParseDate(o.Date); err == nil {
		o.Sent = t.UTC()
	}
	for _, r := range role.Of(role.Mail{Header: h, From: from, Seen: seen}, c.opt.Judge.Catalogue) {
		o.Roles = append(o.Roles, Role{Role: string(r.Kind), Name: r.Name, Domain: r.Domain, Why: r.Why})
	}
	return o
}

// recipient is whose copy a message is: what the delivering server wrote, else
// whom it is addressed to; where that is several, the one that is the
// complainant's.
func (c *Case) recipient(h message.HeaderFields) string {
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		boxes := sender.Mailboxes(h.Get(name))
		for _, own := range c.opt.Recipients {
			for _, box := range boxes {
				if strings.EqualFold(box, own) {
					return box
				}
			}
		}
		if len(boxes) == 1 && len(c.opt.Recipients) == 0 {
			return boxes[0]
		}
	}
	if len(c.opt.Recipients) == 1 {
		return strings.ToLower(c.opt.Recipients[0])
	}
	return ""
}

// fields are all fields of a name; never nil, so that JSON has a list.
func fields(h message.HeaderFields, name string) []string {
	return append([]string{}, h.All(name)...)
}
