package sender

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// Recipient returns the address that a mail was delivered to, in lower case:
// what the reader's own provider wrote on top as Delivered-To, if it writes it,
// else the account's address. Clear is false where it is not certain that the
// mail was sent to the holder of the account: then nothing lasting can be
// granted for it.
func Recipient(h message.HeaderFields, p Provider, account string) (addr string, clear bool) {
	account = normal(account)
	if !p.DeliveredTo {
		return account, account != ""
	}
	fields := h.All("Delivered-To")
	if len(fields) == 0 {
		// The provider writes it into all it delivers, so this was put here
		// in another way.
		return account, false
	}
	boxes, err := parseMailboxes(fields[0])
	if err != nil || len(boxes) != 1 {
		return account, false
	}
	addr = normal(boxes[0].local + "@" + boxes[0].domain)
	return addr, addr != "" && sameBox(addr, account)
}

// normal returns an address in lower case with its domain in A-labels, "" for
// what is no address.
func normal(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at < 1 {
		return ""
	}
	domain, ok := asciiDomain(addr[at+1:])
	if !ok {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(addr[:at])) + "@" + domain
}

// sameBox says whether two addresses are one box: equal but for a subaddress
// (RFC 5233, section 1).
func sameBox(a, b string) bool {
	localA, domainA, _ := strings.Cut(a, "@")
	localB, domainB, _ := strings.Cut(b, "@")
	localA, _, _ = strings.Cut(localA, "+")
	localB, _, _ = strings.Cut(localB, "+")
	return localA == localB && domainA == domainB && localA != ""
}
