package sender

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/detect/message"
)

// maxFrom is the length over which a From field is not read.
const maxFrom = 16 << 10

// errMailbox is returned for a field that is no list of mailboxes.
var errMailbox = errors.New("sender: not a list of mailboxes")

// A mailbox is one address with its name.
type mailbox struct {
	name, local, domain string
}

// parseMailboxes reads a mailbox list (RFC 5322, section 3.4), with groups, with
// the older forms of section 4.4 (routes, blanks and comments around dots), and
// with unquoted dots and "@" in names, which senders write all the time. It
// refuses what two programs could read differently: text after the angle
// brackets, two pairs of them, brackets or quotes that do not close.
func parseMailboxes(field string) ([]mailbox, error) {
	if len(field) > maxFrom {
		return nil, errMailbox
	}
	tokens, err := lex(field)
	if err != nil {
		return nil, err
	}
	var boxes []mailbox
	start, angle, group := 0, false, false
	flush := func(end int) error {
		if end == start {
			return nil
		}
		box, err := parseMailbox(tokens[start:end])
		boxes = append(boxes, box)
		return err
	}
	for i, t := range tokens {
		switch {
		case t.is('<'):
			angle = true
		case t.is('>'):
			angle = false
		case angle:
		case t.is(':') && !group:
			start, group = i+1, true
		case t.is(',') || t.is(';') && group:
			if err := flush(i); err != nil {
				return nil, err
			}
			start, group = i+1, group && t.is(',')
		}
	}
	if group {
		return nil, errMailbox
	}
	return boxes, flush(len(tokens))
}

// Mailboxes returns the addresses in a field like From, To or Delivered-To, in
// lower case, their domains in A-labels. What cannot be read is left out.
func Mailboxes(field string) []string {
	boxes, err := parseMailboxes(field)
	if err != nil {
		return nil
	}
	var addrs []string
	for _, b := range boxes {
		if a := normal(b.local + "@" + b.domain); a != "" {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// parseMailbox reads one mailbox: a name and an address in angle brackets, or an
// address alone.
func parseMailbox(tokens []token) (mailbox, error) {
	open := -1
	for i, t := range tokens {
		if t.is('<') {
			open = i
			break
		}
	}
	if open < 0 {
		return parseAddress(tokens)
	}
	last := len(tokens) - 1
	if !tokens[last].is('>') {
		return mailbox{}, errMailbox
	}
	inside := tokens[open+1 : last]
	for _, t := range inside {
		if t.is('<') || t.is('>') {
			return mailbox{}, errMailbox
		}
	}
	box, err := parseAddress(dropRoute(inside))
	box.name = phrase(tokens[:open])
	return box, err
}

// dropRoute leaves out "@a,@b:" before an address (RFC 5322, section 4.4).
func dropRoute(tokens []token) []token {
	if len(tokens) == 0 || !tokens[0].is('@') {
		return tokens
	}
	for i, t := range tokens {
		if t.is(':') {
			return tokens[i+1:]
		}
	}
	return tokens
}

// parseAddress reads local-part "@" domain. The local part is atoms and dots, or
// one quoted string; nothing else may stand there.
func parseAddress(tokens []token) (mailbox, error) {
	at := -1
	for i, t := range tokens {
		switch {
		case t.is('@') && at >= 0:
			return mailbox{}, errMailbox
		case t.is('@'):
			at = i
		case t.special != 0:
			return mailbox{}, errMailbox
		}
	}
	if at < 1 || at != 1 && !dotted(tokens[:at]) || at == len(tokens)-1 || !dotted(tokens[at+1:]) || tokens[at+1].quoted {
		return mailbox{}, errMailbox
	}
	return mailbox{local: joined(tokens[:at]), domain: joined(tokens[at+1:])}, nil
}

// dotted says whether the tokens are one word in pieces, as the obsolete syntax
// writes "a . b": each piece but the first begins, or the one before it ends,
// with a dot.
func dotted(tokens []token) bool {
	for i, t := range tokens {
		if t.quoted && len(tokens) > 1 {
			return false
		}
		if i > 0 && !strings.HasPrefix(t.text, ".") && !strings.HasSuffix(tokens[i-1].text, ".") {
			return false
		}
	}
	return true
}

// joined returns the texts of the tokens without anything between them.
func joined(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.text)
	}
	return b.String()
}

// phrase returns the texts of the tokens with one blank between them.
func phrase(tokens []token) string {
	var words []string
	for _, t := range tokens {
		if t.special != 0 {
			words = append(words, string(t.special))
			continue
		}
		words = append(words, t.text)
	}
	return strings.Join(words, " ")
}

// shown returns the name that may be shown beside the address: decoded, cut,
// without characters that hide or turn text, and "" if it shows an address at
// another domain.
func (m mailbox) shown(domain string) string {
	// Encoded words may be in any charset; the header knows them all.
	name := message.Header([]byte("Name: " + m.name + "\r\n\r\n")).Text("Name")
	name = strings.Map(func(r rune) rune {
		// Format characters (Cf) include those that turn the direction.
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	for len(name) > 200 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if strings.ContainsAny(name, "@＠") && !strings.Contains(strings.ToLower(name), "@"+domain) {
		return ""
	}
	return name
}
