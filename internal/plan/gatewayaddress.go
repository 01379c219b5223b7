package plan

import (
	"bytes"
	"strings"
)

// A gatewayAddress stands in decoded text. Its end is behind the padding.
type gatewayAddress struct {
	start, end int
	token      string
	link       bool // of the page of a link
}

// addresses finds the addresses of the gateway: base, "/p/", 22 letters; or
// base, "/", 11 letters; or base, "/l/", 22 or 11 letters; then any number of "_".
//
// It reads them as mail programs write anew what they were given: with the scheme
// in capitals, raised to https or left away; with characters in per cent (RFC 3986,
// section 2.1), as references of HTML or escapes of CSS and JavaScript; with a
// backslash for a slash; with the padding cut off; and broken over lines, in which
// a quotation begins with ">" and format=flowed leaves a blank at the end (RFC 3676,
// section 4).
func addresses(text []byte, base string) []gatewayAddress {
	_, host, _ := strings.Cut(base, "://")
	if host == "" {
		return nil
	}
	var found []gatewayAddress
	starts := "hH/%&\\" + host[:1]
	for at := 0; at < len(text); {
		n := bytes.IndexAny(text[at:min(len(text), at+lookAhead)], starts)
		if n < 0 {
			at += lookAhead
			continue
		}
		at += n
		a, ok := addressAt(text, at, host)
		if !ok {
			at++
			continue
		}
		found = append(found, a)
		at = a.end
	}
	return found
}

// lookAhead bounds a search, which else would decode all that follows each time.
const lookAhead = 4 << 10

// addressAt reads the address of the gateway at i.
func addressAt(text []byte, i int, host string) (gatewayAddress, bool) {
	a := gatewayAddress{start: i}
	next, ok := afterScheme(text, i)
	if !ok {
		// A name that merely ends like the gateway's is another's.
		if i > 0 && (isLetter(text[i-1]) || text[i-1] == '.' || text[i-1] == '-') {
			return a, false
		}
		next = i
	}
	if i, ok = match(text, next, host+"/"); !ok {
		return a, false
	}
	i, a.token, a.link = tokenAt(text, i)
	// What follows on the next line is no part of it, unless it is padding.
	if a.token == "" || i < len(text) && isLetter(text[i]) {
		return a, false
	}
	for {
		c, next := character(text, afterBreak(text, i))
		if c != '_' {
			break
		}
		i = next
	}
	a.end = i
	return a, true
}

// afterScheme passes "http://", "https://" or "//" at i.
func afterScheme(text []byte, i int) (int, bool) {
	if next, ok := match(text, i, "http"); ok {
		if secure, ok := match(text, afterBreak(text, next), "s"); ok {
			next = secure
		}
		return match(text, next, "://")
	}
	return match(text, i, "//")
}

// match reads a text of lower case at i, however it is written.
func match(text []byte, i int, want string) (int, bool) {
	for k := range len(want) {
		i = afterBreak(text, i)
		if i < len(text) && text[i] == '\\' && want[k] == '/' && (i+1 == len(text) || text[i+1] != '/') {
			i++ // WHATWG URL, section 4.4: as a slash
			continue
		}
		c, next := character(text, i)
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if next == i || c != want[k] {
			return i, false
		}
		i = next
	}
	return i, true
}

// tokenAt reads the token at i, with the "p/" of a long one or the "l/" of a
// link's, and returns where it ends; "" if there is none.
func tokenAt(text []byte, i int) (end int, token string, link bool) {
	letters, want := make([]byte, 0, tokenLetters), shortLetters
	for len(letters) < want {
		if link && len(letters) == shortLetters {
			end = i
		}
		i = afterBreak(text, i)
		c, next := character(text, i)
		slash := c == '/' || i < len(text) && text[i] == '\\' && want == shortLetters
		switch {
		case slash && want == shortLetters && (string(letters) == "p" || string(letters) == "l"):
			link = letters[0] == 'l'
			letters, want = letters[:0], tokenLetters
			if c != '/' {
				next = i + 1
			}
		case next > i && isLetter(c):
			letters = append(letters, c)
		case end > 0:
			// That of a link may be a short one, too.
			return end, string(letters[:shortLetters]), true
		default:
			return i, "", false
		}
		i = next
	}
	return i, string(letters), link
}

// character reads one character at i, as it is, or in per cent, as a reference or
// as an escape. At the end of the text next is i.
func character(text []byte, i int) (c byte, next int) {
	if i >= len(text) {
		return 0, i
	}
	switch rest := text[i+1:]; text[i] {
	case '%':
		if c, n := number(rest, 16, 2); n == 2 {
			return c, i + 1 + n
		}
	case '&':
		if c, n := entity(rest); n > 0 {
			return c, i + 1 + n
		}
	case '\\':
		if c, n := escape(rest); n > 0 {
			return c, i + 1 + n
		}
	}
	return text[i], i + 1
}

// entity reads a character reference behind its "&" (WHATWG HTML, section 13.5).
func entity(b []byte) (c byte, length int) {
	if len(b) > 1 && b[0] == '#' {
		digits, base := 1, 10
		if b[1] == 'x' || b[1] == 'X' {
			digits, base = 2, 16
		}
		c, n := number(b[digits:], base, 7)
		end := digits + n
		if n > 0 && end < len(b) && b[end] == ';' {
			end++
		}
		if n == 0 {
			return 0, 0
		}
		return c, end
	}
	for _, known := range [...]struct {
		name string
		c    byte
	}{{"sol;", '/'}, {"colon;", ':'}, {"period;", '.'}, {"lowbar;", '_'}, {"UnderBar;", '_'}, {"bsol;", '/'}} {
		if len(b) >= len(known.name) && string(b[:len(known.name)]) == known.name {
			return known.c, len(known.name)
		}
	}
	return 0, 0
}

// escape reads an escape behind its backslash: of CSS, a number and a blank that
// ends it, or the character itself, as JavaScript writes a slash (CSS Syntax,
// section 4.3.7).
func escape(b []byte) (c byte, length int) {
	c, n := number(b, 16, 6)
	switch {
	case n > 0 && n < len(b) && (b[n] == ' ' || b[n] == '\t'):
		return c, n + 1
	case n > 0:
		return c, n
	case len(b) > 0 && b[0] > ' ':
		return b[0], 1
	}
	return 0, 0
}

// number reads up to most digits, and returns the octet that they name: 0 if it is
// none.
func number(b []byte, base, most int) (c byte, n int) {
	value := 0
	for n < len(b) && n < most {
		letter := b[n]
		if 'A' <= letter && letter <= 'F' {
			letter += 'a' - 'A'
		}
		digit := strings.IndexByte("0123456789abcdef"[:base], letter)
		if digit < 0 {
			break
		}
		value = value*base + digit
		n++
	}
	if value > 0x7f {
		value = 0
	}
	return byte(value), n
}

// afterBreak passes the line ends at i, with the blanks before them and the marks
// of a quotation behind them, and tabs, which URLs lose too.
func afterBreak(text []byte, i int) int {
	n := i
	for n < len(text) && (text[n] == ' ' || text[n] == '\t') {
		n++
	}
	if n == len(text) || text[n] != '\r' && text[n] != '\n' {
		if i < n && text[i] == '\t' {
			return n
		}
		return i
	}
	for n < len(text) && strings.IndexByte("\r\n\t >|", text[n]) >= 0 {
		n++
	}
	return n
}
