package template

import (
	"strings"
	"time"
)

// A Kind is what a value looks like.
type Kind string

// The kinds of values.
const (
	// Empty is no value at all.
	Empty Kind = "empty"
	// Word is a name that people chose, or anything that is nothing else.
	Word Kind = "word"
	// Number is digits alone.
	Number Kind = "number"
	// Hex is eight hexadecimal digits or more.
	Hex Kind = "hex"
	// UUID is as in RFC 9562, section 4.
	UUID Kind = "uuid"
	// Random mixes letters and digits, or cases, as no name does.
	Random Kind = "random"
	// Nested is another URL, escaped or not.
	Nested Kind = "url"
)

// KindOf says what a value looks like.
func KindOf(s string) Kind {
	switch {
	case s == "":
		return Empty
	case isUUID(s):
		return UUID
	case strings.Contains(s, "://") || len(s) > 9 && strings.Contains(strings.ToLower(s), "%3a%2f%2f"):
		return Nested
	}
	t := tallyOf(s)
	switch {
	case t.digits == len(s):
		return Number
	case t.hex == len(s) && len(s) >= 8 && t.digits > 0:
		return Hex
	case t.digits > 0 && t.changes >= 3 && len(s) >= 6 && !t.words:
		return Random
	case t.digits == 0 && t.changes >= 3 && len(s) >= 10 && !t.words:
		return Random
	}
	return Word
}

// A tally is what characters a value has.
type tally struct {
	digits, hex, changes int
	// words says that most of it is words of small letters, with little
	// between them.
	words bool
}

// tallyOf counts characters. A change is where digits, small letters and
// capitals meet; a capital that begins a word is none.
func tallyOf(s string) tally {
	var t tally
	last, run, worded := byte(0), 0, 0
	flush := func() {
		if run >= 4 {
			worded += run
		}
		run = 0
	}
	for i := range len(s) {
		class := classOf(s[i])
		switch class {
		case 'd':
			t.digits++
			t.hex++
		case 'l':
			run++
		}
		if c := s[i] | 0x20; class != 'd' && c >= 'a' && c <= 'f' {
			t.hex++
		}
		if class != 'l' {
			flush()
		}
		if class != 0 && last != 0 && class != last && !(last == 'u' && class == 'l') {
			t.changes++
		}
		last = class
	}
	flush()
	t.words = worded*2 > len(s) && t.changes*5 < len(s)
	return t
}

// classOf tells digits, small letters and capitals, 0 for all else.
func classOf(c byte) byte {
	switch {
	case isDigit(c):
		return 'd'
	case c >= 'a' && c <= 'z':
		return 'l'
	case c >= 'A' && c <= 'Z':
		return 'u'
	}
	return 0
}

// isIdentifier says whether a whole segment is an identifier rather than a name
// with one in it.
func isIdentifier(s string) bool {
	switch KindOf(s) {
	case UUID, Hex, Random, Number:
	default:
		return false
	}
	// A name that stands beside the identifier is part of the form.
	for len(s) > 0 {
		i := 0
		for i < len(s) && !isSeparator(s[i]) {
			i++
		}
		if i >= 4 && strings.Trim(s[:i], "abcdefghijklmnopqrstuvwxyz") == "" {
			return false
		}
		s = s[min(i+1, len(s)):]
	}
	return true
}

// Telling says whether a value could tell one recipient from a million: it is
// long enough, and no day or year.
func (s Slot) Telling() bool {
	switch s.Kind {
	case UUID, Hex, Random:
		return true
	case Number:
		return len(s.Value) >= 6
	}
	return false
}

// Time reads a value as a point in time, to the second at best: a Unix time in
// seconds or milliseconds, or digits of a date.
func (s Slot) Time() (time.Time, bool) {
	if strings.Trim(s.Value, "0123456789") != "" {
		return time.Time{}, false
	}
	n := int64(0)
	for i := 0; i < len(s.Value) && i < 18; i++ {
		n = n*10 + int64(s.Value[i]-'0')
	}
	switch len(s.Value) {
	case 10:
		return time.Unix(n, 0).UTC(), n > 900_000_000
	case 13:
		return time.UnixMilli(n).UTC(), n > 900_000_000_000
	case 16:
		return time.UnixMicro(n).UTC(), n > 900_000_000_000_000
	case 8, 12, 14:
		t, err := time.Parse("20060102150405"[:len(s.Value)], s.Value)
		return t, err == nil && t.Year() > 1995 && t.Year() < 2100
	}
	return time.Time{}, false
}

// isUUID says whether s has the form of RFC 9562, section 4.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !isDigit(s[i]) && (s[i]|0x20 < 'a' || s[i]|0x20 > 'f') {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isExtension says whether a name ends like a file's.
func isExtension(s string) bool {
	return len(s) >= 2 && len(s) <= 5 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" &&
		strings.Trim(s, "0123456789") != "" && KindOf(s) == Word
}

// isSeparator says whether a character stands between the parts of a name.
func isSeparator(c byte) bool { return strings.IndexByte("-_.~,:;@=+!*()'$ ", c) >= 0 }
