package plan

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// asMail wraps an HTML text in a message.
func asMail(body string) string {
	return "From: a@a.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
}

// hide writes tokens in a rewritten text as the letters of their length, so
// that tables can be read.
func hide(text string, p *Plan) string {
	for _, r := range p.References {
		switch len(r.Token) {
		case tokenLetters:
			text = strings.ReplaceAll(text, r.Token, "TTTTTTTTTTTTTTTTTTTTTT")
		case shortLetters:
			text = strings.ReplaceAll(text, r.Token, "SSSSSSSSSSS")
		}
	}
	return text
}

// outcomes lists what became of each reference.
func outcomes(p *Plan) string {
	var all []string
	for _, r := range p.References {
		all = append(all, strings.TrimSpace(string(r.Outcome)+" "+r.Reason))
	}
	return strings.Join(all, ", ")
}

const (
	gate  = "http://127.0.0.1:4180/p/TTTTTTTTTTTTTTTTTTTTTT"
	short = "http://127.0.0.1:4180/SSSSSSSSSSS"
)

func TestReplacement(t *testing.T) {
	url46 := "http://a.example/" + strings.Repeat("x", 46-17)
	url45, url33, url32 := url46[:45], url46[:33], url46[:32]
	cases := []struct{ name, body, want, outcomes string }{
		{"46 octets", `<img src="` + url46 + `">`, `<img src="` + gate + `">`, "token"},
		{"47 octets", `<img src="` + url46 + `x">`, `<img src="` + gate + `_">`, "token"},
		{"45 octets", `<img src="` + url45 + `">`, `<img src="` + short + `____________">`, "short"},
		{"33 octets", `<img src="` + url33 + `">`, `<img src="` + short + `">`, "short"},
		{"32 octets", `<img src="` + url32 + `">`, `<img src="` + url32 + `">`, "ungated room"},
		{"unquoted", `<img src=` + url46 + `>`, `<img src=` + gate + `>`, "token"},
		{"entities count", `<img src="http://a.example/?a=1&amp;b=2&amp;c=3&amp;d=4&amp;e=5">`, `<img src="` + gate + `_______">`, "token"},
		{"blanks around count", `<img src="   ` + url32 + `">`, `<img src="` + short + `__">`, "short"},
		{"line ends stay", "<img src=\"http://a.exa\r\nmple/" + strings.Repeat("x", 29) + "\">", `<img src="http://127.0` + "\r\n" + `.0.1:4180/p/TTTTTTTTTTTTTTTTTTTTTT">`, "token"},
		{"pixel by its tag", `<img src="http://a.example/1" width="1" height="1" alt="x">`, `<img src="` + gate + `_">`, "tag"},
		{"pixel by its tag, short", `<img src="http://a.example/1" width=1 border=0>`, `<img src="` + short + `__">`, "tag"},
		{"pixel by its tag, hidden", `<img src="http://a.example/1" width=600 style="display:none">`, `<img src="` + gate + `___">`, "tag"},
		{"pixel by its tag, hidden, room to say so", `<img src="http://a.example/1" width=600 alt="" style="display:none">`, `<img src="` + gate + `___" hidden>`, "tag"},
		{"pixel, size in front", `<img width="1" height="1" alt="" src="http://a.example/1">`, `<img   src="` + short + `___________">`, "tag"},
		{"pixel with a style's load too", `<img src="http://a.example/1" width="1" style="background:url(cid:1)" alt="xxxxxxxxxxxx">`, `<img src="data:,____________" width="1" style="background:url(cid:1)" alt="xxxxxxxxxxxx">`, "inert, left"},
		{"pixel without room", `<img src=http://a.example/1 width=1>`, `<img src=data:,____________ width=1>`, "inert"},
		{"pixel in a short input", `<input type=image src=//a.io width=1>`, `<input type=image src=data:, width=1>`, "inert"},
		{"pixel with little room", `<input src=//a.b width=1>`, `<input src=xx:__ width=1>`, "inert"},
		{"pixel without any room", `<input src=//a width=1>`, `<input _______________>`, "tag"},
		{"resource without room", `<link rel=stylesheet href="#a">`, `<link ________________________>`, "tag"},
		{"two without room", `<video src=//a poster=//a>`, `<video src=//a poster=//a>`, "ungated room, ungated room"},
		{"resource with little room", `<iframe src=//a.b></iframe>`, `<iframe src=xx:__></iframe>`, "inert"},
		{"srcset", `<img srcset="` + url46 + ` 1x, ` + url33 + ` 2x">`, `<img srcset="` + gate + ` 1x, ` + short + ` 2x">`, "token, short"},
		{"srcset of a pixel", `<img srcset="//a.io/, //b.io/2" width=1>`, `<img srcset="data:,_, data:,__" width=1>`, "inert, inert"},
		{"css", `<p style='background:url("` + url46 + `")'>`, `<p style='background:url("` + gate + `")'>`, "token"},
		{"css with entities", `<p style="background:url(&quot;` + url46 + `&quot;)">`, `<p style="background:url(&quot;` + gate + `&quot;)">`, "token"},
		{"import", `<style>@import '` + url33 + `';</style>`, `<style>@import '` + short + `';</style>`, "short"},
		{"links are left", `<a href="` + url46 + `">x</a>`, `<a href="` + url46 + `">x</a>`, "left"},
		{"what is here is left", `<img src="cid:` + url46 + `"><img src="data:image/gif;base64,` + url46 + `">`, `<img src="cid:` + url46 + `"><img src="data:image/gif;base64,` + url46 + `">`, "left, left"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte(asMail(c.body))
			p := testPlanner().Plan(raw)
			out := hide(string(holds(t, raw, p)), p)
			if out != asMail(c.want) {
				t.Errorf("got  %s\nwant %s", out, asMail(c.want))
			}
			if got := outcomes(p); got != c.outcomes {
				t.Errorf("outcomes %q, want %q", got, c.outcomes)
			}
		})
	}
}

