package signal

import (
	"strings"
	"time"
)

// How long texts have to be to be names.
const (
	// minText is how short a text can be that tells anybody apart.
	minText = 5
	// minFair and minStrong are how many characters at random a Fair and a Strong
	// name have. 36 to the power of 8 is 3 million million.
	minFair, minStrong = 8, 16
	// minNumber is how many digits of a number could be a name, sureNumber how
	// many hardly are anything else.
	minNumber, sureNumber = 5, 15
	// minHex is how many hexadecimal digits are no word.
	minHex = 8
)

// A measure is what the parts of a text add up to, in characters.
type measure struct {
	// random are those of parts that make no word, hex those of such parts that
	// are hexadecimal.
	random, hex int
	// words are those of parts that could be words; digits those of numbers that
	// are no day.
	words, digits int
	// parts counts the parts of letters and digits.
	parts int
}

// Grade says what kind of name a text could be, and how much it looks like one.
// Escapes have to be resolved before.
func Grade(s string) (Kind, Strength) {
	kind, strength, _ := graded(s)
	return kind, strength
}

// graded is Grade, and counts the characters at random.
func graded(s string) (kind Kind, strength Strength, random int) {
	switch {
	case len(s) < minText || isPlain(s):
		return "", None, 0
	case IsAddress(s):
		return Address, Strong, len(s)
	case isUUID(s):
		return UUID, Strong, len(s) - 4
	}
	m := measured(s)
	kind, strength = m.grade()
	return kind, strength, m.random
}

// grade says what the parts of a text come to.
func (m measure) grade() (Kind, Strength) {
	switch {
	case m.random >= minStrong && m.random*2 > m.words*3, m.hex >= 32:
		return m.kind(), Strong
	case m.random >= minFair && m.random > m.words:
		return m.kind(), Fair
	case m.parts == 1 && m.digits >= sureNumber:
		return Number, Strong
	case m.digits >= sureNumber && m.words*2 < m.digits:
		return Number, Fair
	case m.digits >= minNumber && m.random <= m.digits:
		return Number, Faint
	case m.random > 0:
		return m.kind(), Faint
	}
	return "", None
}

// isPlain says at once that a text is short words of small letters, as most are.
func isPlain(s string) bool {
	run := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			if run++; run == onlyLetters {
				return false
			}
		case c == '-' || c == '_':
			run = 0
		default:
			return false
		}
	}
	return true
}

// kind is hexadecimal if all that is at random is.
func (m measure) kind() Kind {
	if m.hex == m.random {
		return Hex
	}
	return Random
}

// measured adds up the parts of a text.
func measured(s string) measure {
	var m measure
	for start := 0; start < len(s); start++ {
		end := start
		for end < len(s) && isAlnum(s[end]) {
			end++
		}
		if end > start {
			m.part(s[start:end])
			m.parts++
			start = end
		}
	}
	if m.parts > 1 && m.words*2 <= len(s) {
		m.join(s)
	}
	return m
}

// join reads the parts as one text, for base64 has "-" and "_" among its letters
// and cuts what is at random into parts too short to be told from words.
func (m *measure) join(s string) {
	joined := strings.Map(alnumOnly, s)
	switch {
	case digits(joined) == len(joined):
		// A number in groups, as telephone numbers are.
		if len(joined) > minFair && !IsDay(joined) && m.digits == 0 {
			m.digits = len(joined)
		}
	case len(joined) < minFair || len(joined) <= m.random:
	case isHex(joined) && len(joined) >= minStrong:
		*m = measure{random: len(joined), hex: len(joined), parts: m.parts}
	case turns(joined)*5 >= len(joined)*2, m.words == 0 && turns(joined)*3 >= len(joined),
		len(joined) >= minStrong && turns(joined)*4 >= len(joined) && isRandom(joined):
		*m = measure{random: len(joined), parts: m.parts}
	}
}

// alnumOnly drops what is no letter and no digit.
func alnumOnly(r rune) rune {
	if r < 0x80 && isAlnum(byte(r)) {
		return r
	}
	return -1
}

// part adds a text of letters and digits alone.
func (m *measure) part(s string) {
	if s = withoutSize(s); s == "" {
		return
	}
	switch n := digits(s); {
	case n == len(s):
		if n >= minNumber && !IsDay(s) {
			m.digits += n
		}
	case isHex(s) && len(s) >= minHex && (turns(s) >= 3 || len(s) >= minStrong):
		m.random += len(s)
		m.hex += len(s)
	case isRandom(s), turns(s) >= 4 && digitsIn(s) >= minStrong:
		m.random += len(s)
	case len(s) >= 3:
		if pairs().surprise(s) < unlikely {
			m.words += len(s)
		}
		if n := longestNumber(s); n >= minNumber {
			m.digits += n
		}
	}
}

// What it takes for letters and digits to be no word.
const (
	// surprising is how many bits a character surprises by if it is at random;
	// words are below five, numbers and case changes make up for the rest.
	surprising = 6.2
	// unlikely is how many bits a character of a short text surprises by that is
	// neither at random nor a word.
	unlikely = 5.2
	// perTurn is what a change between capitals, small letters and digits adds.
	perTurn = 4.5
	// onlyLetters is how long letters of one case have to be, for they say least.
	onlyLetters = 9
)

// isRandom says whether a text of letters and digits makes no word.
func isRandom(s string) bool {
	n := turns(s)
	if len(s) < minText || n == 0 && len(s) < onlyLetters || n < 2 && len(s) < 7 {
		return false
	}
	return float64(pairs().surprise(s))+perTurn*float64(n)/float64(len(s)) >= surprising
}

