package detect_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
)

// TestScanLinear gives a scan mails that a careless one takes hours for: two MiB of
// what invites it to look again. Nothing is timed; a scan that is not linear does not
// end within the time of a test.
func TestScanLinear(t *testing.T) {
	const size = 2 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	numbered := func(form string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, form, i, i)
		}
		return b.String()
	}
	html := "Content-Type: text/html"
	for _, tt := range []struct{ name, head, body string }{
		{"one address", html, `<img src="https://x.example/` + fill("a1") + `">`},
		{"one address of many folders", html, `<img src="https://x.example/` + fill("7f3a9c2e51d84b06/") + `">`},
		{"one address of many parameters", html, `<a href="https://x.example/?` + fill("id=7f3a9c2e51d84b06&") + `">Coats</a>`},
		{"one address in escapes", html, `<a href="https://x.example/?u=` + fill("%2568") + `">Coats</a>`},
		{"addresses in an address", html, `<a href="` + fill("https://x.example/?u=") + `">Coats</a>`},
		{"many addresses", html, numbered(`<img src="https://x%d.example/%d/7f3a9c2e51d84b06.gif" width=1 height=1>`)},
		{"many links", html, numbered(`<a href="https://x.example/c/%d/7f3a9c2e51d84b06">%d</a>`)},
		{"links beside choices", html, numbered(`<a href="https://x.example/%d">Unsubscribe %d</a>`)},
		{"one link of many words", html, `<a href="https://x.example/">` + fill("unsubscribe ")},
		{"links that never end", html, fill(`<a href="https://x.example/">`)},
		{"texts for pictures", html, fill(`<img src="https://x.example/a.png" alt="coats and hats"><a href="https://x.example/">coats and hats</a>`)},
		{"tags that never end", html, fill("<style")},
		{"two ways to read it", html + "; charset=shift_jis", fill("<img src=\"https://x.example/\x83\\a.gif\">")},
		{"states", html + "; charset=iso-2022-jp", fill("\x1b$B<img src=\"https://x.example/a.gif\">\x1b(B<img src='https://x.example/b.gif'>")},
		{"data in data", html, fill(`<iframe src="data:text/html,<iframe src='data:text/html,`)},
		{"address of the reader, nearly", html, `<a href="https://x.example/?u=` + fill("anna@example.or") + `">Coats</a>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw := mail(tt.body, "From: News <news@x.example>", "To: anna@example.org", tt.head)
			if r := detect.Scan(raw, newJudge(t), detect.ScanOptions{All: true}); r.MessageSHA256 == "" {
				t.Error("nothing is said")
			}
		})
	}
}

// TestScanEnclosed checks how deep a scan looks into mails in mails, and that it says
// where it ends.
func TestScanEnclosed(t *testing.T) {
	inner := mail(`<img src="`+pixel+`">`, "Content-Type: text/html")
	for depth := 1; depth <= 10; depth++ {
		inner = mail(base64.StdEncoding.EncodeToString(inner), "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64")
		r := detect.Scan(inner, newJudge(t), detect.ScanOptions{})
		deep := slices.ContainsFunc(r.Gaps, func(g message.Gap) bool { return g.Reason == "depth" })
		switch {
		case deep != (depth > 8) || len(r.Findings) == 1 == deep:
			t.Errorf("at depth %d: %+v", depth, r)
		case depth == 1:
			if f := r.Findings[0]; f.Offset == 0 || f.Length == 0 || f.Offset+f.Length > len(inner) {
				t.Errorf("%+v", f)
			}
		}
	}
}
