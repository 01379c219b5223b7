package detect

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/detect/signal"
)

// Facts are what a verdict needs to know of the mail around a reference. The
// zero Facts are a mail of which nothing is known.
type Facts struct {
	// FromDomain is the domain in From.
	FromDomain string
	// Recipient is the address that the mail was delivered to, "" if it is
	// not known: then no leak of it is found.
	Recipient string
	// Choices are the addresses in List-Unsubscribe (RFC 2369, section 3.2).
	Choices exempt.List
	// Repeats says how often each remote load stands in the mail. Addresses
	// that stand once may be left out.
	Repeats map[string]int
	// Mail is what the references of the mail say together, nil if not known.
	Mail *signal.Mail
	// Authentication says that the mail is there for a login or a confirmation, see
	// [Judge.Authenticating]: none of its links is gated.
	Authentication bool
	// Beside says that a link next to the one that is judged is for a choice, see
	// [Beside]: then it is likely to be another one, in words that are not known,
	// and it is left.
	Beside bool
	// Words are what stands at the link that is judged. Without them the link's
	// own text is all that is known.
	Words exempt.Words

	// Leaks looks for the reader's addresses. Nil looks for Recipient alone.
	Leaks *leak.Finder

	// sent is who sent the mail for its sender, nil if the header is not known.
	sent *mailer
	// Memory is what other mail of the same sender showed, nil for nothing.
	Memory Memory
}

// listed says whether the header names a link for unsubscribing.
func (f *Facts) listed(url string) bool { return f.Choices.Has(url) }

// Gather reads the facts of a mail from its header and its references. If the
// recipient is "", it is taken from the header: the topmost Delivered-To, else
// the only address in To. That is good enough to look for the address in URLs;
// for consent it is not, see [sender.Recipient]. Leaks is nil: a judge keeps what looks
// for the recipient, see [Judge.Finder].
func Gather(h message.HeaderFields, refs []reference.Reference, recipient string) Facts {
	f := Facts{Recipient: recipient, sent: &mailer{header: h}}
	if boxes := sender.Mailboxes(h.Get("From")); len(boxes) == 1 {
		_, f.FromDomain, _ = strings.Cut(boxes[0], "@")
	}
	if f.Recipient == "" {
		f.Recipient = recipientOf(h)
	}
	f.Choices = exempt.Listed(h.All("List-Unsubscribe"))
	f.Mail = signal.Survey(refs)
	for _, name := range [...]string{"Return-Path", "Message-ID", "List-Unsubscribe"} {
		f.Mail.Note(h.Get(name))
	}
	f.Repeats = f.Mail.Repeated()
	return f
}

// recipientOf guesses the recipient from the header.
func recipientOf(h message.HeaderFields) string {
	if fields := h.All("Delivered-To"); len(fields) > 0 {
		if boxes := sender.Mailboxes(fields[0]); len(boxes) == 1 {
			return boxes[0]
		}
	}
	if boxes := sender.Mailboxes(h.Get("To")); len(boxes) == 1 && !isList(h, boxes[0]) {
		return boxes[0]
	}
	return ""
}

// isList says whether an address is that of a list that the mail came by, whose
// archive and pages name it: List-Post (RFC 2369, section 3.4), List-Id (RFC 2919),
// and what older lists write.
func isList(h message.HeaderFields, address string) bool {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	for _, name := range [...]string{"List-Post", "X-Mailing-List", "Mailing-List"} {
		if strings.Contains(strings.ToLower(h.Get(name)), local+"@"+domain) {
			return true
		}
	}
	return strings.Contains(strings.ToLower(h.Get("List-Id")), local+"."+domain) ||
		strings.HasPrefix(strings.ToLower(h.Get("Sender")), "owner-"+local+"@")
}
