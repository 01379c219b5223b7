package plan

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// TestEnclosed plans messages that are encoded as a whole.
func TestEnclosed(t *testing.T) {
	load := "http://t.example/" + strings.Repeat("x", 50)
	html := "Subject: inner\r\nContent-Type: text/html\r\n\r\n<img width=600 src=\"" + load + "\"><img width=600 src='" + load + "'>\r\n"
	short := strings.ReplaceAll(html, strings.Repeat("x", 50), "x")
	in := func(kind, encoding, text string) string {
		return "Content-Type: " + kind + "\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + string(transfer[encoding].write([]byte(text)))
	}
	for _, c := range []struct{ name, raw, want string }{
		{"base64", in("message/rfc822", "base64", html), "token, token"},
		{"quoted-printable", in("message/rfc822", "quoted-printable", html), "token, token"},
		{"global", in("message/global", "base64", html), "token, token"},
		{"in a mixed", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + in("message/rfc822", "base64", html) + "\r\n--b--\r\n", "token, token"},
		{"signed", "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n" + in("message/rfc822", "base64", html) + "\r\n--b--\r\n", "ungated signed, ungated signed"},
		{"twice", in("message/rfc822", "base64", in("message/rfc822", "base64", html)), "token, token"},
		{"base64 in it", in("message/rfc822", "base64", in("text/html", "base64", html)), "token, token"},
		{"base64 in it, in quoted-printable", in("message/rfc822", "quoted-printable", in("text/html", "base64", html)), "token, token"},
		{"no room", in("message/rfc822", "base64", short), "ungated room, ungated room"},
		{"parts", in("message/rfc822", "base64", "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"+html+"\r\n--c\r\n"+html+"\r\n--c--\r\n"), "token, token, token, token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte("From: a@a.example\r\n" + c.raw)
			p := testPlanner().Plan(raw)
			if got := outcomes(p); got != c.want {
				t.Errorf("outcomes %q, want %q", got, c.want)
			}
			holds(t, raw, p)
			b, err := p.MarshalBinary()
			if err != nil || new(Plan).UnmarshalBinary(b) != nil {
				t.Errorf("the plan does not read back: %v", err)
			}
			var again *Plan
			stream := message.NewStream(&bytes.Buffer{}, testPlanner().Session(func([32]byte) []*Plan { return []*Plan{p} }, func(p *Plan) { again = p }))
			stream.Write(raw)
			stream.Close()
			if !again.Serves(p) || len(again.References) != len(p.References) {
				t.Error("the same message is planned in another way when it comes again")
			}
		})
	}
}

// TestEnclosedDeep checks that what is not looked into is said.
func TestEnclosedDeep(t *testing.T) {
	raw := []byte("Content-Type: text/html\r\n\r\n<img src=\"" + address + "\">")
	for range maxEnclosed + 2 {
		raw = append([]byte("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"), transfer["base64"].write(raw)...)
	}
	p := testPlanner().Plan(raw)
	if !slices.ContainsFunc(p.Gaps, func(g message.Gap) bool { return g.Reason == "depth" }) {
		t.Errorf("gaps %v", p.Gaps)
	}
}
