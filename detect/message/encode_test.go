package message_test

import (
	"encoding/base64"
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
