package plan

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

// anyMessage draws a message: nested multiparts and messages, all encodings,
// soft line breaks anywhere, base64 of odd widths.
func anyMessage(t *rapid.T) []byte {
	eol := rapid.SampledFrom([]string{"\r\n", "\n"}).Draw(t, "eol")
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: a@a.example%sMessage-ID: <%d@a.example>%s", eol, rapid.Int().Draw(t, "id"), eol)
	anyPart(t, &b, eol, 0)
	return b.Bytes()
}

func anyPart(t *rapid.T, b *bytes.Buffer, eol string, depth int) {
	kind := "leaf"
	if depth < 3 {
		kind = rapid.SampledFrom([]string{"leaf", "leaf", "mixed", "signed", "message"}).Draw(t, "kind")
	}
	switch kind {
	case "mixed", "signed":
		boundary := fmt.Sprintf("b%d=_%d", depth, rapid.IntRange(0, 99).Draw(t, "boundary"))
		fmt.Fprintf(b, "Content-Type: multipart/%s; boundary=\"%s\"%s%spreamble%s", kind, boundary, eol, eol, eol)
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			b.WriteString("--" + boundary + eol)
			anyPart(t, b, eol, depth+1)
			b.WriteString(eol)
		}
		b.WriteString("--" + boundary + "--" + eol)
	case "message":
		b.WriteString("Content-Type: message/rfc822" + eol + eol + "Subject: inner" + eol)
		anyPart(t, b, eol, depth+1)
	default:
		anyLeaf(t, b, eol)
	}
}

func anyLeaf(t *rapid.T, b *bytes.Buffer, eol string) {
	media := rapid.SampledFrom([]string{"text/html", "text/html", "text/html", "text/plain", "text/css", "image/svg+xml"}).Draw(t, "media")
	charset := rapid.SampledFrom([]string{"utf-8", "iso-8859-1", "shift_jis", "iso-2022-jp", "utf-16", "hz", "utf-7"}).Draw(t, "charset")
	text := anyHTML(t, eol)
	if media == "text/css" {
		text = strings.ReplaceAll(text, "src=", "url(")
	}
	fmt.Fprintf(b, "Content-Type: %s; charset=%s%s", media, charset, eol)
	switch rapid.IntRange(0, 3).Draw(t, "encoding") {
	case 0:
		b.WriteString("Content-Transfer-Encoding: quoted-printable" + eol + eol + anyQuoted(t, text, eol))
	case 1:
		b.WriteString("Content-Transfer-Encoding: base64" + eol + eol + anyBase64(t, text, eol))
	case 2:
		b.WriteString("Content-Transfer-Encoding: 8bit+" + eol + eol + text)
	default:
		b.WriteString(eol + text)
	}
}

// anyHTML draws HTML with addresses of all lengths.
func anyHTML(t *rapid.T, eol string) string {
	var b strings.Builder
	for range rapid.IntRange(0, 8).Draw(t, "tags") {
		address := rapid.SampledFrom([]string{"http://t.example/", "//t.io/", "https://t.example/?a=1&amp;b=", "cid:", "o.gif?", "h" + eol + "ttp://t.example/"}).Draw(t, "front") +
			strings.Repeat("x", rapid.IntRange(0, 60).Draw(t, "length"))
		pattern := rapid.SampledFrom([]string{
			`<img src="%s">`, `<IMG width=1 height="1" alt='' src='%s'/>`, `<img src=%s width=1 border=0>`, `<img srcset="%s 1x, cid:a 2x" src="cid:b">`,
			`<p style="background:url(&quot;%s&quot;)">text</p>`, `<style>@import "%s"; p{background:url( %s )}</style>`, `<td background=%s>`,
			`<a href="%s">ünïcode</a>`, `<!--[if mso]><img src="%s"><![endif]-->`, `<base href="%s">`, "<img" + eol + "src" + eol + `= "%s" height=0>`,
			`<img height=1 src="%s"`, `<input type=image src="%s">`,
		}).Draw(t, "pattern")
		b.WriteString(strings.ReplaceAll(pattern, "%s", address))
		b.WriteString(rapid.SampledFrom([]string{"", eol, " ", "=", "=41", "words and words"}).Draw(t, "between"))
	}
	return b.String()
}

