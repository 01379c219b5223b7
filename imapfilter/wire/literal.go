package wire

import (
	"bytes"
	"math"
	"strconv"
)

// A Literal is the announcement of octets that follow a line (RFC 3501,
// section 4.3; RFC 7888; RFC 3516, section 4.2).
type Literal struct {
	// Size is the number of octets.
	Size int64
	// NonSync is {n+}: they follow without being asked for.
	NonSync bool
	// Binary is ~{n}: they may hold NUL.
	Binary bool
	// Len is the length of the announcement, without the line end.
	Len int
}

// EndLiteral returns the literal announced at the end of a line, which is
// given with its line end. Only what follows a space or an opening bracket is
// one: elsewhere a brace is not allowed. A size that no int64 holds is an error.
func EndLiteral(line []byte) (Literal, bool, error) {
	line, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok {
		line, ok = bytes.CutSuffix(line, []byte("\n"))
	}
	if !ok || len(line) < 3 || line[len(line)-1] != '}' {
		return Literal{}, false, nil
	}
	open := bytes.LastIndexByte(line, '{')
	if open < 0 {
		return Literal{}, false, nil
	}
	lit := Literal{}
	digits := line[open+1 : len(line)-1]
	digits, lit.NonSync = bytes.CutSuffix(digits, []byte("+"))
	if !allDigits(digits) {
		return Literal{}, false, nil
	}
	if open > 0 && line[open-1] == '~' {
		open--
		lit.Binary = true
	}
	if open > 0 && line[open-1] != ' ' && line[open-1] != '(' {
		return Literal{}, false, nil
	}
	lit.Len = len(line) - open
	size, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil || size > math.MaxInt64/2 {
		return Literal{}, false, &SyntaxError{What: "literal of impossible size"}
	}
	lit.Size = size
	return lit, true, nil
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 20
}

// number reads a 32-bit number at the beginning of b.
func number(b []byte) (n uint32, rest []byte, ok bool) {
	var v uint64
	i := 0
	for ; i < len(b) && i < 11 && b[i] >= '0' && b[i] <= '9'; i++ {
		v = v*10 + uint64(b[i]-'0')
	}
	if i == 0 || v > math.MaxUint32 {
		return 0, b, false
	}
	return uint32(v), b[i:], true
}
