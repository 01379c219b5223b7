package plan

import (
	"bytes"
	"fmt"
	"html"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"

	xhtml "golang.org/x/net/html"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// Replies as mail programs write them, made up after what they were seen to do:
// what is sent has the picture's own address, and no pixel.
func TestRestoreComposed(t *testing.T) {
	const picture = "https://img.example/a&#39;b(c).png?x=1&amp;y=2"
	for _, c := range []struct{ name, body, want string }{
		{"Thunderbird", `<html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"></head><body><p>Yes.</p><div class="moz-cite-prefix">wrote:<br></div><blockquote type="cite" cite="mid:a@b"><img moz-do-not-send="true" src="` + imageAt + `__" alt="" width="600"><img src="` + pixelAt + `" moz-do-not-send="true" width="1" height="1"></blockquote></body></html>`,
			`<html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"></head><body><p>Yes.</p><div class="moz-cite-prefix">wrote:<br></div><blockquote type="cite" cite="mid:a@b"><img moz-do-not-send="true" src="` + picture + `" alt="" width="600"></blockquote></body></html>`},
		{"Apple Mail", `<body style="overflow-wrap: break-word;">Yes.<br class="Apple-interchange-newline"><blockquote type="cite"><div><img apple-inline="no" src="` + imageAt + `%5F%5F"></div><div style="background-image: url(&quot;` + imageAt + `_&quot;);"></div></blockquote></body>`,
			`<body style="overflow-wrap: break-word;">Yes.<br class="Apple-interchange-newline"><blockquote type="cite"><div><img apple-inline="no" src="` + picture + `"></div><div style="background-image: url(&quot;https://img.example/a%27b%28c%29.png?x=1&amp;y=2&quot;);"></div></blockquote></body>`},
		{"Outlook", `<p class=MsoNormal><img border=0 width=600 id="_x0000_i1025" src="` + imageAt + `"><o:p></o:p></p><![if !vml]><img width=1 height=1 style='width:.0104in' id="_x0000_i1026" src='` + pixelAt + `'><![endif]>`,
			`<p class=MsoNormal><img border=0 width=600 id="_x0000_i1025" src="` + picture + `"><o:p></o:p></p><![if !vml]><![endif]>`},
		{"attributes in another order, without quotes", `<IMG HEIGHT=1 WIDTH=1 SRC=` + pixelAt + `__><img alt=x src=` + imageAt + `>`, `<img alt=x src=` + picture + `>`},
		{"srcset", `<img srcset="` + imageAt + `__ 1x, ` + shortAt + `_ 2x">`, `<img srcset="https://img.example/a&#39;b(c).png?x=1&amp;y=2 1x, http://s.example/%C3%BC 2x">`},
		{"raised to https", `<img src="https://127.0.0.1:4180/p/IIIIIIIIIIIIIIIIIIIIII__">`, `<img src="` + picture + `">`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, encode := range encodings() {
				head, body := encode(c.body)
				out, unknown, err := Restore([]byte("Content-Type: text/html; charset=utf-8\r\n"+head+"\r\n"+body), testBase, originals, BySubmission)
				if err != nil || unknown > 0 {
					t.Fatal(unknown, err)
				}
				if got := strings.TrimRight(firstText(out), "\r\n"); got != c.want {
					t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
				}
			}
		})
	}
}

// Text halves that programs make of HTML.
func TestRestoreComposedText(t *testing.T) {
	const picture = "https://img.example/a'b(c).png?x=1&y=2"
	for _, c := range []struct{ name, body, want string }{
		{"in brackets", "> Coats <" + imageAt + "__>\r\n> <" + pixelAt + "__>\r\n", "> Coats <" + picture + ">\r\n> \r\n"},
		{"in square brackets", "[" + pixelAt + "] [" + imageAt + "]\r\n", " [" + picture + "]\r\n"},
		{"footnotes", "   1. " + imageAt + "__\r\n   2. " + pixelAt + "\r\n", "   1. " + picture + "\r\n   2. data:,\r\n"},
		{"flowed", "> see http://127.0.0.1:4180/p/IIIIIIIIII \r\n> IIIIIIIIIIII__ \r\n> there\r\n", "> see " + picture + " \r\n> there\r\n"},
		{"flowed, with DelSp", "see http://127.0.0.1:4180/p/ \r\nIIIIIIIIIIIIIIIIIIIIII___ \r\nthere\r\n", "see " + picture + " \r\nthere\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, encode := range encodings() {
				head, body := encode(c.body)
				out, unknown, err := Restore([]byte("Content-Type: text/plain; format=flowed\r\n"+head+"\r\n"+body), testBase, originals, BySubmission)
				if err != nil || unknown > 0 {
					t.Fatal(unknown, err)
				}
				if got := firstText(out); got != c.want {
					t.Errorf("%s:\ngot  %q\nwant %q", name, got, c.want)
				}
			}
		})
	}
}

