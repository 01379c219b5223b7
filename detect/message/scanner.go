package message

import "bytes"

// A scanner reads the tokens of a structured field (RFC 2045, section 5.1),
// folded or not: a line end is white space to it.
type scanner struct {
	b []byte
	i int
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isSpace(c byte) bool { return isBlank(c) || c == '\r' || c == '\n' }

// skip passes white space and comments (RFC 822, section 3.4.3).
func (s *scanner) skip() {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case isSpace(c):
			s.i++
		case c == '(':
			s.comment()
		default:
			return
		}
	}
}

// comment passes a comment and those inside it.
func (s *scanner) comment() {
	depth := 0
	for ; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case '\\':
			s.i++
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				s.i++
				return
			}
		}
	}
}

// take passes one octet if it is c.
func (s *scanner) take(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

// word reads up to one of the octets in stops. Quotes are no part of it.
func (s *scanner) word(stops string) string {
	if s.i < len(s.b) && s.b[s.i] == '"' {
		return s.quoted()
	}
	n := bytes.IndexAny(s.rest(), stops)
	if n < 0 {
		n = len(s.b) - s.i
	}
	w := s.b[s.i : s.i+n]
	s.i += n
	return string(w)
}

// rest is what has not been read; a backslash at the end may have led past it.
func (s *scanner) rest() []byte {
	s.i = min(s.i, len(s.b))
	return s.b[s.i:]
}

// quoted reads a quoted string; one without an end goes to the end.
func (s *scanner) quoted() string {
	var out []byte
	for s.i++; s.i < len(s.b); s.i++ {
		c := s.b[s.i]
		switch c {
		case '"':
			s.i++
			return string(out)
		case '\r', '\n':
			continue
		case '\\':
			if s.i+1 < len(s.b) {
				s.i++
				c = s.b[s.i]
			}
		}
		out = append(out, c)
	}
	return string(out)
}

// parameter reads the next name=value, and passes what is neither.
func (s *scanner) parameter() (name, value string, ok bool) {
	for {
		s.skip()
		for s.take(';') || s.take(',') {
			s.skip()
		}
		if len(s.rest()) == 0 {
			return "", "", false
		}
		before := s.i
		name = s.word(" \t\r\n;=(")
		s.skip()
		if s.take('=') {
			s.skip()
			return name, s.word(" \t\r\n;("), true
		}
		if s.i == before {
			s.i++
		}
	}
}
