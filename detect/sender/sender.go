// Package sender says who sent a mail, and who says so.
//
// Consent must not be borrowed: a mail counts as somebody's only if the reader's
// own mail provider wrote into its header that it is, by DMARC's rule that a
// checked domain must be the one the reader sees in From (RFC 7489, section
// 3.1). Where the provider says nothing, or what it says cannot be told from a
// forgery, the mail is from nobody, and the package gives the reason as a
// sentence for the reader.
//
// It believes only the field that the provider put on top. Whatever claims to
// come from the provider further down may have been there when the mail came in
// (RFC 8601, section 5).
//
// What came by a forwarder or a list is often the sender's no longer, as far as a
// provider can see. Then the chain of seals (ARC, RFC 8617) tells who sent it, if
// the provider checked it and all who sealed are known.
//
// It verifies no signature and asks nobody: no network, no clock, no disk. Package
// dkim verifies those of a mail that the reader asks about.
package sender

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reason"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A Provider is the reader's own mail provider, as the catalogue knows it.
type Provider = catalogue.Provider

// A Sender is who a mail says it is from, and whether that is so.
type Sender struct {
	// Key is what consent is keyed by: the organisational domain, or on a
	// shared domain the full address, followed by a blank and the List-Id if
	// there is one. It is "" if From cannot be read, or could be read as
	// another key.
	Key string
	// Address is the mailbox in From, in lower case, its domain in A-labels.
	Address string
	// Domain is the domain of the address.
	Domain string
	// Display is the name shown beside the address. It is "" if it shows
	// another address: that is a lie about who wrote.
	Display string
	// ListID is the identifier in List-Id (RFC 2919, section 3).
	ListID string
	// Authenticated says that the reader's provider vouches for the domain.
	Authenticated bool
	// How is what it vouches by: "dmarc", "dkim", "spf", "arc"; "" if it does not.
	// [OwnDKIM] is a signature that the reader had verified themselves.
	How string
	// Authors is how many mailboxes From names. Of several, the sender is the
	// one that the Sender field names.
	Authors int
	// Why is a sentence for the reader if it does not, Because the same as data.
	Why     string
	Because reason.Reason
}

// OwnDKIM is how a sender is known whose signature was verified on the reader's own
// computer, and not by their provider.
const OwnDKIM = "own-dkim"

// Verified returns the sender of a mail whose signature was verified. It says nothing
// of a sender that cannot be read.
func (s Sender) Verified() Sender {
	if s.Key == "" {
		return s
	}
	s.Authenticated, s.How = true, OwnDKIM
	s.doubt(none)
	return s
}

// doubt notes why nobody vouches for the sender.
func (s *Sender) doubt(why reason.Reason) { s.Because, s.Why = why, sentences.English(why) }

// Identify says who sent a mail with this header, as far as the provider of the
// mailbox it lies in vouches for it.
func Identify(h message.HeaderFields, p Provider) Sender {
	s, why := whoFrom(h, p)
	if !why.None() {
		s.doubt(why)
		return s
	}
	s.How, why = vouch(h, p, s.Domain)
	s.Authenticated = s.How != ""
	s.doubt(why)
	return s
}

// whoFrom reads who the mail says it is from, or says why that cannot be read.
func whoFrom(h message.HeaderFields, p Provider) (Sender, reason.Reason) {
	fields := h.All("From")
	switch {
	case len(fields) == 0:
		return Sender{}, reason.Is("no-from")
	case len(fields) > 1:
		// RFC 5322, section 3.6 permits one. Programs differ in which of
		// two they show.
		return Sender{}, reason.Is("many-from")
	}
	boxes, err := parseMailboxes(fields[0])
	switch {
	case err != nil || strings.TrimSpace(fields[0]) == "":
		return Sender{}, reason.Is("bad-from")
	}
	box, why := author(boxes, h)
	if !why.None() {
		return Sender{Authors: len(boxes)}, why
	}
	domain, ok := asciiDomain(box.domain)
	s := Sender{Address: strings.ToLower(box.local) + "@" + domain, Display: box.shown(domain), Authors: len(boxes)}
	if !ok {
		return s, reason.Is("no-domain")
	}
	s.Domain = domain
	s.ListID = listID(h.Get("List-Id"))
	shared := p.Shared(domain)
	if shared && !isPlain(box.local) {
		return s, reason.Is("bad-local")
	}
	s.Key = key(s, shared)
	return s, none
}

// key returns what consent is keyed by.
func key(s Sender, shared bool) string {
	if !shared {
		return OrgDomain(s.Domain)
	}
	if s.ListID == "" {
		return s.Address
	}
	return s.Address + " " + s.ListID
}

// isPlain says whether a local part can stand in a key: nothing in it had to be
// quoted, so that no address reads like another one with a List-Id behind it
// (RFC 5322, section 3.2.3 names the special characters), and nothing in it looks
// like nothing or turns into a letter of ASCII in lower case.
func isPlain(local string) bool {
	return local != "" && utf8.ValidString(local) && !strings.ContainsFunc(local, func(r rune) bool {
		return strings.ContainsRune(`()<>[]:;@\,"`, r) || unicode.IsSpace(r) || !unicode.IsPrint(r) ||
			r >= utf8.RuneSelf && unicode.ToLower(r) < utf8.RuneSelf
	})
}

// listID returns the identifier in a List-Id field, in lower case: it is
// compared without regard to case (RFC 2919, section 6). What does not look
// like one is left out, since it becomes part of a key.
func listID(field string) string {
	id := field
	if open := strings.LastIndexByte(field, '<'); open >= 0 {
		id, _, _ = strings.Cut(field[open+1:], ">")
	}
	id = strings.ToLower(strings.TrimSpace(id))
	// RFC 2919, section 3: at most 255 octets.
	if len(id) > 255 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return ""
	}
	return id
}
