package wire

import (
	"bytes"
	"errors"
	"strings"
)

// A Content is how much of a message a FETCH item holds.
type Content uint8

const (
	// Verbatim items hold nothing that a plan could change: flags, sizes,
	// structures, headers, and everything unknown.
	Verbatim Content = iota
	// Whole is the complete message.
	Whole Content = iota
	// Piece is a part of it, or a range of octets.
	Piece Content = iota
	// Decoded is a part, or a range of it, without its transfer encoding
	// (RFC 3516, section 4.3).
	Decoded Content = iota
)

// An Item is one data item of a FETCH command or answer (RFC 3501, sections
// 6.4.5 and 7.4.2).
type Item struct {
	// Name is in upper case, without ".PEEK" and brackets: BODY, FLAGS, ...
	Name string
	// Section is what stands in the brackets, in upper case.
	Section string
	// Bracketed tells that there were brackets, if empty ones.
	Bracketed bool
	// Partial tells that a range was named, Origin where it begins, and Length
	// how long it is; answers do not say that.
	Partial        bool
	Origin, Length int64
}

// Content returns how much of the message the item holds, and the section in
// the terms of BODY[...].
func (i Item) Content() (Content, string) {
	switch {
	case i.Name == "RFC822" && !i.Bracketed:
		return i.whole()
	case i.Name == "RFC822.TEXT" && !i.Bracketed:
		return Piece, "TEXT"
	case i.Name == "BINARY" && i.Bracketed:
		return Decoded, i.Section
	case i.Name != "BODY" || !i.Bracketed:
		return Verbatim, ""
	case i.Section == "":
		return i.whole()
	}
	last := strings.TrimLeft(i.Section, "0123456789.")
	if last == "MIME" || last == "HEADER" || strings.HasPrefix(last, "HEADER.") || strings.HasPrefix(last, "HEADER ") {
		return Verbatim, ""
	}
	return Piece, i.Section
}

func (i Item) whole() (Content, string) {
	if i.Partial {
		return Piece, ""
	}
	return Whole, ""
}

// ErrMore says that more octets may make an item of what is there.
var ErrMore = errors.New("wire: unfinished item")

var errItem = &SyntaxError{What: "fetch item"}

// ParseItem reads an item's name at the beginning of b, which is wire text. It
// returns [ErrMore] for one that is not finished; at least one octet follows a
// finished one.
func ParseItem(b []byte) (item Item, rest []byte, err error) {
	n := 0
	for n < len(b) && isItemChar(b[n]) {
		n++
	}
	if n == len(b) {
		return item, b, ErrMore
	}
	if n == 0 {
		return item, b, errItem
	}
	item.Name = strings.TrimSuffix(upper(b[:n]), ".PEEK")
	rest = b[n:]
	if rest[0] == '[' {
		end, err := sectionEnd(rest)
		if err != nil {
			return item, b, err
		}
		item.Bracketed = true
		item.Section = upper(rest[1 : end-1])
		rest = rest[end:]
	}
	if len(rest) > 0 && rest[0] == '<' {
		rest, err = item.partial(rest)
	}
	if err == nil && len(rest) == 0 {
		err = ErrMore
	}
	return item, rest, err
}

// maxPartial is longer than two numbers of 18 digits with their signs.
const maxPartial = 48

// partial reads "<0.65536>" of a command or "<0>" of an answer.
func (i *Item) partial(b []byte) ([]byte, error) {
	end := bytes.IndexByte(b[:min(len(b), maxPartial)], '>')
	if end < 0 && len(b) < maxPartial {
		return b, ErrMore
	}
	if end < 0 {
		return b, errItem
	}
	origin, length, two := bytes.Cut(b[1:end], []byte("."))
	if !allDigits(origin) || two && !allDigits(length) || len(origin) > 18 || len(length) > 18 {
		return b, errItem
	}
	i.Partial = true
	i.Origin, i.Length = decimal(origin), decimal(length)
	return b[end+1:], nil
}

func decimal(digits []byte) (n int64) {
	for _, c := range digits {
		n = n*10 + int64(c-'0')
	}
	return n
}

