package reference

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

func TestCharacterReferences(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"none", "a", "a"},
		{"usual", "a&amp;b", "a&b"},
		{"no semicolon at the end", "a&amp", "a&"},
		{"no semicolon before a blank", "a&amp b", "a& b"},
		{"no semicolon before =", "a&amp=b", "a&amp=b"},
		{"no semicolon before a letter", "a&ampb", "a&ampb"},
		{"parameter like a name", "?a=1&copy=2&lt=3&region;=4", "?a=1&copy=2&lt=3&region;=4"},
		{"name that needs a semicolon", "&sol;&solx&sol", "/&solx&sol"},
		{"two characters", "&NotEqualTilde;", "≂̸"},
		{"semicolon itself", "&semi;", ";"},
		{"unknown", "&unknown;", "&unknown;"},
		{"longest name", "&CounterClockwiseContourIntegral;", "∳"},
		{"too long for a name", "&" + strings.Repeat("a", 100) + ";", "&" + strings.Repeat("a", 100) + ";"},
		{"decimal", "&#104;&#104x", "hhx"},
		{"hexadecimal", "&#x68;&#X68&#x68g", "hhhg"},
		{"zeros in front", "&#" + strings.Repeat("0", 100) + "104;", "h"},
		{"windows-1252", "&#128;", "€"},
		{"beyond Unicode", "&#99999999;&#999999999999999999999;&#xd800;&#0;", "\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"no digits", "&#;&#x;&#xg", "&#;&#x;&#xg"},
		{"ends at once", "&", "&"},
		{"ends after #", "&#", "&#"},
	} {
		if got := string(unescapeText([]byte(c.in))); got != c.want {
			t.Errorf("%s: %q: %q, want %q", c.name, c.in, got, c.want)
		}
		if got := string(unescape([]byte(c.in), 0).text); got != c.want {
			t.Errorf("%s with cells: %q: %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// TestAgainstTokenizer checks attributes' values against the tokenizer of
// x/net/html.
func TestAgainstTokenizer(t *testing.T) {
	piece := rapid.SampledFrom([]string{"&", "amp", ";", "#", "x", "104", "68", "copy", "=", " ", "a", "lt", "not", "notin", "sol", "é", "&#0", "CounterClockwiseContourIntegral"})
	rapid.Check(t, func(t *rapid.T) {
		value := strings.Join(rapid.SliceOf(piece).Draw(t, "value"), "")
		z := html.NewTokenizer(strings.NewReader(`<img alt="` + value + `">`))
		z.Next()
		_, want, _ := z.TagAttr()
		if got := unescapeText([]byte(value)); string(got) != string(want) {
			if strings.Contains(value, "&#") && strings.Contains(string(want), "\x00") {
				return // the tokenizer leaves a NUL
			}
			t.Fatalf("%q: %q, the tokenizer has %q", value, got, want)
		}
	})
}

// TestTextAgainstTokenizer checks text against the tokenizer of x/net/html.
func TestTextAgainstTokenizer(t *testing.T) {
	piece := rapid.SampledFrom([]string{"&", "amp", ";", "#", "x", "104", "68", "copy", "=", " ", "a", "lt", "not", "notin", "sol", "quot", "é", "eacute", "CounterClockwiseContourIntegral"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "text"), "") + "."
		z := html.NewTokenizer(strings.NewReader(text))
		z.Next()
		want := string(z.Text())
		f := foreigner{view: []byte(text), budget: 1 << 20, decoded: decoded{at: []int{}}}
		if f.read(0); string(f.text) != want {
			t.Fatalf("%q: %q, the tokenizer has %q", text, f.text, want)
		}
	})
}

// TestCells checks the way back from a decoded value to the cells.
func TestCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "&amp;", "&#104", ";", "é", "&eacute;", "&"})).Draw(t, "value"), "")
		d := unescape([]byte(value), 100)
		start := rapid.IntRange(0, len(d.text)).Draw(t, "start")
		end := rapid.IntRange(start, len(d.text)).Draw(t, "end")
		s := d.cells(start, end)
		if s.Start < 100 || s.End > 100+len(value) || s.Start > s.End {
			t.Fatalf("%q [%d:%d] is %v", value, start, end, s)
		}
		// What the cells hold resolves to what was asked for. At the start, a
		// character may be cut.
		inner := string(unescapeText([]byte(value)[s.Start-100 : s.End-100]))
		if !strings.HasPrefix(inner, string(d.text[start:end])) && (start == 0 || utf8.RuneStart(d.text[start-1]) && utf8.RuneStart(d.text[min(start, len(d.text)-1)])) {
			t.Fatalf("%q [%d:%d] %q is %v %q", value, start, end, d.text[start:end], s, inner)
		}
	})
}

