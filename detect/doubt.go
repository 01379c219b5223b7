package detect

import (
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// In what a program loads by itself, whatever could name a recipient counts:
// when in doubt the request is stopped. That the pictures of a mail share a name
// clears none of them: of the mailings that are known from two recipients, the
// one with pictures for each recipient has the recipient's number in two.
const (
	// minNumber is how many digits may name a recipient.
	minNumber = 5
	// minMixed is how short a text can be that letters and digits, or capitals
	// and small letters, mixed at random give away.
	minMixed = 5
	// mixes is how often the classes of characters have to meet in one.
	mixes = 3
	// maxConsonants is how many consonants stand in a row in words.
	maxConsonants = 6
	// minAsked is how short a value can be in a parameter that is named after
	// people.
	minAsked = 3
	// maxSide is how many digits a side of a picture has.
	maxSide = 4
	// maxNesting is how often escapes are resolved.
	maxNesting = 3
)

// A search looks for the part of an address that looks most like a name.
type search struct{ best token }

// doubt returns the part of an address that could tell one recipient from
// another: the first that can hardly be anything else in query, path and host,
// else the first that might. It sees more than [find].
func doubt(a catalogue.Address) token {
	var s search
	for pair := range strings.SplitSeq(a.Query(), "&") {
		if s.pair(pair) {
			return s.best
		}
	}
	for segment := range strings.SplitSeq(a.Path(), "/") {
		if dot := strings.LastIndexByte(segment, '.'); dot > 0 && len(segment)-dot <= 5 && !strings.ContainsAny(segment, "@%") {
			segment = segment[:dot]
		}
		if s.consider("path", segment) {
			return s.best
		}
	}
	s.host(a.Host)
	return s.best
}

// consider takes a text if it looks like a name, and says whether it can hardly
// be anything else.
func (s *search) consider(where, text string) bool {
	if text == "" {
		return false
	}
	plain := unescaped(text)
	kind, strong := grade(plain)
	if kind == "" || kind == "random" && !strong && !isDense(plain) {
		kind = gradePieces(plain)
	}
	if kind != "" && (strong || s.best.text == "") {
		s.best = token{where: where, kind: kind, text: text, strong: strong}
	}
	return strong
}

// pair considers a parameter of a query.
func (s *search) pair(pair string) bool {
	name, value, ok := strings.Cut(pair, "=")
	if !ok {
		name, value = "", pair
	}
	if s.consider("query", value) {
		return true
	}
	if s.best.text == "" && len(value) >= minAsked && asksWho(name, value) {
		s.best = token{where: "query", kind: "random", text: value}
	}
	// A name can hold what its value should.
	return s.consider("query", name)
}

// host considers the labels below what was registered. The registered name costs
// money: nobody has one for each recipient.
func (s *search) host(host string) {
	start := 0
	for label := range strings.SplitSeq(host, ".") {
		own := search{}
		strong := own.consider("host", label)
		if own.best.text != "" && isBelow(host, start) {
			if strong || s.best.text == "" {
				s.best = own.best
			}
			return
		}
		start += len(label) + 1
	}
}

// isBelow says whether a label lies below the registered name of its host.
func isBelow(host string, label int) bool {
	registered, err := publicsuffix.EffectiveTLDPlusOne(host)
	return err == nil && label < len(host)-len(registered)
}

// asksWho says whether a parameter is named after the one who reads, or is named
// after things and numbers them.
func asksWho(name, value string) bool {
	switch name = strings.ToLower(name); name {
	case "u", "user", "rcpt", "recipient", "subscriber", "contact", "customer", "member", "email", "mail":
		return true
	case "e", "r", "key", "token", "hash":
	default:
		if !strings.HasSuffix(name, "id") {
			return false
		}
	}
	for i := range len(value) {
		if digits(value[i:]) >= minAsked {
			return true
		}
	}
	return false
}

// unescaped resolves the escapes of a URL, nested ones too, where there are any.
func unescaped(s string) string {
	for range maxNesting {
		if strings.IndexByte(s, '%') < 0 {
			break
		}
		plain, err := url.PathUnescape(s)
		if err != nil {
			break
		}
		s = plain
	}
	return s
}

// grade says what kind of name a text as a whole could be, "" for none, and
// whether it can hardly be anything else.
func grade(s string) (kind string, strong bool) {
	if at := strings.IndexByte(s, '@'); at > 0 && strings.IndexByte(s[at:], '.') > 1 {
		return "address", true
	}
	if len(s) < minMixed {
		return "", false
	}
	if digits(s) == len(s) {
		if len(s) < minNumber || isDay(s) {
			return "", false
		}
		return "number", len(s) >= 15
	}
	return classify(s)
}

// isDense says whether the classes of characters in a text change so often that
// its parts need not be looked at: "a1b2-c3d4-e5f6" is
// a name, "header2_r1_c1" is three.
func isDense(s string) bool { return count(s).changes*3 >= len(s) }

// gradePieces says the same of the longest texts of letters and digits alone
// within a text. None of them is sure: file names are made of such.
func gradePieces(s string) string {
	for start := 0; start < len(s); start++ {
		end := start
		for end < len(s) && isAlnum(s[end]) {
			end++
		}
		if end-start >= minMixed {
			if kind := gradePiece(s[start:end]); kind != "" {
				return kind
			}
		}
		start = end
	}
	return ""
}

// gradePiece grades one text of letters and digits.
func gradePiece(s string) string {
	if s = withoutSize(s); len(s) < minMixed || digits(s) == len(s) && isDay(s) {
		return ""
	}
	if kind, _ := grade(s); kind != "" {
		return kind
	}
	if isNumbered(s) {
		return "number"
	}
	if count(s).changes >= mixes || consonants(s) > maxConsonants {
		return "random"
	}
	return ""
}

// isNumbered says whether a long number that is no day stands in a text.
func isNumbered(s string) bool {
	for i := 0; i < len(s); i++ {
		n := digits(s[i:])
		if n >= minNumber && !isDay(s[i:i+n]) {
			return true
		}
		i += n
	}
	return false
}

// withoutSize takes the first size in pixels out of a text: "survey75x75" is
// "survey". A side has four digits at most.
func withoutSize(s string) string {
	for i := 1; i+1 < len(s); i++ {
		if s[i] != 'x' && s[i] != 'X' {
			continue
		}
		start, end := i, i+1+digits(s[i+1:])
		for start > 0 && digits(s[start-1:start]) == 1 {
			start--
		}
		if n, m := i-start, end-i-1; n >= 1 && n <= maxSide && m >= 1 && m <= maxSide {
			return s[:start] + s[end:]
		}
	}
	return s
}

// Years in which mail is sent.
const (
	firstYear = 1995
	lastYear  = 2040
)

// isDay says whether digits are a day, with or without its century, in any of
// the orders in use, or a month with its year. Minutes and seconds are none: a
// mail can be made in a second of its own.
func isDay(s string) bool {
	if len(s) != 6 && len(s) != 8 {
		return false
	}
	for _, layout := range [...]string{"20060102", "02012006", "01022006", "060102", "020106", "010206", "200601", "012006"} {
		if len(layout) != len(s) {
			continue
		}
		if day, err := time.Parse(layout, s); err == nil && day.Year() >= firstYear && day.Year() <= lastYear {
			return true
		}
	}
	return false
}

// digits counts the digits at the start of a text.
func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// consonants is the length of the longest run of consonants within a word. A
// capital after a small letter begins another.
func consonants(s string) int {
	run, longest := 0, 0
	for i := range len(s) {
		c := s[i] | 0x20
		if c < 'a' || c > 'z' || strings.IndexByte("aeiouy", c) >= 0 {
			run = 0
			continue
		}
		if i > 0 && s[i] != c && s[i-1]|0x20 == s[i-1] {
			run = 0
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// isAlnum says whether an octet is a letter or a digit of ASCII.
func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
