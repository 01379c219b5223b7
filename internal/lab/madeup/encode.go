package madeup

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// encode writes a body in an encoding. Behind the name of a standard encoding
// there may be ways of writing it that only tests need; see quotedPrintable
// and base64Lines for what is usual.
func encode(name, encoding, body string) string {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedPrintable(body, 76)
	case "base64":
		return base64Lines(body, 76)
	}
	_ = name
	return body
}

// quotedPrintable is RFC 2045, section 6.7, with soft breaks at a width.
func quotedPrintable(body string, width int) string {
	var out strings.Builder
	column := 0
	put := func(s string) {
		if column+len(s) >= width {
			out.WriteString("=" + crlf)
			column = 0
		}
		out.WriteString(s)
		column += len(s)
	}
	for i := 0; i < len(body); i++ {
		c := body[i]
		switch {
		case strings.HasPrefix(body[i:], crlf):
			out.WriteString(crlf)
			column = 0
			i++
		case c == ' ' && (i+1 == len(body) || strings.HasPrefix(body[i+1:], crlf)):
			put("=20")
		case c >= ' ' && c <= '~' && c != '=', c == '\t':
			put(string(c))
		default:
			put(fmt.Sprintf("=%02X", c))
		}
	}
	return out.String()
}

// wildQuoted is legal quoted-printable as nobody writes it: soft breaks
// anywhere, hex in either case, and letters encoded that need not be.
func wildQuoted(r *rand.Rand, body string, often float64) string {
	var out strings.Builder
	column := 0
	for i := 0; i < len(body); i++ {
		if strings.HasPrefix(body[i:], crlf) {
			out.WriteString(crlf)
			column = 0
			i++
			continue
		}
		c := body[i]
		piece := string(c)
		if c < '!' || c > '~' || c == '=' || r.Float64() < often {
			form := "=%02X"
			if r.IntN(2) == 0 {
				form = "=%02x"
			}
			piece = fmt.Sprintf(form, c)
		}
		if column+len(piece) > 74 || r.Float64() < often/4 {
			out.WriteString("=" + crlf)
			column = 0
		}
		out.WriteString(piece)
		column += len(piece)
	}
	return out.String()
}

// base64Lines is RFC 2045, section 6.8, at a width; 0 means one line.
func base64Lines(body string, width int) string {
	return fold(base64.StdEncoding.EncodeToString([]byte(body)), width)
}

func fold(text string, width int) string {
	if width == 0 {
		return text + crlf
	}
	var out strings.Builder
	for len(text) > width {
		out.WriteString(text[:width] + crlf)
		text = text[width:]
	}
	out.WriteString(text + crlf)
	return out.String()
}

// wildBase64 has lines of any length, blanks and other octets between that a
// reader ignores.
func wildBase64(r *rand.Rand, body string) string {
	text := base64.StdEncoding.EncodeToString([]byte(body))
	var out strings.Builder
	for len(text) > 0 {
		n := min(len(text), 1+r.IntN(90))
		out.WriteString(text[:n])
		text = text[n:]
		switch r.IntN(6) {
		case 0:
			out.WriteString(" ")
		case 1:
			out.WriteString("\t" + crlf)
		case 2:
			out.WriteString("*" + crlf)
		default:
			out.WriteString(crlf)
		}
	}
	return out.String()
}

// unpadded leaves the last equals signs out; the body ends inside a quantum.
func unpadded(body string) string {
	for len(body)%3 != 1 {
		body += " "
	}
	return fold(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(body)), "="), 76)
}

// dirty sets the bits of the last character that carry nothing: they must stay
// as they are, as a reader ignores them.
func dirty(body string) string {
	for len(body)%3 != 1 {
		body += " "
	}
	text := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(body)), "=")
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := strings.IndexByte(alphabet, text[len(text)-1])
	return fold(text[:len(text)-1]+string(alphabet[last|0x0f])+"==", 76)
}

// inPieces is several base64 texts one after the other, each with its own
// padding, as some programs write that encode in chunks.
func inPieces(body string, size int) string {
	var out strings.Builder
	for len(body) > 0 {
		n := min(size, len(body))
		out.WriteString(base64Lines(body[:n], 76))
		body = body[n:]
	}
	return out.String()
}
