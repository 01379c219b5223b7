package message_test

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// encodings are the three ways a leaf is written, each with a plain encoder.
var encodings = []struct {
	name   string
	id     message.Encoding
	label  string
	encode func([]byte) []byte
}{
	{"identity", message.Identity, "8bit", func(b []byte) []byte { return b }},
	{"quoted-printable", message.QuotedPrintable, "quoted-printable", encodeQuoted},
	{"base64", message.Base64, "base64", encodeBase64},
}

// encodeQuoted writes lines of 76 octets.
func encodeQuoted(text []byte) []byte {
	const digits = "0123456789ABCDEF"
	var out []byte
	width := 0
	for i, c := range text {
		atom := []byte{c}
		switch {
		case c == '\n' || c == '\r' && i+1 < len(text) && text[i+1] == '\n':
			out = append(out, c)
			width = 0
			continue
		case c == '=' || c < ' ' || c > '~' || c == ' ' && (i+1 == len(text) || text[i+1] == '\r' || text[i+1] == '\n'):
			atom = []byte{'=', digits[c>>4], digits[c&15]}
		}
		if width+len(atom) > 75 {
			out = append(out, "=\r\n"...)
			width = 0
		}
		out = append(out, atom...)
		width += len(atom)
	}
	return out
}

// encodeBase64 writes lines of 76 characters.
func encodeBase64(text []byte) []byte {
	all := base64.StdEncoding.EncodeToString(text)
	var out strings.Builder
	for len(all) > 76 {
		out.WriteString(all[:76] + "\r\n")
		all = all[76:]
	}
	out.WriteString(all + "\r\n")
	return []byte(out.String())
}

var (
	softEnd  = regexp.MustCompile(`\A=(\r\n|\r|\n|\z)`)
	hexes    = regexp.MustCompile(`\A=[0-9A-Fa-f]{2}`)
	padding  = regexp.MustCompile(`\A[ \t]+(\r?\n|\z)`)
	noSextet = regexp.MustCompile(`[^A-Za-z0-9+/=]+`)
)

// decodeSlowly decodes by other means than the package does.
func decodeSlowly(body []byte, enc message.Encoding) []byte {
	switch enc {
	case message.QuotedPrintable:
		return quotedSlowly(body)
	case message.Base64:
		var out []byte
		for _, piece := range strings.Split(noSextet.ReplaceAllString(string(body), ""), "=") {
			if len(piece)%4 == 1 {
				piece = piece[:len(piece)-1]
			}
			octets, err := base64.RawStdEncoding.DecodeString(piece)
			if err != nil {
				panic(err)
			}
			out = append(out, octets...)
		}
		return out
	}
	return body
}

// quotedSlowly decodes quoted-printable token by token.
func quotedSlowly(b []byte) []byte {
	var out []byte
	for len(b) > 0 {
		n := 1
		if m := softEnd.Find(b); m != nil {
			b = b[len(m):]
			continue
		} else if m := hexes.Find(b); m != nil {
			c, err := strconv.ParseUint(string(m[1:]), 16, 8)
			if err != nil {
				panic(err)
			}
			out, b = append(out, byte(c)), b[3:]
			continue
		} else if m := padding.Find(b); m != nil {
			b = bytes.TrimLeft(b, " \t")
			continue
		} else if b[0] == '=' {
			n = min(3, len(b))
		}
		out, b = append(out, b[:n]...), b[n:]
	}
	return out
}
