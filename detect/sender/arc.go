package sender

import (
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// maxInstances is how long a chain may be (RFC 8617, section 4.2.1).
const maxInstances = 50

// An arcSet is what one forwarder added to the chain (RFC 8617, section 4.1).
type arcSet struct {
	// sealer is the domain that signed it, and cv what it says of the chain
	// before it: "none", "pass", "fail".
	sealer, cv string
	// seen is what it found when the mail came in.
	seen stamp
	// signed says that it signed the mail as it sent it on.
	signed bool
}

// forwarded says whether a forwarder that can be trusted vouches that the mail was
// the domain's when it came in, although it is not known to be any more: a
// forwarder or a list changes the server that delivers, and often the mail.
//
// A chain proves nothing by itself: whoever has a domain can seal one, with
// results as he likes (RFC 8617, section 9.4). It counts only if the reader's own
// provider checked the seals and says so in its own results, if each who sealed
// is in the table of providers, and if each wrote its results under its own name.
// Then it tells who sent the mail. It does not tell that the mail is unchanged
// since.
func forwarded(h message.HeaderFields, results []result, p Provider, domain string) bool {
	checked := ""
	for _, r := range results {
		if r.method != "arc" {
			continue
		}
		if checked != "" {
			return false
		}
		checked = r.value
	}
	if checked != "pass" {
		return false
	}
	sets, ok := chain(h)
	if !ok {
		return false
	}
	for i, s := range sets {
		// RFC 8617, section 5.1.1: the first says none, the others pass.
		if !p.Sealer(s.sealer, name(s.seen)) || (s.cv == "none") != (i == 0) || i > 0 && s.cv != "pass" {
			return false
		}
	}
	how, _ := judge(sets[0].seen.results, domain)
	return how != ""
}

// chain reads the chain, from the first forwarder on. Each has to have added one
// field of each of the three kinds (RFC 8617, section 4.2).
func chain(h message.HeaderFields) ([]arcSet, bool) {
	seals, signatures, results := h.All("ARC-Seal"), h.All("ARC-Message-Signature"), h.All("ARC-Authentication-Results")
	n := len(seals)
	if n == 0 || n > maxInstances || len(signatures) != n || len(results) != n {
		return nil, false
	}
	sets := make([]arcSet, n)
	for i := range n {
		if !addSeal(sets, seals[i]) || !addSignature(sets, signatures[i]) || !addResults(sets, results[i]) {
			return nil, false
		}
	}
	return sets, true
}

// addSeal reads an ARC-Seal (RFC 8617, section 4.1.3).
func addSeal(sets []arcSet, field string) bool {
	tags, ok := tagList(field)
	i, found := instance(sets, tags["i"])
	domain, named := asciiDomain(tags["d"])
	if !ok || !found || !named || sets[i].sealer != "" {
		return false
	}
	sets[i].sealer, sets[i].cv = domain, strings.ToLower(tags["cv"])
	return true
}

// addSignature reads an ARC-Message-Signature (RFC 8617, section 4.1.2).
func addSignature(sets []arcSet, field string) bool {
	tags, ok := tagList(field)
	i, found := instance(sets, tags["i"])
	if !ok || !found || sets[i].signed {
		return false
	}
	sets[i].signed = true
	return true
}

// addResults reads an ARC-Authentication-Results: an instance, then the field as
// it would stand alone (RFC 8617, section 4.1.1).
func addResults(sets []arcSet, field string) bool {
	head, rest, ok := strings.Cut(field, ";")
	tag, number, equals := strings.Cut(head, "=")
	i, found := instance(sets, strings.TrimSpace(number))
	if !ok || !equals || !strings.EqualFold(strings.TrimSpace(tag), "i") || !found || sets[i].seen.authserv != "" {
		return false
	}
	seen, err := parseStamp(rest)
	if err != nil || seen.authserv == "" {
		return false
	}
	sets[i].seen = seen
	return true
}

// instance returns the place of an instance among the sets.
func instance(sets []arcSet, number string) (int, bool) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(sets) || strconv.Itoa(n) != number {
		return 0, false
	}
	return n - 1, true
}

// tagList reads a list of tags (RFC 6376, section 3.2). Blanks go, for no tag that
// is asked for can hold any; a name that stands twice makes it none.
func tagList(field string) (map[string]string, bool) {
	tags := make(map[string]string)
	for part := range strings.SplitSeq(field, ";") {
		tag, value, ok := strings.Cut(part, "=")
		tag = strings.TrimSpace(tag)
		if !ok {
			if tag == "" {
				continue
			}
			return nil, false
		}
		if _, twice := tags[tag]; twice {
			return nil, false
		}
		tags[tag] = strings.Join(strings.Fields(value), "")
	}
	return tags, true
}
