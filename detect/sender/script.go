package sender

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// ShownDomain returns a domain as it may be shown to a reader: in its own letters
// (U-labels) where those can be read in one way only, else label by label in
// A-labels, "xn--...". A label stays in A-labels if it mixes scripts that no
// language writes together, or if all its letters look like those of another
// script (Unicode Technical Standard 39, sections 4 and 5.2).
func ShownDomain(domain string) string {
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		shown, err := idna.Punycode.ToUnicode(label)
		// What does not lead back to the same name is not its other form.
		if err != nil || shown == label || !plainLabel(shown) {
			continue
		}
		if back, ok := asciiDomain(shown + ".example"); ok && back == label+".example" {
			labels[i] = shown
		}
	}
	return strings.Join(labels, ".")
}

// plainLabel says whether a label is of one script, and not one that can be taken
// for Latin as a whole.
func plainLabel(label string) bool {
	latin, other, loose := false, false, false
	for _, r := range label {
		switch {
		case unicode.Is(unicode.Mn, r):
			// An accent that no letter of its own has.
			loose = true
		case !unicode.IsLetter(r):
		case unicode.Is(unicode.Latin, r):
			latin = true
		default:
			other = true
		}
	}
	if !other {
		return !loose
	}
	return !MixedScripts(label) && !latin && !isASCII(skeleton(label))
}

// MixedScripts says whether one of the labels of a domain, in U-labels or
// A-labels, mixes scripts that are not written together. Chinese, Japanese and
// Korean writing mixes scripts, Latin among them (Unicode Technical Standard 39,
// section 5.1).
func MixedScripts(domain string) bool {
	for label := range strings.SplitSeq(domain, ".") {
		if u, err := idna.Punycode.ToUnicode(label); err == nil {
			label = u
		}
		if mixed(label) {
			return true
		}
	}
	return false
}

// mixed says so of one label.
func mixed(label string) bool {
	first := ""
	for _, r := range label {
		if !unicode.IsLetter(r) {
			continue
		}
		s := scriptOf(r)
		if first != "" && s != first {
			return true
		}
		first = s
	}
	return false
}

// scriptOf names the script of a letter; those of one way of writing share a name.
func scriptOf(r rune) string {
	if r < 0x80 {
		return "Latin"
	}
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo) {
		return "East Asian"
	}
	for _, s := range [...]struct {
		name  string
		table *unicode.RangeTable
	}{
		{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Greek", unicode.Greek}, {"Armenian", unicode.Armenian},
		{"Hebrew", unicode.Hebrew}, {"Arabic", unicode.Arabic}, {"Georgian", unicode.Georgian}, {"Thai", unicode.Thai},
		{"Devanagari", unicode.Devanagari},
	} {
		if unicode.Is(s.table, r) {
			return s.name
		}
	}
	for name, table := range unicode.Scripts {
		// Common and Inherited go with every script.
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return "Common"
}

// isASCII says whether all of a text is ASCII.
func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}
