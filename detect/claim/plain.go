package claim

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	// maxShown is how much of what stands before an address in a plain text is read
	// for it, in octets, and maxTail of what follows.
	maxShown, maxTail = 240, 120
	// maxAddresses is how many addresses of one text are read.
	maxAddresses = 1000
)

// A span is where an address stands in a text.
type span struct{ from, to int }

// addresses finds the addresses that mail programs make links of in a plain text.
func addresses(text []byte) []span {
	var out []span
	for i := 0; i < len(text) && len(out) < maxAddresses; {
		n := bytes.IndexByte(text[i:], ':')
		if n < 0 {
			break
		}
		colon := i + n
		i = colon + 1
		from := colon
		for from > 0 && colon-from < 6 && isLetter(text[from-1]) {
			from--
		}
		scheme := strings.ToLower(string(text[from:colon]))
		web := (scheme == "http" || scheme == "https") && bytes.HasPrefix(text[colon:], []byte("://"))
		if !web && scheme != "mailto" {
			continue
		}
		if to := addressEnd(text, colon+1); to > colon+3 {
			out = append(out, span{from, to})
			i = to
		}
	}
	return out
}

// isLetter says whether an octet is a letter of a scheme.
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// addressEnd is where an address ends: at a blank, a bracket or a quotation mark
// (RFC 3986, appendix C), and not with what ends a sentence.
func addressEnd(text []byte, at int) int {
	to := at
	for to < len(text) && text[to] > ' ' && strings.IndexByte("<>\"[]|", text[to]) < 0 {
		to++
	}
	for to > at && strings.IndexByte(".,;:!?'*", text[to-1]) >= 0 {
		to--
	}
	if to > at && text[to-1] == ')' && bytes.Count(text[at:to], []byte("(")) < bytes.Count(text[at:to], []byte(")")) {
		to--
	}
	return to
}

// plainLinks reads the links of a plain text, with the words that stand at each.
func plainLinks(text []byte, at []span, f finder, chars *charmap.Charmap) []Link {
	out := make([]Link, 0, len(at))
	for i, s := range at {
		low, high := 0, len(text)
		if i > 0 {
			low = at[i-1].to
		}
		if i+1 < len(at) {
			high = at[i+1].from
		}
		around := before(text, low, s.from)
		shown := label(around)
		l := Link{URL: string(text[s.from:s.to]), Offset: f.offset(s.from)}
		l.Before = inUTF8(around[:len(around)-len(shown)], chars)
		l.Text = inUTF8(shown, chars) + " " + inUTF8(after(text, s.to, high), chars)
		out = append(out, l)
	}
	return out
}

// before is the paragraph in front of an address, back to the address before.
func before(text []byte, low, at int) []byte {
	whole := text[max(low, at-maxShown):at]
	piece := bytes.TrimRight(whole, " \t\r\n")
	if bytes.Count(whole[len(piece):], []byte("\n")) < 2 {
		// "Unsubscribe below." and the address in the next line.
		piece = bytes.TrimRight(piece, " \t\r\n.!?")
	}
	for n := len(piece); n > 0; {
		n = bytes.LastIndexByte(piece[:n], '\n')
		if n < 0 {
			break
		}
		// An empty line ends the one before the line feed with another.
		if line := bytes.TrimRight(piece[:n], " \t\r"); len(line) == 0 || line[len(line)-1] == '\n' {
			return piece[n+1:]
		}
	}
	return piece
}

// label is what names an address: the line that it ends, and the lines before if
// that goes on what they began.
func label(around []byte) []byte {
	from := len(around)
	for {
		n := bytes.LastIndexByte(around[:from], '\n') + 1
		if bytes.ContainsAny(around[n:from], ".?!|") {
			n += bytes.LastIndexAny(around[n:from], ".?!|") + 1
			return around[n:]
		}
		from = n
		if n == 0 || !goesOn(around[n:]) && !wrapped(around[:n]) {
			return around[n:]
		}
		from--
	}
}

// goesOn says whether a line goes on the sentence of the one before: it begins with
// a small letter, or has no words.
func goesOn(line []byte) bool {
	for _, r := range string(line) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.IsLower(r)
		}
		if r == '\n' {
			return true
		}
	}
	return true
}

// wrappedFrom is how long a line is that was broken for its length, in octets.
const wrappedFrom = 45

// wrapped says whether the last line of a text was broken within a sentence.
func wrapped(text []byte) bool {
	line := bytes.TrimRight(text, " \t\r\n")
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	return len(line) >= wrappedFrom && (line[len(line)-1] == ',' || line[len(line)-1] >= utf8.RuneSelf || isLetter(line[len(line)-1]))
}

// after is what follows an address in its line, unless that names the next one.
func after(text []byte, at, high int) []byte {
	end := high
	if n := bytes.IndexByte(text[at:high], '\n'); n >= 0 {
		end = at + n
	} else if high < len(text) {
		return nil
	}
	end = min(end, at+maxTail)
	if n := bytes.IndexAny(text[at:end], ".?!|"); n >= 0 {
		end = at + n
	}
	return text[at:end]
}

// inUTF8 is a piece of text of a charset in which each octet is a letter.
func inUTF8(piece []byte, chars *charmap.Charmap) string {
	if chars == nil {
		return string(piece)
	}
	out := make([]byte, 0, len(piece))
	for _, c := range piece {
		out = utf8.AppendRune(out, chars.DecodeByte(c))
	}
	return string(out)
}

// without is a plain text with blanks for its addresses: what they spell is not what
// the sender says.
func without(text []byte, at []span) []byte {
	if len(at) == 0 {
		return text
	}
	out := bytes.Clone(text)
	for _, s := range at {
		copy(out[s.from:s.to], bytes.Repeat([]byte(" "), s.to-s.from))
	}
	return out
}
