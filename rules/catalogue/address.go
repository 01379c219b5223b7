package catalogue

import "strings"

// An Address is an http or https address taken apart without being changed: no
// escape is resolved, so that a pattern sees what a server would.
type Address struct {
	// Host is in lower case, without user, port and a dot at its end.
	Host string
	// Rest is the path, and "?" with the query if there is one, without the
	// fragment, which no server sees. It begins with "/".
	Rest string
}

// Path returns the part of Rest before the query.
func (a Address) Path() string {
	path, _, _ := strings.Cut(a.Rest, "?")
	return path
}

// Query returns what follows the question mark, "" if there is none.
func (a Address) Query() string {
	_, query, _ := strings.Cut(a.Rest, "?")
	return query
}

// Split takes an address apart, and returns false for one that is not http or
// https or has no host. Addresses without a scheme ("//host/path") count: mail
// programs load them too.
func Split(address string) (Address, bool) {
	scheme, rest, ok := strings.Cut(address, "//")
	if !ok || scheme != "" && !strings.EqualFold(scheme, "https:") && !strings.EqualFold(scheme, "http:") {
		return Address{}, false
	}
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		rest = rest[:i]
	}
	authority := rest
	// Browsers take "\" for "/" in these schemes (WHATWG URL, section 4.4).
	if i := strings.IndexAny(rest, `/?\`); i >= 0 {
		authority, rest = rest[:i], rest[i:]
	} else {
		rest = ""
	}
	host := hostOf(authority)
	switch {
	case host == "":
		return Address{}, false
	case rest == "" || rest[0] == '?':
		rest = "/" + rest
	case strings.IndexByte(rest, '\\') >= 0:
		rest = slashes(rest)
	}
	return Address{Host: host, Rest: rest}, true
}

// hostOf returns the host of an authority, in lower case.
func hostOf(authority string) string {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		authority = authority[:i]
	}
	return lower(authority)
}

// slashes turns the backslashes of a path, not those of a query.
func slashes(rest string) string {
	path, query, ok := strings.Cut(rest, "?")
	path = strings.ReplaceAll(path, `\`, "/")
	if !ok {
		return path
	}
	return path + "?" + query
}
