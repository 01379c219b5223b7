package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
)

const (
	maxReplyLine  = 8 << 10 // RFC 5321, section 4.5.3.1.5 says 512; servers differ
	maxReplyLines = 256
)

// errReply is an answer that is none by the grammar of SMTP.
var errReply = errors.New("proxy: malformed SMTP reply")

// A reply is what a server answers (RFC 5321, section 4.2).
type reply struct {
	code int
	// lines are the texts after the code and its sign, without line ends.
	lines []string
}

// say makes a reply of one line.
func say(code int, text string) reply { return reply{code: code, lines: []string{text}} }

// String returns the reply as it is sent.
func (r reply) String() string {
	var b strings.Builder
	for i, text := range r.lines {
		sign := byte('-')
		if i == len(r.lines)-1 {
			sign = ' '
		}
		fmt.Fprintf(&b, "%03d%c%s\r\n", r.code, sign, text)
	}
	return b.String()
}

// ok says whether the server did what it was asked to.
func (r reply) ok() bool { return r.code/100 == 2 }

// readReply reads a reply of one or more lines.
func readReply(br *bufio.Reader) (reply, error) {
	var r reply
	for len(r.lines) < maxReplyLines {
		line, err := readLine(br, maxReplyLine)
		if err != nil {
			return reply{}, fmt.Errorf("reading a reply: %w", err)
		}
		code, rest, ok := splitReply(line)
		if !ok || len(r.lines) > 0 && code != r.code {
			return reply{}, errReply
		}
		r.code, r.lines = code, append(r.lines, rest[1:])
		if rest[0] != '-' {
			return r, nil
		}
	}
	return reply{}, errReply
}

// splitReply takes a line apart: code, and sign with text. A line of three digits
// alone is a whole reply (RFC 5321, section 4.2.1).
func splitReply(line string) (code int, rest string, ok bool) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' {
		return 0, "", false
	}
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0, "", false
		}
		code = code*10 + int(line[i]-'0')
	}
	if rest = line[3:]; rest == "" {
		return code, " ", true
	}
	return code, rest, rest[0] == ' ' || rest[0] == '-'
}
