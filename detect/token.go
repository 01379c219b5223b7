package detect

import (
	"math"
	"strings"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A token is a part of an address that may name a recipient or one message.
type token struct {
	where, kind, text string
	// strong says that it can hardly be anything else.
	strong bool
}

// info returns what a finding says of the token.
func (t token) info() *TokenInfo {
	if t.text == "" {
		return nil
	}
	return &TokenInfo{Where: t.where, Kind: t.kind, Length: len(t.text)}
}

// placed returns the token at a place that the catalogue names, even if it does
// not look like one: the vendor's form says that it is.
func placed(a catalogue.Address, places []catalogue.Place) token {
	for _, p := range places {
		var t token
		switch {
		case p.Query:
			t = token{where: "query", text: a.Query()}
		case p.Param != "":
			t = token{where: "query", text: param(a.Query(), p.Param)}
		case p.Segment > 0:
			t = token{where: "path", text: segment(a.Path(), p.Segment)}
		default:
			t = longest(a.Path())
		}
		if t.text != "" {
			if t.kind, t.strong = classify(t.text); t.kind == "" {
				t.kind = "random"
			}
			return t
		}
	}
	return token{}
}

// param returns the value of a query parameter as written.
func param(query, name string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}

// segment returns the n-th segment of a path, from 1.
func segment(path string, n int) string {
	for s := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if n--; n == 0 {
			return s
		}
	}
	return ""
}

// longest returns the longest segment of a path.
func longest(path string) token {
	t := token{where: "path"}
	for s := range strings.SplitSeq(path, "/") {
		if len(s) > len(t.text) {
			t.text = s
		}
	}
	return t
}

// find returns the part of an address that looks most like an identifier: the
// first strong one in query, path, host, else the first weak one.
func find(a catalogue.Address) token {
	var weak token
	consider := func(where, text string) bool {
		kind, strong := classify(text)
		if kind == "" {
			return false
		}
		t := token{where: where, kind: kind, text: text, strong: strong}
		if strong || weak.text == "" {
			weak = t
		}
		return strong
	}
	for pair := range strings.SplitSeq(a.Query(), "&") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			value = key
		}
		if consider("query", value) {
			return weak
		}
	}
	for s := range strings.SplitSeq(a.Path(), "/") {
		if dot := strings.LastIndexByte(s, '.'); dot > 0 && len(s)-dot <= 5 {
			s = s[:dot]
		}
		if consider("path", s) {
			return weak
		}
	}
	for label := range strings.SplitSeq(a.Host, ".") {
		if len(label) >= 16 && consider("host", label) {
			return weak
		}
	}
	return weak
}

// classify says what kind of identifier a text looks like, "" for none, and
// whether it can hardly be anything else.
func classify(s string) (kind string, strong bool) {
	if len(s) < 6 {
		return "", false
	}
	c := count(s)
	switch {
	case c.other > 0 && c.other*4 > len(s):
		return "", false
	case isUUID(s):
		return "uuid", true
	case c.digits == len(s):
		if isDate(s) {
			return "", false
		}
		return "number", len(s) >= 15
	case c.hex == len(s) && c.digits > 0 && len(s) >= 8:
		return "hex", len(s) >= 16
	case len(s) < 8 || c.digits == 0 && len(s) < 16:
		return "", false
	}
	// Words and file names repeat letters and change class seldom; random text
	// does neither.
	if bits := entropy(s) * float64(len(s)); c.changes*5 < len(s) || bits < 24 {
		return "", false
	}
	return "random", len(s) >= 20 && c.changes*4 >= len(s)
}

// A tally is what characters a text has.
type tally struct {
	digits, hex, other, changes int
}

// count tallies the characters of s. A change is where upper case, lower case
// and digits meet within a word; a capital that begins one is none.
func count(s string) tally {
	var t tally
	last := byte(0)
	for i := range len(s) {
		class := byte(0)
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			t.digits++
			t.hex++
			class = 'd'
		case c >= 'a' && c <= 'z':
			class = 'l'
			if c <= 'f' {
				t.hex++
			}
		case c >= 'A' && c <= 'Z':
			class = 'u'
			if c <= 'F' {
				t.hex++
			}
		case strings.IndexByte("-_=~.%+", c) < 0:
			t.other++
		}
		if class != 0 && last != 0 && class != last && !(last == 'u' && class == 'l') {
			t.changes++
		}
		last = class
	}
	return t
}

// isUUID says whether s has the form of RFC 9562, section 4.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && strings.IndexByte("0123456789abcdefABCDEF", s[i]) < 0 {
			return false
		}
	}
	return true
}

// isDate says whether digits are a day (20240131), a minute, a second or a Unix
// time: the same for all recipients of a mailing, as a rule.
func isDate(s string) bool {
	switch len(s) {
	case 6, 8, 12, 14:
		return strings.HasPrefix(s, "20") || strings.HasPrefix(s, "19")
	case 10, 13:
		return s[0] == '1'
	}
	return false
}

// entropy returns Shannon's entropy of the octets of s, in bits per octet.
func entropy(s string) float64 {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	sum := 0.0
	for i := range len(s) {
		if n := counts[s[i]]; n > 0 {
			sum -= float64(n) * math.Log2(float64(n)/float64(len(s)))
			counts[s[i]] = 0
		}
	}
	return sum / float64(len(s))
}
