package plan

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/unseen-mail/unseen/detect/message"
)

// inUTF16 writes a text in UTF-16, in either order.
func inUTF16(s string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

// Texts in charsets of several octets are planned, and so restored: a forward
// encloses them as they were served.
func TestRestoreCharsets(t *testing.T) {
	body := "<p>\u65e5\u672c</p>" + `<img src="https://img.example/coats.png?for=everybody&more=of-it" width="300" height="200">` + "\r\n"
	for _, c := range []struct {
		name, charset string
		encode        func(string) []byte
	}{
		{"UTF-8", "utf-8", func(s string) []byte { return []byte(s) }},
		{"UTF-16, big end first", "utf-16be", func(s string) []byte { return inUTF16(s, true) }},
		{"UTF-16, little end first", "utf-16le", func(s string) []byte { return inUTF16(s, false) }},
		{"Shift_JIS", "shift_jis", func(s string) []byte { return []byte(strings.ReplaceAll(s, "\u65e5\u672c", "\x93\xfa\x96\x7b")) }},
		{"ISO-2022-JP", "iso-2022-jp", func(s string) []byte { return []byte(strings.ReplaceAll(s, "\u65e5\u672c", "\x1b$BF|K\\\x1b(B")) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			head := "Subject: x\r\nContent-Type: text/html; charset=" + c.charset + "\r\nContent-Transfer-Encoding: base64\r\n\r\n"
			raw := []byte(head + lines(string(c.encode(body)), 76))
			p := testPlanner()
			plan := p.Plan(raw)
			served := bytes.Clone(raw)
			plan.Overlay.Apply(served, 0)
			if bytes.Equal(served, raw) {
				t.Skip("this text is not planned")
			}
			look := func(token string) (Original, bool) {
				for i := range plan.References {
					if r := &plan.References[i]; r.Token == token {
						return Original{URL: r.Ref.URL}, true
					}
				}
				return Original{}, false
			}
			out, unknown, err := Restore(append([]byte("Content-Type: message/rfc822\r\n\r\n"), served...), p.Base, look, BySubmission)
			if err != nil || unknown > 0 {
				t.Fatal(unknown, err)
			}
			for leaf := range message.Parse(out).Leaves() {
				got := message.Decode(out[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes()
				want := c.encode(strings.ReplaceAll(body, "&more", "&amp;more"))
				if !bytes.Equal(got, want) {
					t.Errorf("got  %q\nwant %q", got, want)
				}
			}
		})
	}
}
