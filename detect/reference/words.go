package reference

import (
	"bytes"
	"strings"
)

// addWords adds the addresses in an attribute of several, or of one that may hold
// something else.
func (s *Scanner) addWords(view []byte, r *row, a *attr, tag Span) {
	value := unescape(view[a.start:a.end], a.start)
	add := func(start, end int) {
		ref := s.add(r.vector, r.kind, value.text[start:end])
		ref.Slot, ref.Tag, ref.Quote = value.cells(start, end), tag, a.quote
	}
	switch {
	case r.form == words:
		eachWord(value.text, isSpace, add)
	case r.form == guess && s.mayLoad(value.text):
		add(0, len(value.text))
	case r.form == pragma:
		s.pragma(view, value.text, add)
	}
}

// mayLoad says whether a text is an address of another machine, or one that holds
// a text.
func (s *Scanner) mayLoad(text []byte) bool {
	at := locate(clean(text), "")
	return at.remote || isStrange(at.url) || strings.EqualFold(schemeOf(at.url), "data:")
}

// eachWord calls add with each run of octets that are no separators.
func eachWord(text []byte, separator func(byte) bool, add func(start, end int)) {
	for i := 0; i < len(text); i++ {
		start := i
		for i < len(text) && !separator(text[i]) {
			i++
		}
		if i > start {
			add(start, i)
		}
	}
}

// A saying is what a meta element speaks of: a refresh, another header field, or
// tiles on a desktop.
type saying struct{ known, refresh, field bool }

// pragma finds the addresses in what a meta element says: that of a refresh
// (WHATWG HTML, section 4.2.5.3), those of other header fields (Link, report-uri),
// and those of tiles on a desktop. What a meta element merely describes, no mail
// program loads.
func (s *Scanner) pragma(view, text []byte, add func(start, end int)) {
	if !s.says.known {
		s.says = s.saying(view)
	}
	switch {
	case s.says.refresh:
		if start, end := refreshed(text); start < end {
			add(start, end)
		}
	case s.says.field:
		eachWord(text, isPragmaSpace, func(start, end int) {
			if s.mayLoad(text[start:end]) {
				add(start, end)
			}
		})
	}
}

// saying reads what the tag being read speaks of, once for all that it says.
func (s *Scanner) saying(view []byte) saying {
	says := saying{known: true}
	for i := range s.attrs {
		a := &s.attrs[i]
		s.work++
		switch value := bytes.TrimSpace(unescapeText(view[a.start:a.end])); a.id {
		case attrEquiv:
			says.refresh = says.refresh || isName(value, "refresh")
			says.field = true
		case attrName:
			says.field = says.field || len(value) > 14 && foldEqual(value[:14], "msapplication-")
		}
	}
	return says
}

// isPragmaSpace says what parts the words of a header field.
func isPragmaSpace(c byte) bool {
	return isSpace(c) || strings.IndexByte(`;,<>"'=`, c) >= 0
}

// refreshed returns where the address of a refresh stands.
func refreshed(text []byte) (start, end int) {
	i := skipSpace(text, 0)
	for i < len(text) && (isDigit(text[i]) || text[i] == '.') {
		i++
	}
	for i = skipSpace(text, i); i < len(text) && (text[i] == ';' || text[i] == ','); i = skipSpace(text, i+1) {
	}
	if k := i + len("url"); k <= len(text) && foldEqual(text[i:k], "url") {
		if k = skipSpace(text, k); k < len(text) && text[k] == '=' {
			i = skipSpace(text, k+1)
		}
	}
	end = len(text)
	if i < end && (text[i] == '"' || text[i] == '\'') {
		i++
		if n := bytes.IndexByte(text[i:], text[i-1]); n >= 0 {
			end = i + n
		}
	}
	return i, end
}

// isDoctype says whether a declaration is of the type of the document, and holds
// a string.
func isDoctype(text []byte) bool {
	const word = "doctype"
	return len(text) > len(word) && foldEqual(text[:len(word)], word) && bytes.IndexAny(text, `"'`) >= 0
}

// addDoctype adds the addresses in a declaration of the document's type, which a
// program that validates loads (XML 1.0, section 2.8). Those of W3C every program
// has; half of all newsletters name one.
func (s *Scanner) addDoctype(view []byte, pos, end int) {
	s.first = len(s.refs)
	for i := pos; i < end; i++ {
		q := view[i]
		if q != '"' && q != '\'' {
			continue
		}
		n := bytes.IndexByte(view[i+1:end], q)
		if n < 0 {
			return
		}
		text := view[i+1 : i+1+n]
		if mayLead(text) && !bytes.HasPrefix(bytes.TrimPrefix(text, []byte("http:")), []byte("//www.w3.org/")) && s.mayLoad(text) {
			ref := s.add("doctype system", Resource, text)
			ref.Slot, ref.Tag, ref.Quote = Span{i + 1, i + 1 + n}, Span{pos, end}, q
		}
		i += n + 1
	}
}

// isStrange says whether an address that is no web address may make a program ask
// another machine all the same: of a scheme with hosts, or one that holds another
// address, or with control characters that some programs drop.
func isStrange(u string) bool {
	name := schemeOf(u)
	rest := u[len(name):]
	switch strings.ToLower(name) {
	case "data:", "cid:", "mid:", "about:", "javascript:", "vbscript:", "chrome:", "resource:", "moz-extension:", "http:", "https:",
		// Names that mail programs give to pictures of their own.
		"webkit-fake-url:", "applewebdata:", "x-msg:", "mailbox:", "blob:", "filesystem:":
		return false
	case "":
		return strings.IndexFunc(u, isControl) >= 0 && mayLeadBare(u)
	case "file:":
		return leadingSlashes(rest) > 3
	case "view-source:", "feed:", "jar:", "mhtml:", "wyciwyg:", "pcast:", "mk:", "its:", "ms-its:":
		return locate(rest, "").remote || strings.Contains(rest, "://")
	}
	return leadingSlashes(rest) >= 2 && len(rest) > 2 || strings.IndexFunc(u, isControl) >= 0 && mayLeadBare(u)
}

// mayLeadBare says whether an address leads to another machine once its control
// characters are gone.
func mayLeadBare(u string) bool {
	return locate(strings.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, u), "").remote
}

func isControl(r rune) bool { return r < ' ' || r == 0x7F || r == '\uFFFD' }
