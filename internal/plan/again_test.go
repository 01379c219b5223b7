package plan

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// TestAgain checks texts in which one edit uncovers another load, or covers it.
func TestAgain(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"decoy around a load", `<svg><style>a{b:url("cid:x <img src=$U>")}</style></svg>`, "left, token"},
		{"remote decoy around a load", `<svg><style>a{b:url("//x.example/ <img src=$U>")}</style></svg>`, "token"},
		{"comments around loads", `<style>/* url("*/p{background:url($U)}/*")*/</style>`, "left, token"},
		{"loads that overlap", `<style>/*"//x*/p{--u:"$U"}</style>`, "ungated room, token"},
		{"both in one", `<style>/*url("//x*/p{--u:"$U";a:url('$U')}</style>`, "ungated room, token, token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte(asMail(hostile{"", c.html}.text()))
			p := testPlanner().Plan(raw)
			out := holds(t, raw, p)
			if bytes.Contains(out, []byte("t.example")) {
				t.Errorf("left: %s", out)
			}
			if got := outcomes(p); got != c.want {
				t.Errorf("outcomes %q, want %q", got, c.want)
			}
			if again := testPlanner().Plan(raw); !slices.EqualFunc(p.References, again.References, func(a, b Reference) bool { return a.Token == b.Token }) {
				t.Error("two plans differ")
			}
		})
	}
}

// TestJoined checks how edits of several rounds become edits of one.
func TestJoined(t *testing.T) {
	edit := func(at int, text string) message.Edit {
		return message.Edit{Offset: at, Old: bytes.Repeat([]byte("?"), len(text)), New: []byte(text)}
	}
	raw, now := []byte("0123456789"), []byte("abcdefghij")
	for _, c := range []struct {
		name  string
		edits []message.Edit
		want  string
	}{
		{"none", nil, ""},
		{"apart", []message.Edit{edit(107, "xx"), edit(101, "xx")}, "101:12>bc 107:78>hi"},
		{"side by side", []message.Edit{edit(101, "xx"), edit(103, "xx")}, "101:12>bc 103:34>de"},
		{"overlapping", []message.Edit{edit(101, "xxx"), edit(103, "xxx"), edit(104, "x")}, "101:12345>bcdef"},
		{"inside", []message.Edit{edit(100, "xxxxx"), edit(102, "x")}, "100:01234>abcde"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, e := range joined(c.edits, 100, raw, now) {
				got = append(got, fmt.Sprintf("%d:%s>%s", e.Offset, e.Old, e.New))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// hostileScraps are what texts that want to be misread are made of.
var hostileScraps = []string{
	`<img src="`, `">`, address, ` `, `<svg>`, `</svg>`, `<style>`, `</style>`, `<title>`, `</title>`, `<![CDATA[`, `]]>`, `<!--`, `-->`,
	`url(`, `url("`, `")`, `)`, `'`, `"`, `/*`, `*/`, `{--u:"`, `"}`, `image-set(`, `@import "`, `u&#114;l(`, `<g>`, `</g>`, `\`,
	`<base href="http://t.example/0123456789012345678901234567890123456789/">`, `<img src="p.gif">`, `<a href="`, `<link rel=stylesheet href="`,
	`data:text/css,`, `<iframe srcdoc="`, `<noscript>`, `</noscript>`, `<textarea>`, `</textarea>`, `<select>`, `//t.example/0123456789012345678901234567890123456789`,
}

// TestHostileGenerated checks that whatever a text is, a second look at the
// rewritten one finds no load that is not listed.
func TestHostileGenerated(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(hostileScraps), 0, 30).Draw(rt, "scraps"), "")
		raw := []byte(asMail(text))
		p := testPlanner().Plan(raw)
		out := bytes.Clone(raw)
		if p.Overlay.Apply(out, 0) > 0 {
			rt.Fatal("edits do not match")
		}
		known := map[string]bool{}
		for _, r := range p.References {
			if r.Outcome == Ungated || r.Outcome == ByBase {
				known[fmt.Sprint(r.Ref.Slot.Start)] = true
			}
		}
		body := out[len(asMail("")):]
		for _, r := range reference.HTML(body) {
			if r.Kind.Load() && r.Remote && !strings.HasPrefix(r.URL, testBase) && !known[fmt.Sprint(r.Slot.Start)] {
				rt.Fatalf("%q\nis left in %s\n%s", r.URL, body, outcomes(p))
			}
		}
	})
}

// What was made inert for want of room is no load at the second look, where any address
// could be another part's too.
func TestInertSheetAgain(t *testing.T) {
	for _, text := range []string{`<link rel=stylesheet href="<svg>">`, `<link rel=stylesheet href="a.cs">`, `<style>@import "b.cs";</style>`} {
		raw := []byte(asMail(text))
		p := testPlanner().Plan(raw)
		out := bytes.Clone(raw)
		p.Overlay.Apply(out, 0)
		body := out[len(asMail("")):]
		if !bytes.Contains(body, []byte(reference.NoScheme)) {
			t.Errorf("%s became %s", text, body)
		}
		for _, r := range reference.HTML(body) {
			if r.Kind.Load() && r.Remote {
				t.Errorf("%s became %s, and %q is a load", text, body, r.URL)
			}
		}
	}
}

// A base that is none any more, once an edit has taken the end of a style sheet away,
// stands where a load could: it is not known by what it was before.
func TestBaseBecomesLoad(t *testing.T) {
	raw := []byte(asMail(`<style><link rel=stylesheet href="</style><base href="http://t.example/0123456789012345678901234567890123456789/">`))
	p := testPlanner().Plan(raw)
	out := bytes.Clone(raw)
	p.Overlay.Apply(out, 0)
	if bytes.Contains(out, []byte("t.example")) {
		t.Errorf("%s\n%s", out, outcomes(p))
	}
}

// TestHostileMails reads the mails in testdata/hostile that are about HTML.
func TestHostileMails(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "hostile")
	table, err := os.ReadFile(filepath.Join(dir, "expect.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(table)) {
		name, rest, _ := strings.Cut(line, "\t")
		if !strings.HasPrefix(name, "d") && !strings.HasPrefix(name, "h") && !strings.HasPrefix(name, "p") {
			continue
		}
		n++
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(dir, name+".eml"))
			if err != nil {
				t.Fatal(err)
			}
			p := testPlanner().Plan(raw)
			out := bytes.Clone(raw)
			p.Overlay.Apply(out, 0)
			load := []byte("t.example")
			if strings.Contains(name, "-sheet-") {
				out = bytes.ReplaceAll(out, []byte("url(http://t.example"), nil) // in a part that is left
				load = []byte(`href="cid:`)
			}
			held := len(p.Overlay.Edits) > 0 && !bytes.Contains(out, load)
			if want := strings.HasPrefix(rest, "held"); held != want {
				t.Errorf("held: %v, want %v; %s", held, want, outcomes(p))
			}
		})
	}
	if n < 50 {
		t.Errorf("only %d mails", n)
	}
}
