package imapfilter

import (
	"bytes"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// alone looks into a piece of a message that has no plan, or another than it has:
// the server refused to give the whole, or sent the piece unasked, or changed its
// mind. It is planned as if it were a message by itself, with the header that its
// octets suggest. What cannot be understood so passes, and is counted.
func (p *pieceOf) alone(value []byte, reason string) []byte {
	header, ok := p.suggests(value)
	if !ok {
		p.s.passValue(p.at, p.section, reason)
		return value
	}
	// Without a place: nothing of this may be taken for the message's plan.
	g := p.s.begin(Place{}, false)
	var out bytes.Buffer
	out.Grow(len(header) + len(value))
	st := message.NewStream(&out, g)
	st.Write([]byte(header))
	st.Write(value)
	if err := st.Close(); err != nil || g.broken || out.Len() != len(header)+len(value) {
		p.s.passValue(p.at, p.section, reason)
		return value
	}
	return out.Bytes()[len(header):]
}

// suggests returns a header for the value. The beginning of a whole message
// needs none.
func (p *pieceOf) suggests(value []byte) (string, bool) {
	if p.section == "" {
		return "", p.span.Start == 0
	}
	line, _, _ := bytes.Cut(value, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if boundary, ok := bytes.CutPrefix(line, []byte("--")); ok && p.section == "TEXT" && plainBoundary(boundary) {
		return "Content-Type: multipart/mixed; boundary=\"" + string(boundary) + "\"\r\n\r\n", true
	}
	encoding := "8bit"
	switch {
	case p.decoded:
	case looksBase64(value):
		encoding = "base64"
	case bytes.Contains(value, []byte("=\r\n")) || bytes.Contains(bytes.ToUpper(value), []byte("=3D")):
		encoding = "quoted-printable"
	}
	if encoding != "base64" && !bytes.ContainsRune(value, '<') {
		return "", false
	}
	return "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n", true
}

// plainBoundary keeps quotes and line ends out of the header that is made up.
func plainBoundary(b []byte) bool {
	return len(b) > 0 && len(b) <= 70 && !bytes.ContainsAny(b, "\"\\\r\n")
}

// looksBase64 tells whether a value is nothing but base64 (RFC 2045, section 6.8).
func looksBase64(value []byte) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
	for _, c := range value {
		if strings.IndexByte(alphabet, c) < 0 {
			return false
		}
	}
	return len(bytes.TrimSpace(value)) > 0 && len(value) >= 8
}
