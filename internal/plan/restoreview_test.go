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

// What is composed in UTF-16, with what it quotes, is restored like any other text:
// in each encoding and order of octets, for each way out.
func TestRestoreComposedWide(t *testing.T) {
	for _, c := range leavingCases() {
		for _, big := range []bool{false, true} {
			charset := map[bool]string{false: "utf-16le", true: "utf-16be"}[big]
			head := "Content-Type: text/html; charset=" + charset + "\r\n"
			for name, encode := range encodings() {
				if name == "8bit" || name == "quoted-printable" && strings.Contains(c.body, "\n") {
					continue // there are no lines in the octets (RFC 2781, section 4.2)
				}
				field, body := encode(string(inUTF16("<p>\u65e5\u672c</p>"+c.body, big)))
				for how, want := range c.wants() {
					out, unknown, err := Restore([]byte(head+field+"\r\n"+body), testBase, originals, how)
					if err != nil || unknown > 0 {
						t.Fatal(unknown, err)
					}
					got := firstText(out)
					if want = string(inUTF16("<p>\u65e5\u672c</p>"+want, big)); got != want {
						t.Errorf("%s, %s, %s, %s:\ngot  %q\nwant %q", c.name, charset, name, how, got, want)
					}
				}
			}
		}
	}
}

// A text in UTF-16 that is too long to be held does not leave with an address in it.
func TestRestoringLongWide(t *testing.T) {
	text := strings.Repeat("word ", message.HoldLimit/8)
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"none", text, false},
		{"one", text[:len(text)/3] + " " + shortAt + " " + text[len(text)/3:], true},
		{"at an odd place", "\u65e5" + text[:len(text)/2] + " " + imageAt + " " + text, true},
	} {
		for _, charset := range []string{"utf-16le", "utf-16be", "utf-16"} {
			head := "Content-Type: text/plain; charset=" + charset + "\r\nContent-Transfer-Encoding: base64\r\n\r\n"
			_, unknown, err := inPieces([]byte(head+lines(string(inUTF16(tt.text, charset == "utf-16be")), 76)), 99_999, originals, BySubmission)
			if err != nil || (unknown > 0) != tt.want {
				t.Errorf("%s, %s: %d unknown, %v", tt.name, charset, unknown, err)
			}
		}
	}
}
