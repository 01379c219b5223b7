package imapfilter

import (
	"bytes"
	"strings"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// An expectation is what the literal at the end of a piece of arguments is.
type expectation uint8

const (
	// expectOther is nonsense, or a form that is not known.
	expectOther expectation = iota
	// expectArgument is a mailbox name or a URL.
	expectArgument expectation = iota
	// expectMessage is a whole message.
	expectMessage expectation = iota
	// expectText is a part of a message, for CATENATE to put together.
	expectText expectation = iota
	// expectEnd is no literal: the command is complete.
	expectEnd expectation = iota
)

// Where in the arguments an appendForm is.
type appendAt uint8

const (
	atNumber  appendAt = iota // of the message that REPLACE replaces
	atMailbox appendAt = iota
	atFlags   appendAt = iota // flags, date, message; or the end
	atDate    appendAt = iota
	atData    appendAt = iota
	atUTF8    appendAt = iota // UTF8 ( was read, the literal follows
	atPart    appendAt = iota // of CATENATE, or its end
	atURL     appendAt = iota
	atText    appendAt = iota
	atClose   appendAt = iota // the bracket after UTF8's literal
)

// An appendForm reads the arguments of APPEND (RFC 3501, section 6.3.11; RFC
// 3502, section 6.3.11; RFC 4469, section 5; RFC 6855, section 4) and of
// REPLACE (RFC 8508, section 3), piece by piece between the literals.
type appendForm struct {
	at       appendAt
	single   bool // REPLACE takes one message
	messages int  // that are complete
	parts    int  // of the CATENATE at hand
	joins    bool // inside CATENATE
	of       int  // which message the last literal belongs to, from 0
}

// formOf begins the arguments of a command.
func formOf(name string) appendForm {
	if name == "APPEND" {
		return appendForm{at: atMailbox}
	}
	return appendForm{at: atNumber, single: true}
}

// feed reads a piece of the arguments, which is followed by a literal or by the
// end of the command, and says what that literal is.
func (f *appendForm) feed(text []byte, literal bool) expectation {
	for {
		text = bytes.TrimLeft(text, " ")
		if len(text) == 0 {
			break
		}
		if f.single && f.messages > 0 {
			return expectOther
		}
		var ok bool
		if text, ok = f.step(text); !ok {
			return expectOther
		}
	}
	if literal {
		return f.literal()
	}
	if f.at == atFlags && f.messages > 0 {
		return expectEnd
	}
	return expectOther
}

// step takes one token.
func (f *appendForm) step(b []byte) (rest []byte, ok bool) {
	switch f.at {
	case atNumber:
		word, rest := cutAtom(b)
		f.at = atMailbox
		return rest, word != "" && strings.Trim(word, "0123456789") == "" || word == "*"
	case atMailbox:
		f.at = atFlags
		_, rest, ok = wire.Astring(b)
		return rest, ok
	case atFlags:
		f.at = atDate
		if b[0] != '(' {
			return b, true
		}
		end := bytes.IndexAny(b[1:], "()\"{\r\n")
		if end < 0 || b[1+end] != ')' {
			return b, false
		}
		return b[end+2:], true
	case atDate:
		f.at = atData
		if b[0] != '"' {
			return b, true
		}
		_, rest, ok = wire.Astring(b)
		return rest, ok
	case atData:
		return f.data(b)
	}
	return f.part(b)
}

// data reads what stands before a message that is no plain literal.
func (f *appendForm) data(b []byte) (rest []byte, ok bool) {
	word, rest := cutAtom(b)
	switch word {
	case "UTF8":
		f.at = atUTF8
	case "CATENATE":
		f.at, f.joins, f.parts = atPart, true, 0
	default:
		return b, false
	}
	return bytes.CutPrefix(bytes.TrimLeft(rest, " "), []byte("("))
}

// part reads within CATENATE, and the bracket after a literal.
func (f *appendForm) part(b []byte) (rest []byte, ok bool) {
	switch f.at {
	case atClose:
		f.at = atPart
		if !f.joins {
			f.end()
		}
		return b[1:], b[0] == ')'
	case atURL:
		f.at = atPart
		f.parts++
		_, rest, ok = wire.Astring(b)
		return rest, ok
	case atPart:
		if b[0] == ')' {
			f.end()
			return b[1:], f.parts > 0
		}
		word, rest := cutAtom(b)
		switch word {
		case "URL":
			f.at = atURL
			return rest, true
		case "TEXT":
			f.at = atText
			return rest, true
		case "UTF8":
			f.at = atUTF8
			return bytes.CutPrefix(bytes.TrimLeft(rest, " "), []byte("("))
		}
	}
	return b, false
}

// end notes that a message is complete; another may follow (RFC 3502).
func (f *appendForm) end() {
	f.messages++
	f.at, f.joins = atFlags, false
}

// literal says what the literal is that stands here. One of a message and those
// of its parts belong to it.
func (f *appendForm) literal() expectation {
	f.of = f.messages
	switch f.at {
	case atMailbox:
		f.at = atFlags
		return expectArgument
	case atURL:
		f.at = atPart
		f.parts++
		return expectArgument
	case atFlags, atDate, atData:
		if f.single && f.messages > 0 {
			return expectOther
		}
		f.end()
		return expectMessage
	case atUTF8, atText:
		inBrackets := f.at == atUTF8
		f.at = atPart
		if inBrackets {
			f.at = atClose
		}
		if !f.joins {
			return expectMessage
		}
		f.parts++
		return expectText
	}
	return expectOther
}

// cutAtom reads a word, in upper case.
func cutAtom(b []byte) (word string, rest []byte) {
	i := bytes.IndexAny(b, " ()\"{\r\n")
	if i < 0 {
		i = len(b)
	}
	return strings.ToUpper(string(b[:i])), b[i:]
}