// turns counts where capitals, small letters and digits meet. A capital that
// begins a word is none, nor is a number at an end.
func turns(s string) int {
	n, last := 0, byte(0)
	for i := range len(s) {
		class := classOf(s[i])
		if last != 0 && class != last && !(last == 'u' && class == 'l') {
			n++
		}
		last = class
	}
	if n > 0 && last == 'd' {
		n--
	}
	return n
}

// classes is d for a digit, u for a capital, l for a small letter, 0 for what is
// none, of each octet.
const classes = "" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00dddddddddd\x00\x00\x00\x00\x00\x00" +
	"\x00uuuuuuuuuuuuuuuuuuuuuuuuuu\x00\x00\x00\x00\x00\x00llllllllllllllllllllllllll\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// classOf returns d, u, l, or 0.
func classOf(c byte) byte { return classes[c] }

// IsAddress says whether a text is, or ends in, an e-mail address. What stands
// behind "@" is a domain: "facebook@2x" is a picture for fine screens.
func IsAddress(s string) bool {
	at := strings.IndexByte(s, '@')
	if at <= 0 || strings.ContainsAny(s[:at], "/:?") {
		return false
	}
	domain := s[at+1:]
	if n := digits(domain); n > 0 && n < len(domain) && domain[n]|0x20 == 'x' {
		return false
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot <= 0 || len(domain)-dot <= 2 {
		return false
	}
	for i := dot + 1; i < len(domain); i++ {
		if classOf(domain[i]) != 'l' && classOf(domain[i]) != 'u' {
			return i-dot > 2
		}
	}
	return true
}

// IsUnfilled says whether a value is what stands where a name should: a word for
// nothing, or a field that a sender forgot to fill, in the marks of the usual
// template languages.
func IsUnfilled(s string) bool {
	switch strings.ToLower(s) {
	case "undefined", "null", "none", "nil", "nan", "unknown", "n/a", "-", "0", "[]", "{}":
		return true
	}
	for _, marks := range [...][2]string{{"{{", "}}"}, {"*|", "|*"}, {"%%", "%%"}, {"${", "}"}, {"<%", "%>"}, {"[[", "]]"}} {
		if len(s) > 4 && strings.HasPrefix(s, marks[0]) && strings.HasSuffix(s, marks[1]) {
			return true
		}
	}
	return false
}

// isUUID says whether s has the form of RFC 9562, section 4.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !isHexDigit(s[i]) {
			return false
		}
	}
	return true
}

func isHexDigit(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// isHex says whether a text is hexadecimal digits, letters and decimal ones.
func isHex(s string) bool {
	letters, decimals := false, false
	for i := range len(s) {
		if !isHexDigit(s[i]) {
			return false
		}
		if s[i] <= '9' {
			decimals = true
		} else {
			letters = true
		}
	}
	return letters && decimals
}

// Years in which mail is sent.
const (
	firstYear = 1995
	lastYear  = 2040
)

// IsDay says whether digits are a day, with or without its century, in any of the
// orders in use, or a month with its year; with the time of day behind it, to
// the minute.
func IsDay(s string) bool {
	switch len(s) {
	case 4, 6, 8, 12:
	case 14:
		// To the second only if the second is none: a mail can be made in one of
		// its own.
		return strings.HasSuffix(s, "00") && IsDay(s[:12])
	default:
		return false
	}
	if len(s) == 4 {
		return s >= "1995" && s <= "2040"
	}
	if len(s) == 12 {
		return number(s[8:10]) < 24 && number(s[10:]) < 60 && IsDay(s[:8])
	}
	a, b, c := number(s[:2]), number(s[2:4]), number(s[4:6])
	if len(s) == 8 {
		return isDate(number(s[:4]), c, number(s[6:])) || isDate(number(s[4:]), b, a) || isDate(number(s[4:]), a, b)
	}
	return isDate(2000+a, b, c) || isDate(2000+c, b, a) || isDate(2000+c, a, b) ||
		isDate(number(s[:4]), c, 1) || isDate(number(s[2:]), a, 1)
}

// isDate says whether there is a day of that number in the years in question.
func isDate(year, month, day int) bool {
	if year < firstYear || year > lastYear || month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// number reads a few digits; what is none makes it none of a day.
func number(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// withoutSize takes the first size in pixels out of a text: "survey75x75" is
// "survey". A side has four digits at most.
func withoutSize(s string) string {
	for i := 1; i+1 < len(s); i++ {
		if s[i]|0x20 != 'x' {
			continue
		}
		start, end := i, i+1+digits(s[i+1:])
		for start > 0 && digits(s[start-1:start]) == 1 {
			start--
		}
		if n, m := i-start, end-i-1; n >= 1 && n <= 4 && m >= 1 && m <= 4 {
			return s[:start] + s[end:]
		}
	}
	return s
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

// digitsIn counts the digits of a text.
func digitsIn(s string) int {
	n := 0
	for i := range len(s) {
		if classOf(s[i]) == 'd' {
			n++
		}
	}
	return n
}

// longestNumber returns how long the longest number in a text is that is no day.
func longestNumber(s string) int {
	longest := 0
	for i := 0; i < len(s); i++ {
		n := digits(s[i:])
		if n > longest && !IsDay(s[i:i+n]) {
			longest = n
		}
		i += n
	}
	return longest
}

// isAlnum says whether an octet is a letter or a digit of ASCII.
func isAlnum(c byte) bool { return classOf(c) != 0 }