// encodings write a text as a part's body, with the field that says how.
func encodings() map[string]func(string) (field, body string) {
	all := map[string]func(string) (string, string){
		"8bit":   func(s string) (string, string) { return "Content-Transfer-Encoding: 8bit\r\n", s },
		"base64": func(s string) (string, string) { return "Content-Transfer-Encoding: base64\r\n", lines(s, 76) },
		"quoted-printable": func(s string) (string, string) {
			var b bytes.Buffer
			w := quotedprintable.NewWriter(&b)
			_, _ = w.Write([]byte(s)) // to memory
			_ = w.Close()
			return "Content-Transfer-Encoding: quoted-printable\r\n", b.String()
		},
	}
	// A line may be broken at any octet.
	for width := 1; width <= 75; width += 7 {
		all[fmt.Sprintf("quoted-printable of %d", width)] = func(s string) (string, string) {
			return "Content-Transfer-Encoding: quoted-printable\r\n", brokenAt(s, width)
		}
	}
	return all
}

// brokenAt writes quoted-printable in lines of a width.
func brokenAt(s string, width int) string {
	var b strings.Builder
	column := 0
	for i := range len(s) {
		one := string(s[i])
		switch {
		case s[i] == '\r' || s[i] == '\n':
			b.WriteString(one)
			column = 0
			continue
		case s[i] == '=' || s[i] == ' ' || s[i] > '~':
			one = fmt.Sprintf("=%02X", s[i])
		}
		if column >= width {
			b.WriteString("=\r\n")
			column = 0
		}
		b.WriteString(one)
		column += len(one)
	}
	return b.String()
}

