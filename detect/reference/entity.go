package reference

import (
	"bytes"
	"html"
	"unicode/utf8"
)

// maxEntity is more than the longest name of a character reference,
// "CounterClockwiseContourIntegral".
const maxEntity = 40

// A decoded text is an attribute's value with its character references
// resolved. At has the cell where each octet was written, and one more at the
// end; it is nil where nothing was resolved.
type decoded struct {
	text []byte
	at   []int
	from int
}

// cells returns where text[start:end] was written.
func (d *decoded) cells(start, end int) Span {
	if d.at == nil {
		return Span{d.from + start, d.from + end}
	}
	// A character reference is written as a whole.
	for start < end && end < len(d.text) && d.at[end] == d.at[end-1] {
		end++
	}
	return Span{d.at[start], d.at[end]}
}

// unescapeText resolves the character references of an attribute's value.
func unescapeText(value []byte) []byte {
	i := bytes.IndexByte(value, '&')
	if i < 0 {
		return value
	}
	out := make([]byte, 0, len(value))
	for i >= 0 {
		out = append(out, value[:i]...)
		n, s := characterReference(value[i:])
		if s == "" {
			out = append(out, value[i:i+n]...)
		}
		out = append(out, s...)
		value = value[i+n:]
		i = bytes.IndexByte(value, '&')
	}
	return append(out, value...)
}

// unescape is unescapeText for a value that begins at cell from, with the way
// back to the cells.
func unescape(value []byte, from int) decoded {
	if bytes.IndexByte(value, '&') < 0 {
		return decoded{text: value, from: from}
	}
	d := decoded{text: make([]byte, 0, len(value)), at: make([]int, 0, len(value)+1), from: from}
	for i := 0; i < len(value); {
		n, s := 1, ""
		if value[i] == '&' {
			n, s = characterReference(value[i:])
		}
		if s == "" {
			d.text = append(d.text, value[i:i+n]...)
			for k := range n {
				d.at = append(d.at, from+i+k)
			}
		} else {
			d.text = append(d.text, s...)
			for range len(s) {
				d.at = append(d.at, from+i)
			}
		}
		i += n
	}
	d.at = append(d.at, from+len(value))
	return d
}

// characterReference reads one at the "&" that b begins with. It returns its
// length and what it stands for, "" if it stands for itself.
func characterReference(b []byte) (int, string) {
	if len(b) > 1 && b[1] == '#' {
		return numericReference(b)
	}
	i := 1
	for i < len(b) && i < maxEntity && isAlnum(b[i]) {
		i++
	}
	switch {
	case i == 1 || i == maxEntity:
		return i, ""
	case i < len(b) && b[i] == ';':
		return i + 1, closedReference(b[:i+1])
	case i < len(b) && b[i] == '=':
		return i, ""
	}
	// All names that need no semicolon stand for one character: more than one
	// means that letters were left over, or nothing was resolved.
	if s := html.UnescapeString(string(b[:i])); utf8.RuneCountInString(s) == 1 {
		return i, s
	}
	return i, ""
}

// textReference is characterReference for text outside of attributes, where a
// name that needs no semicolon counts whatever follows it.
func textReference(b []byte) (int, string) {
	n, s := characterReference(b)
	if s != "" || len(b) > 1 && b[1] == '#' {
		return n, s
	}
	const longest = len("&Aacute")
	for k := min(n, longest); k > 2; k-- {
		if s := html.UnescapeString(string(b[:k])); utf8.RuneCountInString(s) == 1 {
			return k, s
		}
	}
	return n, ""
}

// closedReference resolves a name with "&" and ";". A name that is only the
// beginning of what stands here counts in text, not in attributes (WHATWG
// HTML, section 13.2.5.73).
func closedReference(b []byte) string {
	if string(b) == "&amp;" {
		return "&"
	}
	s := html.UnescapeString(string(b))
	if len(s) > 1 && s[len(s)-1] == ';' {
		return ""
	}
	return s
}

func numericReference(b []byte) (int, string) {
	i, digit := 2, isDigit
	if i < len(b) && b[i]|0x20 == 'x' {
		i, digit = 3, isHex
	}
	first := i
	for i < len(b) && digit(b[i]) {
		i++
	}
	if i == first {
		return i, ""
	}
	s := "\uFFFD"
	// Zeros in front do not count; more than eight digits is beyond Unicode.
	if digits := bytes.TrimLeft(b[first:i], "0"); len(digits) <= 8 {
		s = html.UnescapeString(string(b[:first]) + "0" + string(digits) + ";")
	}
	if i < len(b) && b[i] == ';' {
		i++
	}
	return i, s
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isAlnum(c byte) bool { return isDigit(c) || isAlpha(c) }

// isSpace is white space of HTML and CSS.
func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }
