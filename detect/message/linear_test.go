package message_test

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// TestLinear gives messages that a careless parser takes hours for: 4 MiB of what
// invites it to look again. Nothing is timed; a parser that is not linear does not
// come to the end before the test binary's own time is over.
func TestLinear(t *testing.T) {
	const size = 4 << 20
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	deep := ""
	for range 49 {
		deep += lines("Content-Type: multipart/mixed; boundary="+strings.Repeat("b", 70)+"c", "", "--"+strings.Repeat("b", 70)+"c")
	}
	texts := map[string]string{
		"boundaries":            lines(mixed, "") + fill("--b\r\n"),
		"final boundaries":      lines(mixed, "") + fill("--b--\r\n"),
		"parts":                 lines(mixed, "") + fill("--b\r\n\r\nx\r\n"),
		"nearly boundaries":     lines(mixed, "") + fill("--c\r\n"),
		"deep, nearly":          deep + fill("--"+strings.Repeat("b", 70)+"\r\n"),
		"deep":                  deep + fill("--"+strings.Repeat("b", 70)+"c\r\n"),
		"dashes":                lines(mixed, "") + fill("-"),
		"line ends":             lines(mixed, "") + fill("\n"),
		"CRs":                   lines(mixed, "") + fill("\r"),
		"bare CRs, nearly":      lines(mixed, "") + fill("\r--c\r"),
		"bare CRs, boundaries":  lines(mixed, "") + fill("\r--b\r\r"),
		"bare CRs, dashes":      lines(mixed, "") + fill("\r--"),
		"bare CR header":        fill("X: y\r"),
		"long boundary":         "Content-Type: multipart/mixed; boundary=" + strings.Repeat("b", 4000) + "\r\n\r\n" + fill("--"+strings.Repeat("b", 3999)+"\r\n"),
		"names":                 "Content-Type: application/octet-stream; " + fill("name*=%41;")[:1<<19] + "\r\n\r\n",
		"uuencode":              "X: y\r\n\r\n" + fill("begin "),
		"header without end":    fill("X: y\r\n"),
		"header in one line":    fill("x"),
		"folds":                 "X: y\r\n" + fill(" \r\n"),
		"comments":              "Content-Type: " + fill("(") + "\r\n\r\n",
		"parameters":            "Content-Type: text/html; " + fill("a=b;")[:1<<19] + "\r\n\r\n",
		"segments":              "Content-Type: text/html; " + fill("charset*1=b;")[:1<<19] + "\r\n\r\n",
		"rubbish":               "Content-Type: text/html; " + fill("==")[:1<<19] + "\r\n\r\n",
		"encoded words":         "Content-Type: text/html; charset=\"" + fill("=?utf-8?Q?=41?=")[:1<<19] + "\"\r\n\r\n",
		"types":                 fill("Content-Type: text/html\r\n")[:1<<19] + "\r\n\r\n",
		"messages in messages":  fill("Content-Type: message/rfc822\r\n\r\n"),
		"types without an end":  "Content-Type: text/html; x=\"" + fill("\\")[:1<<19] + "\r\n\r\n",
		"encodings and no body": fill("Content-Transfer-Encoding: base64\r\n")[:1<<19],
	}
	for name, raw := range texts {
		message.Parse([]byte(raw))
		h := message.Header([]byte(raw))
		h.Text("Content-Type")
		h.All("x")
		t.Log(name)
	}
	for _, unit := range []string{" ", "= ", "=", "==", "=4", "=\n", " \n", "\r", "a ", "A", "A=", "\n", "====A"} {
		body := []byte(fill(unit))
		for _, enc := range encodings {
			text := message.Decode(body, 0, enc.id)
			for at := 0; at+8 < len(text.Bytes()); at += 4096 {
				text.Replace(at, at+8, []byte("01234567"))
				text.Replace(at, at+8, []byte("        "))
			}
			t.Logf("decoding %q", unit)
		}
	}
}
