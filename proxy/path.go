package proxy

import "strings"

const (
	longToken  = 22 // letters; 128 bits
	shortToken = 11 // letters; 64 bits, where a long one does not fit
)

// parsePath returns the token that an escaped path names: "/p/" and 22 letters,
// or "/" and 11, followed by any number of '_' that fill the place of a longer
// address. There is no other spelling of a token, so an escaped letter is none.
func parsePath(path string) (token string, ok bool) {
	rest, long := strings.CutPrefix(path, "/p/")
	n := longToken
	if !long {
		n = shortToken
		if rest, ok = strings.CutPrefix(path, "/"); !ok {
			return "", false
		}
	}
	if len(rest) < n || !base62(rest[:n]) || strings.Trim(rest[n:], "_") != "" {
		return "", false
	}
	return rest[:n], true
}

// base62 says whether s is made of digits and ASCII letters.
func base62(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
