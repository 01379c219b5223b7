package reference

import "unicode/utf8"

// escape appends what an escape stands for whose backslash stands before b,
// and returns how much of b belongs to it.
func escape(out, b []byte) ([]byte, int) {
	n, r := escapeLength(b), rune(0)
	switch {
	case n == 0:
		return out, 0
	case b[0] == '\n' || b[0] == '\f' || b[0] == '\r':
		// In a string, a backslash continues the line.
		return out, n
	case !isHex(b[0]):
		return append(out, b[0]), n
	}
	for _, c := range b[:n] {
		if isHex(c) {
			r = r<<4 | hexValue(c)
		}
	}
	if r == 0 || !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	return utf8.AppendRune(out, r), n
}

// escapeLength returns how many octets belong to an escape whose backslash
// stands before b: up to six digits and one white space, a line end, or one.
func escapeLength(b []byte) int {
	n := 0
	for n < len(b) && n < 6 && isHex(b[n]) {
		n++
	}
	if n > 0 && (n == len(b) || !isSpace(b[n])) || len(b) == 0 {
		return n
	}
	if b[n] == '\r' && n+1 < len(b) && b[n+1] == '\n' {
		n++
	}
	return n + 1
}

func hexValue(c byte) rune {
	if isDigit(c) {
		return rune(c - '0')
	}
	return rune(lower(c)-'a') + 10
}
