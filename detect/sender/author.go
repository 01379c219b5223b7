package sender

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reason"
)

// author returns the one mailbox of From that the mail is from, or says why there
// is none.
//
// Of several authors, the one that Sender names sent the mail; a mail with several
// authors has to have that field, with one mailbox in it (RFC 5322, section
// 3.6.2). It counts only if it is one of the authors: of anybody else the reader
// sees nothing in From, and would judge by a name that nobody vouched for. Where
// From names one author, Sender says nothing: it is who handed the mail in.
func author(boxes []mailbox, h message.HeaderFields) (mailbox, reason.Reason) {
	switch {
	case len(boxes) == 0:
		// A group without members (RFC 6854, section 2.1).
		return mailbox{}, reason.Is("no-member")
	case len(boxes) == 1:
		return boxes[0], none
	}
	fields := h.All("Sender")
	if len(fields) != 1 {
		return mailbox{}, reason.Is("many-senders")
	}
	sent, err := parseMailboxes(fields[0])
	if err != nil || len(sent) != 1 || strings.Contains(withoutQuotes(fields[0]), ";") {
		// RFC 5322, section 3.6.2 has no group here.
		return mailbox{}, reason.Is("many-senders")
	}
	want := sent[0].normal()
	for _, b := range boxes {
		if want != "" && b.normal() == want {
			return b, none
		}
	}
	return mailbox{}, reason.Is("other-sender")
}

// normal returns the address in lower case with its domain in A-labels, "" if it
// has no such domain.
func (m mailbox) normal() string { return normal(m.local + "@" + m.domain) }

// withoutQuotes leaves out what stands in quotes or in a comment.
func withoutQuotes(field string) string {
	tokens, err := lex(field)
	if err != nil {
		return ";"
	}
	var b strings.Builder
	for _, t := range tokens {
		if t.special != 0 {
			b.WriteByte(t.special)
		}
	}
	return b.String()
}
