package leak

import "sync"

// What a character may be part of.
const (
	isToken uint8 = 1 << iota
	isHex
	isUpper
	isLower
	isDigit
	isOther // "+", "-" and "_"
)

// characters tells what each octet may be part of.
var characters = sync.OnceValue(func() *[256]uint8 {
	var t [256]uint8
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9':
			t[c] = isToken | isHex | isDigit
		case c >= 'a' && c <= 'z':
			t[c] = isToken | isLower
		case c >= 'A' && c <= 'Z':
			t[c] = isToken | isUpper
		case c == '+', c == '-', c == '_':
			t[c] = isToken | isOther
		}
		if c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' {
			t[c] |= isHex
		}
	}
	return &t
})

// index maps each letter of an alphabet to its place, all else to -1.
func index(letters ...string) *[256]int8 {
	var t [256]int8
	for c := range t {
		t[c] = -1
	}
	for _, list := range letters {
		for i := range list {
			t[list[i]] = int8(i)
		}
	}
	return &t
}

// lettersFor64 is the table of lz-string's two alphabets.
var lettersFor64 = sync.OnceValue(func() *[256]int8 { return index(lzForURL[:64], lzStandard[:64]) })

// lettersOf64 is the table of base64 in the spellings of RFC 4648, sections 4 and
// 5, together.
var lettersOf64 = sync.OnceValue(func() *[256]int8 {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return index(plain+"+/", plain+"-_")
})

// lettersOf32 is the table of base32 in either case (RFC 4648, section 6).
var lettersOf32 = sync.OnceValue(func() *[256]int8 {
	return index("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijklmnopqrstuvwxyz234567")
})

// lettersOf16 is the table of hexadecimal.
var lettersOf16 = sync.OnceValue(func() *[256]int8 { return index("0123456789abcdef", "0123456789ABCDEF") })

// decode reads letters of so many bits each into dst, and says false for a
// letter that is none.
func decode(dst []byte, text string, table *[256]int8, width uint) ([]byte, bool) {
	value, have := uint(0), uint(0)
	for i := range len(text) {
		v := table[text[i]]
		if v < 0 {
			return dst, false
		}
		value = value<<width | uint(v)
		if have += width; have >= 8 {
			have -= 8
			dst = append(dst, byte(value>>have))
		}
	}
	return dst, true
}

// isText says whether all octets are printable ASCII or white space.
func isText(b []byte) bool {
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}