// anyQuoted writes quoted-printable in one of many ways.
func anyQuoted(t *rapid.T, text, eol string) string {
	every := rapid.IntRange(1, 40).Draw(t, "every")
	soft := rapid.IntRange(1, 76).Draw(t, "soft")
	format := rapid.SampledFrom([]string{"=%02X", "=%02x"}).Draw(t, "format")
	var b strings.Builder
	column := 0
	for i := range len(text) {
		c := text[i]
		if c == '\r' || c == '\n' {
			b.WriteByte(c)
			column = 0
			continue
		}
		if column >= soft {
			b.WriteString("=" + rapid.SampledFrom([]string{"", " ", "\t "}).Draw(t, "padding") + eol)
			column = 0
		}
		last := i+1 == len(text) || text[i+1] == '\r' || text[i+1] == '\n'
		if c == '=' || c > '~' || c < ' ' || i%every == 0 || c == ' ' && last {
			fmt.Fprintf(&b, format, c)
			column += 3
		} else {
			b.WriteByte(c)
			column++
		}
	}
	return b.String()
}

// anyBase64 writes base64 in lines of any width, with or without padding.
func anyBase64(t *rapid.T, text, eol string) string {
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	if rapid.Bool().Draw(t, "unpadded") {
		encoded = strings.TrimRight(encoded, "=")
	}
	width := rapid.IntRange(1, 100).Draw(t, "width")
	var b strings.Builder
	for len(encoded) > width {
		b.WriteString(encoded[:width] + eol)
		encoded = encoded[width:]
	}
	return b.String() + encoded
}

// TestGeneratedHolds checks what must hold on generated messages, in all modes.
func TestGeneratedHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		raw := anyMessage(rt)
		p := testPlanner()
		p.Mode = rapid.SampledFrom([]Mode{ModeAll, ModePixels, ModeSigned}).Draw(rt, "mode")
		plan := p.Plan(raw)
		holds(rt, raw, plan)
		if p.Mode != ModePixels {
			generatedLeft(rt, raw, plan)
		}
	})
}

// generatedLeft checks with another parser that what is left is reported.
func generatedLeft(t rapid.TB, raw []byte, plan *Plan) {
	t.Helper()
	checkLeft(t, mail{"generated", raw}, plan)
	for _, r := range plan.References {
		// A "=" before blanks at a line end is no soft break to every program,
		// and is not written to.
		broken := strings.Contains(strings.ReplaceAll(r.Ref.URL, "a=1&b=", ""), "=")
		if r.Outcome == Ungated && r.Reason == ReasonRoom && !broken && r.Ref.Kind.Load() && r.Ref.Slot.Len() >= 46+4 {
			t.Errorf("%+v has room", r)
		}
		if r.Token != "" && !isToken(r.Token) {
			t.Errorf("token %q", r.Token)
		}
	}
}

// TestGeneratedFound checks that restoring a rewritten message from its own
// plan leaves no address of the gateway.
func TestGeneratedRestored(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		raw := anyMessage(rt)
		plan := testPlanner().Plan(raw)
		out := bytes.Clone(raw)
		plan.Overlay.Apply(out, 0)
		back, unknown, err := Restore(out, testPlanner().Base, lookupIn(plan, false), ByAppend)
		if err != nil || unknown > 0 {
			t.Fatalf("%d unknown, %v", unknown, err)
		}
		for leaf := range message.Parse(back).Leaves() {
			text := message.Decode(back[leaf.Body.Start:leaf.Body.End], leaf.Body.Start, leaf.Encoding).Bytes()
			if bytes.Contains(bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r"), nil), []byte("\n"), nil), []byte("127.0.0.1:4180")) {
				t.Fatalf("%q\n%q\n%q", raw, out, back)
			}
		}
	})
}

// lookupIn looks tokens up in a plan; all pixels are held, or none.
func lookupIn(p *Plan, held bool) Lookup {
	return func(token string) (Original, bool) {
		for _, r := range p.References {
			if r.Token == token && r.Outcome != ByBase {
				return Original{URL: r.Ref.URL, Held: held, Pixel: r.Ref.Kind == "pixel"}, true
			}
		}
		return Original{}, false
	}
}
