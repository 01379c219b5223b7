package wire

import (
	"strconv"
)

// maxDepth limits how deep lists may be nested.
const maxDepth = 1000

// Expect consumes one given octet.
func (r *Reader) Expect(c byte) error {
	b, err := r.br.Peek(1)
	if err != nil {
		return unexpected(err)
	}
	if b[0] != c {
		return &SyntaxError{What: "expected " + string(rune(c))}
	}
	return r.Skip(1)
}

// Spaces consumes spaces, and returns how many there were and what follows.
func (r *Reader) Spaces() (n int, next byte, err error) {
	for {
		b, err := r.br.Peek(1)
		if err != nil {
			return n, 0, unexpected(err)
		}
		if b[0] != ' ' {
			return n, b[0], nil
		}
		if err := r.Skip(1); err != nil {
			return n, 0, err
		}
		n++
	}
}

// Item consumes the name of an item in a FETCH answer, without the space after
// it, and returns its octets, which are good until the next read.
func (r *Reader) Item() (Item, []byte, error) {
	for want := 1; ; {
		if _, err := r.br.Peek(want); err != nil {
			return Item{}, nil, unexpected(err)
		}
		b, _ := r.br.Peek(r.br.Buffered())
		item, rest, err := ParseItem(b)
		if err == nil {
			n := len(b) - len(rest)
			if rest[0] != ' ' {
				return item, nil, &SyntaxError{What: "fetch item without value"}
			}
			return item, b[:n], r.Skip(n)
		}
		if err != ErrMore || r.Full() {
			return Item{}, nil, &SyntaxError{What: "fetch item"}
		}
		want = len(b) + 1
	}
}

// Literal consumes the announcement of a literal if one is next, and returns it
// with its octets, which are good until the next read; nil if none is.
func (r *Reader) Literal() (Literal, []byte, error) {
	b, err := r.br.Peek(1)
	if err != nil {
		return Literal{}, nil, unexpected(err)
	}
	if b[0] != '{' && b[0] != '~' {
		return Literal{}, nil, nil
	}
	line, err := r.Head(tailLen)
	if err != nil {
		return Literal{}, nil, unexpected(err)
	}
	if line[len(line)-1] != '\n' {
		return Literal{}, nil, nil
	}
	lit, ok, err := EndLiteral(line)
	if err != nil || !ok || !startsAnnouncement(line, len(line)-1, lit) {
		return Literal{}, nil, err
	}
	return lit, line, r.Skip(len(line))
}

// Number consumes a number and returns it with its octets, which are good until
// the next read.
func (r *Reader) Number() (uint32, []byte, error) {
	for want := 1; ; want++ {
		b, err := r.br.Peek(want)
		if err != nil {
			return 0, nil, unexpected(err)
		}
		if c := b[want-1]; c >= '0' && c <= '9' && want <= 20 {
			continue
		}
		n, rest, ok := number(b)
		if !ok || len(rest) != 1 {
			return 0, nil, &SyntaxError{What: "expected a number"}
		}
		return n, b[:want-1], r.Skip(want - 1)
	}
}

// AppendLiteral writes the announcement of a literal in a command.
func AppendLiteral(dst []byte, size int64, nonSync bool) []byte {
	dst = strconv.AppendInt(append(dst, '{'), size, 10)
	if nonSync {
		dst = append(dst, '+')
	}
	return append(dst, '}', '\r', '\n')
}

// Quoted consumes a quoted string if one is next, of at most limit octets, and
// returns its value without backslashes.
func (r *Reader) Quoted(limit int) ([]byte, error) {
	if err := r.Expect('"'); err != nil {
		return nil, err
	}
	var value []byte
	escaped := false
	for {
		b, err := r.window()
		if err != nil {
			return nil, unexpected(err)
		}
		for i, c := range b {
			switch {
			case c == '\r' || c == '\n':
				return nil, &SyntaxError{What: "line end in quoted string"}
			case !escaped && c == '"':
				return value, r.Skip(i + 1)
			case !escaped && c == '\\':
				escaped = true
			default:
				value = append(value, c)
				escaped = false
			}
		}
		if len(value) > limit {
			return nil, ErrTooLong
		}
		if err := r.Skip(len(b)); err != nil {
			return nil, err
		}
	}
}

// AppendQuoted writes a quoted string.
func AppendQuoted(dst, value []byte) []byte {
	dst = append(dst, '"')
	for _, c := range value {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// CopyValue hands one value of any form to w: a list with all that is in it, a
// string, a literal, an atom. Where there is none w has had all in front of the
// fault, however the octets came.
func (r *Reader) CopyValue(w Sink) error {
	v := value{r: r, w: w}
	for !v.done {
		b, err := r.window()
		if err != nil {
			return unexpected(err)
		}
		n, fault := v.scan(b)
		if _, err := w.Write(b[:n]); err != nil {
			return err
		}
		if err := r.Skip(n); err != nil {
			return err
		}
		if fault != nil {
			return fault
		}
		if v.brace {
			if err := v.literal(); err != nil {
				return err
			}
		}
	}
	return nil
}

// value is how far CopyValue has come.
type value struct {
	r       *Reader
	w       Sink
	depth   int
	begun   bool // something was read
	quoted  bool
	escaped bool
	brace   bool // the next octet may announce a literal
	done    bool
}

// scan goes through buffered octets until the value ends or may have a literal, or
// up to a fault.
func (v *value) scan(b []byte) (int, error) {
	for i, c := range b {
		switch {
		case v.quoted:
			if c == '\r' || c == '\n' {
				return i, &SyntaxError{What: "line end in quoted string"}
			}
			v.inQuotes(c)
			if v.done {
				return i + 1, nil
			}
			continue
		case c == '\r' || c == '\n':
			return i, &SyntaxError{What: "line end in a value"}
		case c == '{' || c == '~':
			v.brace = true
			return i, nil
		}
		if v.depth == 0 && v.begun && (c == ' ' || c == ')') {
			v.done = true
			return i, nil
		}
		if err := v.outside(c); err != nil {
			return i, err
		}
		if v.done {
			return i + 1, nil
		}
	}
	return len(b), nil
}

func (v *value) inQuotes(c byte) {
	switch {
	case v.escaped:
		v.escaped = false
	case c == '\\':
		v.escaped = true
	case c == '"':
		v.quoted = false
		v.done = v.depth == 0
	}
}

// outside takes one octet that is in no string.
func (v *value) outside(c byte) error {
	switch c {
	case '(':
		if v.depth++; v.depth > maxDepth {
			return &SyntaxError{What: "lists nested too deep"}
		}
	case ')':
		v.depth--
		v.done = v.depth <= 0
		if v.depth < 0 {
			return &SyntaxError{What: "missing value"}
		}
	case '"':
		v.quoted = true
	case ' ':
		if v.depth == 0 {
			return &SyntaxError{What: "missing value"}
		}
	}
	v.begun = true
	return nil
}

// literal copies a literal, or the brace if it announces none.
func (v *value) literal() error {
	v.brace = false
	lit, raw, err := v.r.Literal()
	if err != nil {
		return err
	}
	if raw == nil {
		b, err := v.r.br.ReadByte()
		if err != nil {
			return unexpected(err)
		}
		v.begun = true
		if err := v.w.WriteByte(b); err != nil {
			return err
		}
		return v.r.count(1)
	}
	v.done = v.depth == 0
	if _, err := v.w.Write(raw); err != nil {
		return err
	}
	return v.r.Copy(v.w, lit.Size)
}
