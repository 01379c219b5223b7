package sender

import (
	"errors"
	"strings"
)

// maxResults is the length over which an Authentication-Results field is not
// read.
const maxResults = 64 << 10

// errResults is returned for a field that does not hold to RFC 8601, or that
// somebody may have bent.
var errResults = errors.New("sender: not a list of authentication results")

// A result is what one method found.
type result struct {
	// method and value are in lower case: "dkim", "pass".
	method, value string
	// props are in lower case: "header.d" -> "example.net".
	props map[string]string
}

// A stamp is one Authentication-Results field.
type stamp struct {
	// authserv is who signed it, "" if nobody did.
	authserv string
	results  []result
}

// parseStamp reads an Authentication-Results field (RFC 8601, section 2.2).
//
// Providers copy what a stranger wrote into comments and values: the envelope
// sender, say. A quotation mark in a comment is therefore refused: it is how a
// local part with a closing bracket would get in, and with it a result that
// nobody found.
func parseStamp(field string) (stamp, error) {
	if len(field) > maxResults {
		return stamp{}, errResults
	}
	parts, err := splitResults(field)
	if err != nil {
		return stamp{}, err
	}
	var s stamp
	head := parts[0]
	// Microsoft begins with the first result.
	if len(head) > 0 && !hasEquals(head) {
		if len(head) > 2 || len(head) == 2 && head[1].text != "1" {
			// An unknown version means that nothing can be concluded (RFC
			// 8601, section 2.2).
			return stamp{}, errResults
		}
		s.authserv = strings.ToLower(head[0].text)
		parts = parts[1:]
	}
	for _, p := range parts {
		if len(p) == 0 || len(p) == 1 && strings.EqualFold(p[0].text, "none") {
			continue
		}
		r, err := parseResult(p)
		if err != nil {
			return stamp{}, err
		}
		s.results = append(s.results, r)
	}
	return s, nil
}

// hasEquals says whether one of the words is an equals sign.
func hasEquals(words []token) bool {
	for _, w := range words {
		if w.is('=') {
			return true
		}
	}
	return false
}

// parseResult reads method [/version] = result, then name = value pairs.
func parseResult(words []token) (result, error) {
	r := result{props: make(map[string]string)}
	for i := 0; i < len(words); {
		if i+1 >= len(words) || !words[i+1].is('=') || words[i].special != 0 {
			// A word that belongs to nothing, as Microsoft's older
			// stamps have them. It means nothing.
			if r.method == "" || words[i].special != 0 {
				return r, errResults
			}
			i++
			continue
		}
		name, value := strings.ToLower(words[i].text), ""
		if i += 2; i < len(words) && words[i].special == 0 && (i+1 >= len(words) || !words[i+1].is('=')) {
			value = strings.ToLower(words[i].text)
			i++
		}
		if r.method == "" {
			r.method, _, _ = strings.Cut(name, "/")
			r.value = value
			continue
		}
		if _, twice := r.props[name]; twice {
			return r, errResults
		}
		r.props[name] = value
	}
	return r, nil
}

// splitResults splits a field at semicolons into words and equals signs, without
// comments. There is at least one part.
func splitResults(s string) ([][]token, error) {
	parts := [][]token{nil}
	for i := 0; i < len(s); {
		last := len(parts) - 1
		switch b := s[i]; {
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
			i++
		case b == ';':
			parts = append(parts, nil)
			i++
		case b == '(':
			end, ok := skipComment(s, i)
			if !ok || strings.IndexByte(s[i:end], '"') >= 0 {
				return nil, errResults
			}
			i = end
		case b == ')':
			return nil, errResults
		case b == '=':
			parts[last] = append(parts[last], token{special: '='})
			i++
		default:
			word, end, ok := resultWord(s, i, afterEquals(parts[last]))
			if !ok {
				return nil, errResults
			}
			parts[last] = append(parts[last], token{text: word})
			i = end
		}
	}
	return parts, nil
}

// afterEquals says whether a value comes next.
func afterEquals(words []token) bool {
	return len(words) > 0 && words[len(words)-1].is('=')
}

// resultWord reads the word at i: a name up to an equals sign, or a value, which
// may hold more of them (base64) and quoted strings ("a b"@example.net).
func resultWord(s string, i int, value bool) (string, int, bool) {
	var b strings.Builder
	for i < len(s) {
		switch c := s[i]; {
		case c == '"':
			text, end, ok := unquote(s, i)
			if !ok {
				return "", end, false
			}
			b.WriteString(text)
			i = end
			continue
		case c == '=' && !value:
			return b.String(), i, true
		case strings.IndexByte(" \t\r\n;()", c) >= 0:
			return b.String(), i, true
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String(), i, true
}