// firstText is the decoded text of the first leaf.
func firstText(raw []byte) string {
	for leaf := range message.Parse(raw).Leaves() {
		return string(message.Decode(raw[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes())
	}
	return ""
}

// A respelling is how a program writes an address anew.
var respellings = []func(string) string{
	func(a string) string { return a },
	func(a string) string { return strings.TrimRight(a, "_") },
	func(a string) string { return strings.ReplaceAll(a, "_", "%5F") },
	func(a string) string { return strings.Replace(a, "http://", "https://", 1) },
	func(a string) string { return strings.Replace(a, "http://", "HTTP://", 1) },
	func(a string) string { return strings.ReplaceAll(strings.ReplaceAll(a, ":", "&#58;"), "_", "&#x5F;") },
}

// respelled writes all addresses in a text anew.
func respelled(text []byte, base string, how func(string) string) string {
	var b strings.Builder
	at := 0
	for _, a := range addresses(text, base) {
		b.Write(text[at:a.start])
		b.WriteString(how(strings.NewReplacer("\r", "", "\n", "").Replace(string(text[a.start:a.end]))))
		at = a.end
	}
	b.Write(text[at:])
	return b.String()
}

// A quoted mail is one that was served, in the parts that programs quote.
type quoted struct {
	raw         []byte // as served
	html, plain string // "" if it has none
}

// quote takes a served mail apart.
func quote(served []byte) quoted {
	q := quoted{raw: served}
	for leaf := range message.Parse(served).Leaves() {
		text := string(message.Decode(served[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes())
		switch {
		case leaf.MediaType == "text/html" && q.html == "":
			q.html = text
		case leaf.MediaType == "text/plain" && q.plain == "":
			q.plain = text
		}
	}
	return q
}

// composed are the ways in which a mail is answered and passed on.
func (q quoted) composed(n int) map[string]string {
	how := respellings[n%len(respellings)]
	asHTML := respelled([]byte(q.html), testBase, how)
	var again bytes.Buffer
	if node, err := xhtml.Parse(strings.NewReader(q.html)); err == nil {
		_ = xhtml.Render(&again, node) // to memory
	}
	encode := []string{"8bit", "base64", "quoted-printable", "quoted-printable of 36"}[n%4]
	part := func(mediaType, text string) string {
		field, body := encodings()[encode](text)
		return "Content-Type: " + mediaType + "\r\n" + field + "\r\n" + body
	}
	return map[string]string{
		"HTML":           part("text/html", `<p>Look:</p><blockquote type="cite">`+asHTML+"</blockquote>\r\n"),
		"HTML, rendered": part("text/html", `<p>Look:</p><blockquote type="cite">`+again.String()+"</blockquote>\r\n"),
		"plain":          part("text/plain; format=flowed", textHalf(q)),
		"both": "Content-Type: multipart/alternative; boundary=\"=_both\"\r\n\r\n--=_both\r\n" + part("text/plain", textHalf(q)) +
			"\r\n--=_both\r\n" + part("text/html", asHTML) + "\r\n--=_both--\r\n",
		"attached": "Content-Type: multipart/mixed; boundary=\"=_fwd\"\r\n\r\n--=_fwd\r\n\r\nsee\r\n--=_fwd\r\nContent-Type: message/rfc822\r\n\r\n" + string(q.raw) + "\r\n--=_fwd--\r\n",
	}
}

// textHalf is the text that a program makes of a mail: addresses in brackets, and
// quoted.
func textHalf(q quoted) string {
	var b strings.Builder
	b.WriteString(q.plain)
	for _, r := range reference.Find("text/html", "", []byte(q.html)) {
		fmt.Fprintf(&b, "\r\n%s <%s>", strings.Join(strings.Fields(r.Text), " "), r.URL)
	}
	return "> " + strings.ReplaceAll(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n", "\r\n> ") + "\r\n"
}

// Every mail of the corpus, served, quoted in every way, and sent: no address of
// this machine in it, no pixel, and every link as it was.
func TestCorpusComposed(t *testing.T) {
	p := testPlanner()
	sent := 0
	for n, m := range corpus(t, "real") {
		plan, served := p.Plan(m.raw), bytes.Clone(m.raw)
		plan.Overlay.Apply(served, 0)
		tokens, pixels, shown := map[string]*Reference{}, map[string]bool{}, loads(served)
		for i := range plan.References {
			if r := &plan.References[i]; r.Token != "" && r.Outcome != ByBase {
				tokens[r.Token] = r
				pixels[r.Token] = r.Ref.Kind == reference.Pixel
				shown[r.Ref.URL] = shown[r.Ref.URL] || !pixels[r.Token]
			}
		}
		look := func(token string) (Original, bool) {
			r := tokens[token]
			if r == nil {
				return Original{}, false
			}
			return Original{URL: r.Ref.URL, Held: true, Pixel: pixels[token]}, true
		}
		q := quote(served)
		for name, mail := range q.composed(n) {
			out, unknown, err := Restore([]byte(mail), p.Base, look, BySubmission)
			if err != nil && !(name == "attached" && err == ErrSigned) || unknown > 0 {
				t.Fatalf("%s, %s: %d unknown, %v", m.name, name, unknown, err)
			}
			checkSent(t, m.name+", "+name, []byte(mail), out, p.Base)
			for token, r := range tokens {
				if pixels[token] && loads(out)[r.Ref.URL] && !shown[r.Ref.URL] {
					t.Fatalf("%s, %s: a held pixel has its address back", m.name, name)
				}
			}
			sent++
		}
	}
	t.Logf("%d mails sent", sent)
}

// checkSent checks what is sent against what was composed.
func checkSent(t *testing.T, name string, composed, out []byte, base string) {
	t.Helper()
	host := strings.TrimPrefix(base, "http://")
	for leaf := range message.Parse(out).Leaves() {
		if !isText(leaf.MediaType) {
			continue
		}
		text := string(message.Decode(out[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes())
		if flat := strings.NewReplacer("\r", "", "\n", "").Replace(html.UnescapeString(text)); strings.Contains(flat, host) {
			t.Fatalf("%s: the gateway is named", name)
		}
	}
	if before, after := links(composed), links(out); !slices.Equal(before, after) {
		t.Fatalf("%s: %d links became %d others", name, len(before), len(after))
	}
}

// loads are the addresses of the loads of a mail.
func loads(raw []byte) map[string]bool {
	list := map[string]bool{}
	for _, r := range references(raw) {
		list[r.URL] = list[r.URL] || r.Kind.Load()
	}
	return list
}

// links are the addresses of the links of a mail.
func links(raw []byte) []string {
	var list []string
	for _, r := range references(raw) {
		if r.Kind == reference.Link {
			list = append(list, r.URL)
		}
	}
	return list
}

// references are those of all HTML in a mail.
func references(raw []byte) []reference.Reference {
	var list []reference.Reference
	for leaf := range message.Parse(raw).Leaves() {
		if leaf.MediaType != "text/html" {
			continue
		}
		text := message.Decode(raw[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes()
		list = append(list, reference.Find(leaf.MediaType, "", text)...)
	}
	return list
}
