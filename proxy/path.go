package proxy

import "strings"

const (
	longToken  = 22 // letters; 128 bits
	shortToken = 11 // letters; 64 bits, where a long one does not fit
)

// parsePath returns the token that an escaped path names: "/p/" and 22 letters,
// or "/" and 11, followed by any number of '_' that fill the place of a longer
// address. There is no other spelling of a token, so an escaped letter is none.
// Rest is what follows behind a slash; a slash with nothing behind it is refused.
func parsePath(path string) (token, rest string, ok bool) {
	path, long := strings.CutPrefix(path, "/p/")
	n := longToken
	if !long {
		n = shortToken
		if path, ok = strings.CutPrefix(path, "/"); !ok {
			return "", "", false
		}
	}
	if len(path) < n || !base62(path[:n]) {
		return "", "", false
	}
	token, path = path[:n], strings.TrimLeft(path[n:], "_")
	if path == "" {
		return token, "", true
	}
	if rest, ok = strings.CutPrefix(path, "/"); !ok || rest == "" {
		return "", "", false
	}
	return token, rest, true
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