func TestSrcset(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"", ""},
		{" , ,", ""},
		{"//a.example", "//a.example"},
		{"//a.example 1x, //b.example 2x", "//a.example //b.example"},
		{"//a.example,//b.example", "//a.example,//b.example"},
		{"//a.example, //b.example", "//a.example //b.example"},
		{"//a.example,, //b.example", "//a.example //b.example"},
		{"//a.example/x,y 1x,//b.example", "//a.example/x,y //b.example"},
		{"//a.example (1, 2) 3w,//b.example", "//a.example //b.example"},
		{"data:,x 1x,\n\t//b.example\n2x", "data:,x //b.example"},
		{"//a.example&#32;1x&comma;//b.example", "//a.example //b.example"},
	} {
		text := `<img srcset="` + c.value + `">`
		var got []string
		for _, r := range HTML([]byte(text)) {
			got = append(got, text[r.Slot.Start:r.Slot.End])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: %q, want %q", c.value, got, c.want)
		}
	}
}

func TestEscapes(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`a`, "a"},
		{`\68`, "h"},
		{`\68 x`, "hx"},
		{"\\68\r\nx", "hx"},
		{`\000068x`, "hx"},
		{`\0000689`, "h9"},
		{`\g\"\\`, `g"\`},
		{"a\\\nb\\\r\nc\\\rd", "abcd"},
		{`\0\d800 \110000 `, "\uFFFD\uFFFD\uFFFD"},
		{`a\`, "a"},
	} {
		if got := string(unescapeCSS([]byte(c.in))); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

// TestRows checks that each row of the table finds what it says.
func TestRows(t *testing.T) {
	for _, r := range vectors {
		element, value := r.element, "http://a.example/"
		if element == "*" {
			element = "p"
		}
		switch r.form {
		case styles:
			value = "background:url(" + value + ")"
		case document:
			value = "<img src=" + value + ">"
		case values:
			value = "cid:1;" + value
		}
		media, text := "text/html", "<"+strings.ToUpper(element)+" rel=stylesheet http-equiv=refresh "+r.attribute+"='"+value+"'>"
		if r.element == "xml-stylesheet" {
			media, text = "image/svg+xml", "<?xml-stylesheet href='"+value+"'?>"
		}
		refs := Find(media, "", []byte(text))
		if r.form == document {
			r.kind = Image // by what stands in it
		}
		if len(refs) != 1 || refs[0].Vector != r.vector || refs[0].Kind != r.kind || refs[0].URL != "http://a.example/" {
			t.Errorf("%s %s: %+v", r.element, r.attribute, refs)
		}
	}
}

func TestScanned(t *testing.T) {
	for media, want := range map[string]bool{"text/html": true, "application/xhtml+xml": true, "text/x-amp-html": true,
		"image/svg+xml": true, "text/css": true, "text/plain": false, "": false} {
		if Scanned(media) != want {
			t.Errorf("%s: %v", media, !want)
		}
	}
}

// TestMany checks that beyond a limit only remote loads are found.
func TestMany(t *testing.T) {
	text := strings.Repeat("<a href=x>", maxOthers+10) + "<img src=cid:a><img src=http://a.example/>"
	refs := HTML([]byte(text))
	if len(refs) != maxOthers+1 || refs[maxOthers].URL != "http://a.example/" {
		t.Errorf("%d references", len(refs))
	}
}

// TestLoose checks the second reading by itself.
func TestLoose(t *testing.T) {
	first := []Reference{{Slot: Span{10, 20}}, {Slot: Span{30, 40}}}
	second := []Reference{{Slot: Span{5, 8}}, {Slot: Span{15, 25}}, {Slot: Span{22, 28}}, {Slot: Span{35, 36}}, {Slot: Span{41, 50}}}
	var got []int
	for _, r := range merge(first, second) {
		got = append(got, r.Slot.Start)
	}
	if want := []int{5, 10, 22, 30, 41}; len(got) != len(want) || got[0] != 5 || got[2] != 22 || got[4] != 41 {
		t.Errorf("%v, want %v", got, want)
	}
}
