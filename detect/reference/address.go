package reference

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// clean returns an address as a URL parser reads it: tabs and line ends
// removed, control characters and blanks at the ends trimmed (WHATWG URL,
// section 4.4). Octets that are not UTF-8 are written in per cent.
func clean(raw []byte) string {
	if isPlain(raw) {
		return string(raw)
	}
	raw = trim(raw)
	valid := utf8.Valid(raw)
	out := make([]byte, 0, len(raw))
	for _, c := range raw {
		switch {
		case c == '\t' || c == '\n' || c == '\r':
		case c == 0:
			out = append(out, "\uFFFD"...)
		case c >= utf8.RuneSelf && !valid:
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// isPlain says whether an address is clean as it is.
func isPlain(raw []byte) bool {
	for _, c := range raw {
		if c <= ' ' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// trim takes blanks and control characters off the ends. A NUL is a character
// to the standard's parser and nothing to others: in front it must not hide an
// address from either.
func trim(raw []byte) []byte {
	for len(raw) > 0 && raw[0] <= ' ' {
		raw = raw[1:]
	}
	for len(raw) > 0 && raw[len(raw)-1] <= ' ' && raw[len(raw)-1] != 0 {
		raw = raw[:len(raw)-1]
	}
	return raw
}

const upperHex = "0123456789ABCDEF"

// A place is where an address leads.
type place struct {
	url              string
	remote, relative bool
}

// locate says where a cleaned address leads, by the rules of WHATWG URL,
// section 4.4: backslashes are slashes, and any number of them after "http:".
func locate(u, base string) place {
	if usual(u, "https://") || usual(u, "http://") {
		return place{u, true, false}
	}
	name := schemeOf(u)
	rest := u[len(name):]
	switch strings.ToLower(name) {
	case "":
		return locateRelative(u, base)
	case "http:", "https:", "ftp:":
		return locateHost(name, rest, base)
	case "file:":
		// A file of another machine is asked for over the network.
		rest = slashed(rest)
		remote := leadingSlashes(rest) == 2 && len(rest) > 2 && !strings.HasPrefix(rest, "//localhost/")
		return place{u, remote, false}
	}
	return place{u, false, false}
}

// locateHost is locate for an address of a scheme that has hosts.
func locateHost(name, rest, base string) place {
	slashes := leadingSlashes(rest)
	switch {
	case slashes < 2 && len(base) > len(name) && strings.EqualFold(base[:len(name)], name):
		return place{resolve(slashed(rest), base), true, false}
	case slashes == 2 && strings.IndexByte(rest, '\\') < 0:
		return place{name + rest, len(rest) > 2, false}
	}
	rest = slashed(rest[slashes:])
	return place{name + "//" + rest, rest != "", false}
}

// usual says whether an address begins as most do, and there is nothing to
// put right about it.
func usual(u, front string) bool {
	return len(u) > len(front) && u[:len(front)] == front && u[len(front)] != '/' && strings.IndexByte(u, '\\') < 0
}

// locateRelative is locate for an address without a scheme.
func locateRelative(u, base string) place {
	switch {
	case u == "" || u[0] == '#':
		return place{u, false, true}
	case leadingSlashes(u) >= 2:
		name := schemeOf(base)
		if !strings.EqualFold(name, "http:") {
			name = "https:"
		}
		rest := slashed(u[leadingSlashes(u):])
		return place{name + "//" + rest, rest != "", false}
	case base == "":
		return place{u, false, true}
	}
	at := locate(resolve(slashed(u), base), "")
	return place{at.url, at.remote, true}
}

// resolve resolves an address against a base (RFC 3986, section 5.2).
func resolve(u, base string) string {
	if b, err := url.Parse(base); err == nil {
		if b.Opaque != "" {
			return u
		}
		if r, err := b.Parse(u); err == nil {
			return r.String()
		}
	}
	// What net/url does not take, a browser may: "%zz" in a path, "%2e" in a host.
	root := base
	if i := strings.IndexAny(root, "?#"); i >= 0 {
		root = root[:i]
	}
	host := strings.Index(root, "//")
	if host < 0 {
		return u
	}
	host += 2
	switch path := strings.IndexByte(root[host:], '/'); {
	case path < 0:
		return root + "/" + strings.TrimPrefix(u, "/")
	case strings.HasPrefix(u, "/"):
		return root[:host+path] + u
	case strings.HasPrefix(u, "?"):
		return root + u
	}
	return root[:strings.LastIndexByte(root, '/')+1] + u
}

// schemeOf returns the scheme with its colon, "" if there is none (RFC 3986,
// section 3.1).
func schemeOf(u string) string {
	for i := range len(u) {
		switch c := u[i]; {
		case isAlpha(c):
		case i > 0 && (isDigit(c) || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return u[:i+1]
		default:
			return ""
		}
	}
	return ""
}

func leadingSlashes(s string) int {
	n := 0
	for n < len(s) && (s[n] == '/' || s[n] == '\\') {
		n++
	}
	return n
}

// slashed turns the backslashes of host and path into slashes.
func slashed(s string) string {
	end := strings.IndexAny(s, "?#")
	if end < 0 {
		end = len(s)
	}
	if strings.IndexByte(s[:end], '\\') < 0 {
		return s
	}
	return strings.ReplaceAll(s[:end], `\`, "/") + s[end:]
}