func TestBaseElement(t *testing.T) {
	base := `<base href="http://track.a.example/` + strings.Repeat("d", 31) + `/">`
	cases := []struct{ name, body, want, outcomes string }{
		{"edited at the base", base + `<img src="o.gif"><img src=cid:1>`, `<base href="` + gate + `________/"><img src="o.gif"><img src=cid:1>`, "token, base, left"},
		{"own slot", base + `<img src="` + strings.Repeat("x", 46) + `">`, base + `<img src="` + gate + `">`, "left, token"},
		{"a link needs it", base + `<img src="o.gif"><a href="x">`, base + `<img src="o.gif"><a href="x">`, "left, ungated relative, left"},
		{"before the base", `<img src="o.gif">` + base, `<img src="o.gif"><base href="` + gate + `________/">`, "base, token"},
		{"no room in the base", `<base href="http://a.example/"><img src="o.gif">`, `<base href="http://a.example/"><img src="o.gif">`, "left, ungated relative"},
		{"no base", `<img src="o.gif">`, `<img src="o.gif">`, "left"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte(asMail(c.body))
			p := testPlanner().Plan(raw)
			out := bytes.Clone(raw)
			p.Overlay.Apply(out, 0)
			if got := hide(string(out), p); got != asMail(c.want) {
				t.Errorf("got  %s\nwant %s", got, asMail(c.want))
			}
			if got := outcomes(p); got != c.outcomes {
				t.Errorf("outcomes %q, want %q", got, c.outcomes)
			}
		})
	}
	t.Run("base in the header", func(t *testing.T) {
		p := testPlanner().Plan([]byte("Content-Base: http://a.example/\r\n" + asMail(`<img src="o.gif"><img src="`+strings.Repeat("x", 46)+`">`)))
		if got := outcomes(p); got != "ungated relative, token" {
			t.Errorf("outcomes %q", got)
		}
	})
}

func TestModes(t *testing.T) {
	load := "http://a.example/" + strings.Repeat("x", 40)
	html := `<img src="` + load + `"><img src="` + load + `" width=1 height=1>`
	signed := "From: a@a.example\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n" +
		html + "\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
	cases := []struct {
		name, raw string
		mode      Mode
		want      string
	}{
		{"default", asMail(html), "", "token, token"},
		{"all", asMail(html), ModeAll, "token, token"},
		{"pixels", asMail(html), ModePixels, "ungated mode, token"},
		{"signed", signed, ModeAll, "ungated signed, ungated signed"},
		{"signed in mode pixels", signed, ModePixels, "ungated mode, ungated signed"},
		{"signed too", signed, ModeSigned, "token, token"},
		{"text/plain", strings.Replace(asMail(html), "text/html", "text/plain", 1), ModeAll, ""},
		{"unseen charset", strings.Replace(asMail(html), "utf-8", "utf-7", 1), ModeAll, "ungated charset, ungated charset"},
		{"attachment", "Content-Disposition: attachment\r\n" + asMail(html), ModeAll, "token, token"},
		{"xhtml", strings.Replace(asMail(html), "text/html", "application/xhtml+xml", 1), ModeAll, "token, token"},
		{"amp", strings.Replace(asMail(html), "text/html", "text/x-amp-html", 1), ModeAll, "token, token"},
		{"svg", strings.Replace(asMail(`<style>a{fill:url(`+load+`)}</style>`), "text/html", "image/svg+xml", 1), ModeAll, "token"},
		{"css", strings.Replace(asMail(`a{background:url(`+load+`)}`), "text/html", "text/css", 1), ModeAll, "token"},
		{"in a message", "Content-Type: message/rfc822\r\n\r\n" + asMail(html), ModeAll, "token, token"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := testPlanner()
			p.Mode = c.mode
			made := p.Plan([]byte(c.raw))
			if got := outcomes(made); got != c.want {
				t.Errorf("outcomes %q, want %q", got, c.want)
			}
			holds(t, []byte(c.raw), made)
			if strings.Contains(c.want, "charset") != slices.Contains(made.Gaps, message.Gap{Section: "1", Reason: GapCharset}) {
				t.Errorf("gaps %v", made.Gaps)
			}
		})
	}
}

