package message_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

// A madeLeaf is what a generated message has in one leaf.
type madeLeaf struct {
	section string
	media   string
	enc     message.Encoding
	text    []byte // decoded
	body    []byte // as written
}

// A maker writes random messages: nested multiparts and messages, all
// encodings, written in every way that decodes to the same.
type maker struct {
	t      *rapid.T
	rnd    *rand.Rand
	eol    string
	out    bytes.Buffer
	leaves []madeLeaf
	bounds int
}

func makeMessage(t *rapid.T) *maker {
	m := &maker{
		t:   t,
		rnd: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)),
		eol: rapid.SampledFrom([]string{"\r\n", "\r\n", "\n"}).Draw(t, "eol"),
	}
	m.lines("From: a@example.org", "Subject: x")
	m.entity("", true, 0)
	return m
}

func (m *maker) lines(s ...string) {
	for _, l := range s {
		m.out.WriteString(l + m.eol)
	}
}

// entity writes the rest of a header and a body. Section is the part's number,
// or that of the message that root is the root of.
func (m *maker) entity(section string, root bool, depth int) {
	kind := "leaf"
	if depth < 5 {
		kind = rapid.SampledFrom([]string{"leaf", "leaf", "multipart", "multipart", "message"}).Draw(m.t, "kind")
	}
	if root && kind != "multipart" {
		section = join(section, 1)
	}
	switch kind {
	case "multipart":
		m.multipart(section, depth)
	case "message":
		m.lines("Content-Type: message/rfc822", "", "Subject: inner")
		m.entity(section, true, depth+1)
	default:
		m.leaf(section)
	}
}

func join(section string, n int) string {
	return strings.TrimPrefix(fmt.Sprintf("%s.%d", section, n), ".")
}

func (m *maker) multipart(section string, depth int) {
	m.bounds++
	// Every boundary is the beginning of none, and some are of each other's kind.
	b := fmt.Sprintf("=_%s%d.", rapid.SampledFrom([]string{"", "x", "part "}).Draw(m.t, "boundary"), m.bounds)
	m.lines("Content-Type: multipart/mixed;", "\tboundary=\""+b+"\"", "")
	if rapid.Bool().Draw(m.t, "preamble") {
		m.lines("preamble", "")
	}
	for i := range rapid.IntRange(1, 4).Draw(m.t, "parts") {
		m.lines("--" + b + rapid.SampledFrom([]string{"", "", " ", "\t "}).Draw(m.t, "blanks"))
		m.entity(join(section, i+1), false, depth+1)
		m.out.WriteString(m.eol)
	}
	m.out.WriteString("--" + b + "--" + m.eol)
	if rapid.Bool().Draw(m.t, "epilogue") {
		m.lines("epilogue")
	}
}

func (m *maker) leaf(section string) {
	l := madeLeaf{section: section, enc: encodings[m.rnd.IntN(3)].id}
	l.media = rapid.SampledFrom([]string{"text/html", "text/plain", "image/png"}).Draw(m.t, "media")
	label := encodings[l.enc].label
	if l.enc == message.Identity {
		label = rapid.SampledFrom([]string{"7bit", "8bit", "8bit+", "hexa"}).Draw(m.t, "label")
	}
	m.lines("Content-Type: "+l.media+"; charset=utf-8", "Content-Transfer-Encoding: "+label, "")
	l.text = m.text()
	switch l.enc {
	case message.QuotedPrintable:
		l.body = m.quoted(l.text)
	case message.Base64:
		l.body = m.base64(l.text)
	default:
		l.body = l.text
	}
	m.out.Write(l.body)
	m.leaves = append(m.leaves, l)
}

// text is HTML and everything else, in lines.
func (m *maker) text() []byte {
	var out []byte
	for range m.rnd.IntN(30) {
		switch m.rnd.IntN(8) {
		case 0:
			out = append(out, m.eol...)
		case 1:
			out = append(out, "<img src=\"https://t.example/p.gif?id=0123456789abcdef&amp;x=1\">"...)
		case 2:
			out = append(out, "caf\xc3\xa9 = \t"...)
		case 3:
			out = append(out, byte(m.rnd.IntN(256)))
		case 4:
			out = append(out, strings.Repeat("word ", m.rnd.IntN(30))...)
		default:
			out = append(out, "text "...)
		}
	}
	// A lone CR or LF at an end would join the line end of the wire.
	return bytes.Trim(out, "\r\n")
}

// quoted breaks lines and escapes octets at random.
func (m *maker) quoted(text []byte) []byte {
	var out []byte
	for i, c := range text {
		if m.rnd.IntN(20) == 0 {
			out = append(out, "="+m.eol...)
		}
		ends := i+1 == len(text) || text[i+1] == '\n' || text[i+1] == '\r'
		switch {
		case c == '\n':
			out = append(out, strings.Repeat(" ", max(0, m.rnd.IntN(6)-4))...)
			out = append(out, c)
		case c == '\r' && !ends:
			out = append(out, c)
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n':
			out = append(out, c)
		case c == '=' || c > '~' || c < ' ' || c == ' ' || m.rnd.IntN(10) == 0:
			out = append(out, fmt.Sprintf([]string{"=%02X", "=%02x"}[m.rnd.IntN(2)], c)...)
		default:
			out = append(out, c)
		}
	}
	return out
}

// base64 writes lines of any width, with rubbish between, padding or none, and
// bits that no octet uses.
func (m *maker) base64(text []byte) []byte {
	all := []byte(base64.RawStdEncoding.EncodeToString(text))
	if n := len(all); len(text)%3 != 0 && m.rnd.IntN(2) == 0 {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		at := strings.IndexByte(alphabet, all[n-1])
		all[n-1] = alphabet[at|m.rnd.IntN(4)]
	}
	if m.rnd.IntN(3) != 0 {
		all = append(all, "=="[:(3-len(text)%3)%3]...)
	}
	width := 1 + m.rnd.IntN(998)
	if m.rnd.IntN(2) == 0 {
		width = 76
	}
	var out []byte
	for len(all) > 0 {
		n := min(width, len(all))
		out = append(out, all[:n]...)
		all = all[n:]
		if len(all) > 0 {
			out = append(out, []string{"", "", "", "!", " "}[m.rnd.IntN(5)]+m.eol...)
		}
	}
	return out
}
