package signal

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minDecoded is how much text a decoding has to give to be one: shorter ones come
// about by chance.
const minDecoded = 4

// Decode returns what a token says if it is text that is only written otherwise:
// in escapes, hexadecimal, base64 or base32; "" if it is not.
func Decode(token string) string {
	plain := unescaped(token)
	bare := strings.TrimRight(plain, "=~")
	for _, open := range []func() ([]byte, error){
		func() ([]byte, error) { return hex.DecodeString(plain) },
		func() ([]byte, error) { return base64.RawStdEncoding.DecodeString(bare) },
		func() ([]byte, error) { return base64.RawURLEncoding.DecodeString(bare) },
		func() ([]byte, error) {
			return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(bare))
		},
	} {
		if octets, err := open(); err == nil && isText(octets) {
			return strings.TrimSpace(string(octets))
		}
	}
	if plain != token && isText([]byte(plain)) {
		return plain
	}
	return ""
}

// tasted is how many characters of a token tell whether text is behind it.
const tasted = 8

// mayDecode says whether a token may be text that is only written otherwise, by its
// first characters: most are at random all through.
func mayDecode(token string) bool {
	if strings.IndexByte(token, '%') >= 0 || len(token) < tasted {
		return true
	}
	var head [tasted]byte
	from := []byte(token[:tasted])
	if n, err := hex.Decode(head[:], from); err == nil && isStart(head[:n]) {
		return true
	}
	for _, enc := range [...]*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if n, err := enc.Decode(head[:], from); err == nil && isStart(head[:n]) {
			return true
		}
	}
	for i, c := range from {
		if classOf(c) == 'l' {
			from[i] = c &^ 0x20
		}
	}
	n, err := base32.StdEncoding.Decode(head[:], from)
	return err == nil && isStart(head[:n])
}

// isStart says whether octets may be the start of a text: no control characters, and
// letters whole but for the last.
func isStart(octets []byte) bool {
	for len(octets) > 0 {
		c := octets[0]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
				return false
			}
			octets = octets[1:]
			continue
		}
		if !utf8.FullRune(octets) {
			return true
		}
		r, n := utf8.DecodeRune(octets)
		if r == utf8.RuneError && n == 1 {
			return false
		}
		octets = octets[n:]
	}
	return true
}

// isText says whether octets are text that a person can read.
func isText(octets []byte) bool {
	if len(octets) < minDecoded || !utf8.Valid(octets) {
		return false
	}
	for _, r := range string(octets) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}
