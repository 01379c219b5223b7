package detect

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/unseen-mail/unseen/detect/sender"
)

// showsAddress says whether a text shows an address of the web. Where people see
// one, the link leads there, or they are to believe so.
func showsAddress(text string) bool {
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(word, "<>()[]{}\"'.,;:!?")
		if strings.Contains(word, "://") {
			return true
		}
		host, _, _ := strings.Cut(word, "/")
		dot := strings.LastIndexByte(host, '.')
		if dot <= 0 || len(host)-dot < 3 || strings.Contains(host, "@") {
			continue
		}
		if _, known := publicsuffix.PublicSuffix(strings.ToLower(host[dot+1:])); known {
			return true
		}
	}
	return false
}

// shownHost returns the host of the first address of the web that a text shows, in
// lower case, "" if there is none. It reads less than [showsAddress] takes for an
// address: in doubt a link is left, and nothing is said of it.
func shownHost(text string) string {
	if strings.IndexByte(text, '.') < 0 {
		return ""
	}
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(word, "<>()[]{}\"'.,;:!?")
		_, rest, full := strings.Cut(word, "://")
		if !full {
			rest = word
		}
		host := strings.ToLower(rest[:len(rest)-len(strings.TrimLeftFunc(rest, inHost))])
		dot := strings.LastIndexByte(host, '.')
		named := dot > 0 && len(host)-dot >= 3
		switch {
		case named && (full || strings.HasPrefix(host, "www.")):
			return host
		case !named || strings.HasPrefix(rest[len(host):], "@"):
			continue
		}
		if _, known := publicsuffix.PublicSuffix(host[dot+1:]); known {
			return host
		}
	}
	return ""
}

// inHost says whether a character stands in the names of hosts.
func inHost(r rune) bool {
	return r == '.' || r == '-' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
}

// told adds to what is said of a link that its text shows the host of somebody
// else. It changes no verdict: of 30 labelled links that show another host than
// they lead to, 4 are tracked, and those are found by other signs; most lead where
// a swindler wants. But whoever reads of a link is told.
func (v *view) told(out Judgement) Judgement {
	text := v.facts.Words.Text
	if text == "" {
		text = v.ref.Text
	}
	host := shownHost(text)
	if host == "" || v.at.Host == "" || host == v.at.Host || strings.HasSuffix(v.at.Host, "."+host) ||
		sender.OrgDomain(host) == sender.OrgDomain(v.at.Host) {
		return out
	}
	out.because(why("shows-other", host, v.at.Host))
	out.Rules = append(out.Rules, "text:host")
	return out
}