func isItemChar(c byte) bool {
	return c > ' ' && c < 0x7f && !strings.ContainsRune(`()[]{}<>"%*\`, rune(c))
}

// sectionEnd returns the index after the "]" that closes b[0] == '['. Field
// names inside may be quoted strings and literals.
func sectionEnd(b []byte) (int, error) {
	for i := 1; i < len(b); {
		switch b[i] {
		case ']':
			return i + 1, nil
		case '\r', '\n':
			return 0, errItem
		case '"':
			n, err := quotedEnd(b[i:])
			if err != nil {
				return 0, err
			}
			i += n
		case '{':
			n, err := literalEnd(b[i:])
			if err != nil {
				return 0, err
			}
			i += n
		default:
			i++
		}
	}
	return 0, ErrMore
}

// quotedEnd returns the length of the quoted string that b begins with.
func quotedEnd(b []byte) (int, error) {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i + 1, nil
		case '\r', '\n':
			return 0, errItem
		case '\\':
			i++
		}
	}
	return 0, ErrMore
}

// literalEnd returns the length of the literal that b begins with, with its
// announcement.
func literalEnd(b []byte) (int, error) {
	n, size, ok := inlineLiteral(b)
	switch {
	case ok && int64(len(b)-n) >= size:
		return n + int(size), nil
	case ok || len(b) < tailLen && bytes.IndexByte(b, '\n') < 0:
		return 0, ErrMore
	}
	return 0, errItem
}

// A Fetch is what a client asks for.
type Fetch struct {
	// Set are the messages.
	Set Set
	// Items are what of them. A macro is an item with its name.
	Items []Item
	// Narrowing are those modifiers that leave messages out, with a space
	// before: " (CHANGEDSINCE 5)"; empty if there are none.
	Narrowing string
	// Modifiers are all of them as they were written, and the line end.
	Modifiers string
}

// ParseFetch reads the arguments of FETCH and UID FETCH: b begins with the
// space after the name. Of the modifiers after the items those are looked into
// that leave messages out (RFC 7162, section 3.1.4; RFC 9394, section 3.3).
func ParseFetch(b []byte) (Fetch, error) {
	bad := &SyntaxError{What: "fetch arguments"}
	var f Fetch
	b = bytes.TrimLeft(b, " ")
	set, rest, ok := ParseSet(b)
	if !ok || len(rest) == 0 || rest[0] != ' ' {
		return f, bad
	}
	f.Set = set
	rest = bytes.TrimLeft(rest, " ")
	list := len(rest) > 0 && rest[0] == '('
	if list {
		rest = bytes.TrimLeft(rest[1:], " ")
	}
	for {
		item, after, err := ParseItem(rest)
		if err != nil {
			return f, bad
		}
		f.Items = append(f.Items, item)
		before := after
		after, ok = skipArgs(after)
		if !ok {
			return f, bad
		}
		if !list {
			f.Narrowing, f.Modifiers = narrowing(before), string(before)
			return f, nil
		}
		rest = bytes.TrimLeft(after, " ")
		if len(rest) > 0 && rest[0] == ')' {
			f.Narrowing, f.Modifiers = narrowing(rest[1:]), string(rest[1:])
			return f, nil
		}
	}
}

// narrowing picks the modifiers that leave messages out.
func narrowing(b []byte) string {
	list, ok := bytes.CutPrefix(bytes.TrimLeft(b, " "), []byte("("))
	end := bytes.IndexByte(list, ')')
	if !ok || end < 0 {
		return ""
	}
	var kept []string
	words := strings.Fields(upper(list[:end]))
	for i := 0; i+1 < len(words); i++ {
		name, value := words[i], words[i+1]
		if (name == "CHANGEDSINCE" || name == "PARTIAL") && strings.Trim(value, "0123456789:-") == "" {
			kept = append(kept, name, value)
		}
	}
	if kept == nil {
		return ""
	}
	return " (" + strings.Join(kept, " ") + ")"
}

// skipArgs goes past a list of arguments that an item may have, as in
// "PREVIEW (LAZY)" (RFC 8970, section 3.1). Outside a list of items such a
// list would be the modifiers, which end the items as well.
func skipArgs(b []byte) ([]byte, bool) {
	trimmed := bytes.TrimLeft(b, " ")
	if len(trimmed) == 0 || trimmed[0] != '(' {
		return b, true
	}
	end := bytes.IndexAny(trimmed, ")\r\n\"{")
	if end < 0 || trimmed[end] != ')' {
		return b, false
	}
	return trimmed[end+1:], true
}
