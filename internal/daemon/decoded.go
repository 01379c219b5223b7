package daemon

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// leastDecoded is how much text a decoding has to give to be one: shorter ones
// come about by chance.
const leastDecoded = 4

// decoded is what an identifier says in plain text, "" where that cannot be told.
// A number of random octets decodes to no text.
func decoded(value string) string {
	plain, err := url.PathUnescape(value)
	if err != nil {
		plain = value
	}
	for _, open := range []func(string) ([]byte, error){
		func(s string) ([]byte, error) { return hex.DecodeString(s) },
		func(s string) ([]byte, error) { return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "=")) },
		func(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "=")) },
		func(s string) ([]byte, error) {
			return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.TrimRight(s, "=")))
		},
	} {
		if b, err := open(plain); err == nil && readable(b) {
			return string(b)
		}
	}
	if plain != value && readable([]byte(plain)) {
		return plain
	}
	return ""
}

// readable says that octets are text that a person can read.
func readable(b []byte) bool {
	if len(b) < leastDecoded || !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
