package proxy

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"
)

const (
	maxFields    = 64
	maxFieldName = 64
	maxField     = 2 << 10
)

// errFields is returned for a form or a query that none of our pages makes.
var errFields = errors.New("proxy: form cannot be read")

// A Route is which page of a session is meant.
type Route struct {
	// Name is that of the page, in small letters; "" is the first.
	Name string
	// Token is that of a reference, "" where the page is about none.
	Token string
}

// parsePage takes a path apart: "/c/", the session, "/", and then nothing, a name,
// or a name, "/" and a token. There is no other spelling.
func parsePage(path string) (session string, r Route, ok bool) {
	path, ok = strings.CutPrefix(path, sessionPath)
	if !ok {
		return "", Route{}, false
	}
	session, path, ok = strings.Cut(path, "/")
	if !ok {
		return session, Route{}, false
	}
	r.Name, r.Token, ok = strings.Cut(path, "/")
	for i := range len(r.Name) {
		if r.Name[i] < 'a' || r.Name[i] > 'z' {
			return session, Route{}, false
		}
	}
	if ok && (r.Name == "" || !isToken(r.Token)) {
		return session, Route{}, false
	}
	return session, r, true
}

// isToken says whether s can be the name of a reference.
func isToken(s string) bool { return (len(s) == longToken || len(s) == shortToken) && base62(s) }

// parseFields reads what a form sends or a query says. Each field is there once,
// and is text; a browser ends lines with CR LF, which become LF.
func parseFields(encoded string) (map[string]string, error) {
	fields := make(map[string]string)
	if encoded == "" {
		return fields, nil
	}
	if len(encoded) > maxForm {
		return nil, errFields
	}
	for pair := range strings.SplitSeq(encoded, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, badName := url.QueryUnescape(name)
		value, badValue := url.QueryUnescape(value)
		if badName != nil || badValue != nil || !plainField(name, maxFieldName) || name == "" || !plainField(value, maxField) {
			return nil, errFields
		}
		if _, twice := fields[name]; twice || len(fields) >= maxFields {
			return nil, errFields
		}
		fields[name] = strings.ReplaceAll(value, "\r\n", "\n")
	}
	return fields, nil
}

// plainField says whether a value is text of at most n octets.
func plainField(s string, n int) bool {
	return len(s) <= n && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
