package wire

import "bytes"

// A Kind is what a server line is, by its first words.
type Kind uint8

const (
	// Tagged completes a command.
	Tagged Kind = iota
	// Untagged begins with "* ".
	Untagged Kind = iota
	// Continue begins with "+".
	Continue Kind = iota
)

// A Line is the beginning of a server line (RFC 3501, section 7).
type Line struct {
	// Kind is what it is.
	Kind Kind
	// Tag is set for Tagged.
	Tag string
	// Number is what stands before the word in "* 3 EXISTS"; 0 if nothing.
	Number uint32
	// Word is in upper case: OK, FETCH, CAPABILITY, ...
	Word string
	// Code is the response code in upper case, Arg what follows it inside
	// the brackets, as far as the head reaches.
	Code, Arg string
	// Rest is where the text after Word begins.
	Rest int
}

// FreeText tells whether the line ends in text for people, where braces
// announce nothing.
func (l Line) FreeText() bool { return l.Kind != Untagged || l.Status() }

// Status tells whether the word is one of the five conditions.
func (l Line) Status() bool {
	switch l.Word {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		return true
	}
	return false
}

// ParseLine reads the first words of a server line.
func ParseLine(head []byte) (Line, error) {
	var l Line
	rest := head
	switch {
	case len(rest) > 0 && rest[0] == '+':
		return Line{Kind: Continue, Rest: 1}, nil
	case bytes.HasPrefix(rest, []byte("* ")):
		l.Kind, rest = Untagged, rest[2:]
		if n, after, ok := number(rest); ok && len(after) > 0 && after[0] == ' ' {
			l.Number, rest = n, after[1:]
		}
	default:
		tag, after := atom(rest)
		if string(tag) == "*" {
			return Line{Kind: Untagged, Rest: 1}, nil
		}
		if len(tag) == 0 || len(tag) > MaxTag || len(after) == 0 || after[0] != ' ' {
			return l, &SyntaxError{What: "server line without tag"}
		}
		l.Tag, rest = string(tag), after[1:]
	}
	word, rest := atom(rest)
	l.Word = upper(word)
	l.Rest = len(head) - len(rest)
	if len(word) == 0 && l.Kind == Tagged {
		return l, &SyntaxError{What: "server line without a word"}
	}
	if l.FreeText() && bytes.HasPrefix(rest, []byte(" [")) {
		l.Code, l.Arg = code(rest[2:])
	}
	return l, nil
}

// code splits "UIDVALIDITY 3] text" into its name and argument.
func code(b []byte) (name, arg string) {
	if i := bytes.IndexByte(b, ']'); i >= 0 {
		b = b[:i]
	}
	b = bytes.TrimRight(b, "\r\n")
	first, rest, _ := bytes.Cut(b, []byte(" "))
	return upper(first), string(rest)
}

// atom splits b before the first octet that ends an atom here.
func atom(b []byte) (word, rest []byte) {
	for i, c := range b {
		switch c {
		case ' ', '\r', '\n', '(', ')', '{', '"':
			return b[:i], b[i:]
		}
	}
	return b, nil
}

// upper returns b in upper case, without allocating for the common words.
func upper(b []byte) string {
	for _, known := range [...]string{"FETCH", "OK", "EXISTS", "RECENT", "EXPUNGE", "FLAGS", "UID", "BODY", "RFC822.SIZE"} {
		if len(b) == len(known) && string(b) == known {
			return known
		}
	}
	return string(bytes.ToUpper(b))
}
