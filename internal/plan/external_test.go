package plan

import (
	"strings"
	"testing"
)

// The address of a body that is elsewhere is told, and stays: it stands in a header.
func TestExternal(t *testing.T) {
	const part = "Content-Type: message/external-body; access-type=URL; URL=\"https://t.example/menu.pdf?u=0123456789\"\r\n\r\nContent-Type: application/pdf\r\n\r\n\r\n"
	inside := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + part + "--b--\r\n"
	for _, c := range []struct{ name, raw, want string }{
		{"a part", inside, "ungated external"},
		{"the message", part, "ungated external"},
		{"enclosed", "Content-Type: message/rfc822\r\n\r\n" + inside, "ungated external"},
		{"enclosed and encoded", "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + lines(inside, 76), "ungated external"},
		{"here", strings.Replace(inside, "https://t.example/", "cid:", 1), "left"},
		{"nowhere", strings.Replace(inside, "https://t.example/menu.pdf?u=0123456789", "", 1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := testPlanner().Plan([]byte(c.raw))
			if got := outcomes(p); got != c.want || len(p.Overlay.Edits) > 0 {
				t.Errorf("%q, gaps %v, want %q", got, p.Gaps, c.want)
			}
			for _, r := range p.References {
				if c.want == "left" {
					continue
				}
				if at := c.raw[r.Raw.Start:r.Raw.End]; at != r.Ref.URL && !strings.Contains(c.name, "encoded") {
					t.Errorf("it stands at %q", at)
				}
			}
			streamed(t, []byte(c.raw), func() int { return 7 })
		})
	}
}
