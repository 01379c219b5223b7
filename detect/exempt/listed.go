package exempt

import (
	"mime"
	"strings"
)

// A List holds the web addresses of the List-Unsubscribe fields of a mail
// (RFC 2369, section 3.2; RFC 8058, section 3.1).
type List struct{ addresses map[string]struct{} }

// maxListed is how many addresses of a mail are held.
const maxListed = 32

// Listed reads the List-Unsubscribe fields of a mail. Senders encode them as if
// they were text (RFC 2047, section 5, forbids it): those are read too.
func Listed(fields []string) List {
	l := List{addresses: make(map[string]struct{})}
	words := mime.WordDecoder{}
	for _, field := range fields {
		if strings.Contains(field, "=?") {
			if plain, err := words.DecodeHeader(field); err == nil {
				field = plain
			}
		}
		for len(l.addresses) < maxListed {
			_, rest, ok := strings.Cut(field, "<")
			if !ok {
				break
			}
			address, next, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			// Folding white space inside means nothing (RFC 2369, section 2).
			if key := same(strings.Join(strings.Fields(address), "")); key != "" {
				l.addresses[key] = struct{}{}
			}
			field = next
		}
	}
	return l
}

// Has says whether an address is one of the list's, whatever its scheme, its
// fragment and a slash at its end.
func (l List) Has(address string) bool {
	if len(l.addresses) == 0 {
		return false
	}
	_, ok := l.addresses[same(address)]
	return ok
}

// same writes an address of the web so that two of them compare; it is "" for
// others, and for one that is a host alone.
func same(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest = strings.TrimSuffix(rest, "/")
	i := strings.IndexAny(rest, "/?")
	if i < 0 {
		return ""
	}
	return strings.ToLower(rest[:i]) + rest[i:]
}
