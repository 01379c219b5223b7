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