// TestQuotedPrintableTag checks that a tag is rewritten only where a "=" has
// room, and that no blank comes to stand before a line end.
func TestQuotedPrintableTag(t *testing.T) {
	for _, c := range []struct{ name, tag string }{
		{"address first", `<img src=3D"http://a.example/1" width=3D"1" height=3D"1" alt=3D"" border=3D"0">`},
		{"address last", `<img width=3D"1" height=3D"1" alt=3D"" border=3D"0" src=3D"http://a.example/1">`},
		{"soft breaks", "<img width=3D\"1\" height=\r\n=3D\"1\" alt=3D\"\" bor=\r\nder=3D\"0\" src=3D\"http://a.exam=\r\nple/1\">"},
		{"line end first", "<img\r\nwidth=3D\"1\" height=3D\"1\" alt=3D\"\" border=3D\"0\" src=3D\"http://a.example/1\">"},
		{"blank before a line end", "<img =20\r\nwidth=3D\"1\" height=3D\"1\" alt=3D\"\" border=3D\"0\" src=3D\"http://a.example/1\">"},
		{"bare equals", `<img src="http://a.example/1" width="1" height="1" alt="" border="0">`},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte("Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + c.tag + "\r\n")
			p := testPlanner().Plan(raw)
			out := holds(t, raw, p)
			refs := reference.HTML(message.Decode(out[p.Overlay.Sections[0].Range.Start:], 0, message.QuotedPrintable).Bytes())
			if len(refs) != 1 || strings.HasPrefix(refs[0].URL, "http://a.example") {
				t.Errorf("%s\n%+v", out, refs)
			}
		})
	}
}

// TestManyReferences checks that loads beyond the limit are made inert.
func TestManyReferences(t *testing.T) {
	var b strings.Builder
	for i := range maxReferences + 100 {
		fmt.Fprintf(&b, `<img src="http://a.example/%029d">`, i)
	}
	raw := []byte(asMail(b.String()))
	p := testPlanner().Plan(raw)
	if len(p.References) != maxReferences || len(p.Overlay.Edits) != maxReferences+100 {
		t.Fatalf("%d references, %d edits", len(p.References), len(p.Overlay.Edits))
	}
	if !slices.Contains(p.Gaps, message.Gap{Section: "1", Reason: GapReferences}) {
		t.Errorf("gaps %v", p.Gaps)
	}
	p.Overlay.Apply(raw, 0)
	if bytes.Contains(raw, []byte("http://a.example/")) {
		t.Error("a load is left")
	}
	out, err := p.MarshalBinary()
	if err != nil || new(Plan).UnmarshalBinary(out) != nil {
		t.Errorf("encoding: %v", err)
	}
}

// TestSame checks that plans are a function of their input.
func TestSame(t *testing.T) {
	raw := []byte(newsletter)
	a, b := testPlanner().Plan(raw), testPlanner().Plan(raw)
	one, err := a.MarshalBinary()
	two, _ := b.MarshalBinary()
	if err != nil || !bytes.Equal(one, two) {
		t.Error("two plans of one message differ")
	}
	other := testPlanner()
	other.Key[0]++
	if c := other.Plan(raw); c.References[0].Token == a.References[0].Token {
		t.Error("two accounts have the same token")
	}
	again := testPlanner().Plan([]byte("X-Copy: 2\r\n" + newsletter))
	if again.References[0].Token == a.References[0].Token {
		t.Error("two messages have the same token")
	}
}

func TestHoldLoads(t *testing.T) {
	raw := []byte(newsletter)
	before := bytes.Clone(raw)
	out, p := HoldLoads(raw, func(r reference.Reference) bool { return r.Kind == reference.Pixel })
	if !bytes.Equal(raw, before) {
		t.Fatal("the argument was changed")
	}
	holds(t, raw, p)
	if got := outcomes(p); got != "inert, left, inert, inert, left, left, left" {
		t.Errorf("outcomes %q", got)
	}
	if bytes.Contains(out, []byte("track.shop.example")) || bytes.Contains(out, []byte("127.0.0.1")) || !bytes.Contains(out, []byte("img.shop.example")) {
		t.Errorf("%s", out)
	}
	same, _ := HoldLoads(raw, func(reference.Reference) bool { return false })
	if &same[0] != &raw[0] {
		t.Error("a message without held loads is copied")
	}
	encoded := "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(`<img src="http://a.example/1">`))
	out, _ = HoldLoads([]byte(encoded), func(reference.Reference) bool { return true })
	text, err := base64.StdEncoding.DecodeString(string(out[len(out)-40:]))
	if err != nil || string(text) != `<img src="data:,____________">` {
		t.Errorf("%q, %v", text, err)
	}
}
