package sender

import "strings"

// A token is an atom, a quoted string, a domain literal or a special character.
type token struct {
	text    string
	special byte
	quoted  bool
}

// is says whether the token is a special character.
func (t token) is(b byte) bool { return t.special == b }

// lex splits a structured field (RFC 5322, section 3.2) and drops comments.
// Dots and square brackets stay in atoms: "a.b" and "[192.0.2.1]" are one token.
func lex(s string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(s); {
		switch b := s[i]; {
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
			i++
		case b == '(':
			end, ok := skipComment(s, i)
			if !ok {
				return nil, errMailbox
			}
			i = end
		case b == '"':
			text, end, ok := unquote(s, i)
			if !ok {
				return nil, errMailbox
			}
			tokens = append(tokens, token{text: text, quoted: true})
			i = end
		case b == ')' || b < ' ' || b == 0x7f:
			return nil, errMailbox
		case strings.IndexByte("<>@,;:", b) >= 0:
			tokens = append(tokens, token{special: b})
			i++
		default:
			end := atomEnd(s, i)
			tokens = append(tokens, token{text: s[i:end]})
			i = end
		}
	}
	return tokens, nil
}

// atomEnd returns where the atom at i ends. A domain literal may hold colons.
func atomEnd(s string, i int) int {
	if s[i] == '[' {
		if n := strings.IndexByte(s[i:], ']'); n > 0 && !strings.ContainsAny(s[i:i+n], " \t\r\n,;<>@") {
			return i + n + 1
		}
	}
	n := strings.IndexAny(s[i:], " \t\r\n()\"<>@,;:\x00\x7f")
	if n < 0 {
		return len(s)
	}
	return i + max(n, 1)
}

// skipComment returns where the comment at i ends. Comments nest, and a
// backslash takes the meaning from the next character (RFC 5322, section 3.2.2).
func skipComment(s string, i int) (int, bool) {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return i, false
}

// unquote returns the content of the quoted string at i and where it ends.
func unquote(s string, i int) (string, int, bool) {
	var b strings.Builder
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i + 1, true
		case '\\':
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
		case '\r', '\n':
		default:
			b.WriteByte(s[i])
		}
	}
	return "", i, false
}
