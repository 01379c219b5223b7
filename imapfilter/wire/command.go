package wire

import "bytes"

// MaxTag is the longest tag a client may use.
const MaxTag = 128

// HeadLen is enough of a line to know what it is.
const HeadLen = 512

// A Command is the beginning of a client line (RFC 3501, section 6).
type Command struct {
	// Tag is what its completion will bear.
	Tag string
	// Name is in upper case; "UID FETCH" and the like in one.
	Name string
	// Args is where what follows the name begins: at a space or the line end.
	Args int
}

// ParseCommand reads tag and name of a command. The head is the whole line, or
// at least [HeadLen] octets of it.
func ParseCommand(head []byte) (Command, error) {
	tag, rest := atom(head)
	if !validTag(tag) || len(rest) == 0 {
		return Command{}, &SyntaxError{What: "command without tag"}
	}
	c := Command{Tag: string(tag)}
	if rest[0] != ' ' {
		return c, &SyntaxError{What: "command without a name"}
	}
	name, rest := atom(rest[1:])
	if len(name) == 0 {
		return c, &SyntaxError{What: "command without a name"}
	}
	c.Name = upper(name)
	if c.Name == "UID" && len(rest) > 1 && rest[0] == ' ' {
		name, after := atom(rest[1:])
		if len(name) > 0 {
			c.Name, rest = "UID "+upper(name), after
		}
	}
	c.Args = len(head) - len(rest)
	return c, nil
}

// validTag keeps to RFC 3501, section 9: astring characters without "+".
func validTag(tag []byte) bool {
	for _, c := range tag {
		if c <= ' ' || c >= 0x7f || bytes.IndexByte([]byte(`+*%\`), c) >= 0 {
			return false
		}
	}
	return len(tag) > 0 && len(tag) <= MaxTag
}

// A Text is a whole command as it was on the wire, literals included.
type Text struct {
	// Raw are its octets with the line end.
	Raw []byte
	// Literals are where the octets of its literals lie in Raw.
	Literals []Span
}

// A Span is a range of octets of a [Text].
type Span struct {
	// Start and End are half-open.
	Start, End int
	// Literal is how they were announced.
	Literal Literal
}

// Astring reads an atom, quoted string or literal at the beginning of b, which
// is wire text, and returns its value.
func Astring(b []byte) (value, rest []byte, ok bool) {
	switch {
	case len(b) == 0:
		return nil, b, false
	case b[0] == '"':
		return quoted(b)
	case b[0] == '{' || b[0] == '~':
		n, size, ok := inlineLiteral(b)
		if !ok || int64(len(b)-n) < size {
			return nil, b, false
		}
		return b[n : n+int(size)], b[n+int(size):], true
	}
	word, rest := atom(b)
	return word, rest, len(word) > 0
}

// quoted reads a quoted string and takes its backslashes off.
func quoted(b []byte) (value, rest []byte, ok bool) {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '"':
			return value, b[i+1:], true
		case '\r', '\n':
			return nil, b, false
		case '\\':
			if i++; i == len(b) {
				return nil, b, false
			}
		}
		value = append(value, b[i])
	}
	return nil, b, false
}

// inlineLiteral reads "{n}CRLF" at the beginning of b and returns its length
// and the size it announces.
func inlineLiteral(b []byte) (length int, size int64, ok bool) {
	end := bytes.IndexByte(b[:min(len(b), tailLen)], '\n')
	if end < 0 {
		return 0, 0, false
	}
	lit, ok, err := EndLiteral(b[:end+1])
	if err != nil || !ok || !startsAnnouncement(b, end, lit) {
		return 0, 0, false
	}
	return end + 1, lit.Size, true
}

// startsAnnouncement tells whether the announcement is all of the line.
func startsAnnouncement(b []byte, end int, lit Literal) bool {
	if end > 0 && b[end-1] == '\r' {
		end--
	}
	return lit.Len == end
}
