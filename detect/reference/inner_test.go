package reference

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// FuzzEntities checks character references against the tokenizer of x/net/html, and
// that the way back to the cells never goes backwards.
func FuzzEntities(f *testing.F) {
	for _, s := range []string{"a&amp;b", "&copy=2&lt=3", "&#x68&#104", "&NotEqualTilde;", "&sol&semi;", "&#0;&#128;", "&CounterClockwiseContourIntegral;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		d := unescape([]byte(value), 5)
		if got := unescapeText([]byte(value)); string(d.text) != string(got) {
			t.Fatalf("%q: with cells %q, without %q", value, d.text, got)
		}
		last := 5
		for i := range d.text {
			span := d.cells(i, i+1)
			if span.Start < last || span.End <= span.Start || span.End > 5+len(value) {
				t.Fatalf("%q: octet %d stands in %v after %d", value, i, span, last)
			}
			last = span.Start
		}
		if !utf8.ValidString(value) || strings.ContainsAny(value, "\"\r\x00") || strings.Contains(value, "&#") {
			return // the tokenizer makes line ends alike and leaves NULs
		}
		z := html.NewTokenizer(strings.NewReader(`<img alt="` + value + `">`))
		z.Next()
		if _, want, _ := z.TagAttr(); string(d.text) != string(want) {
			t.Fatalf("%q: %q, the tokenizer has %q", value, d.text, want)
		}
	})
}

// FuzzData checks that a load in a data: address is found, however it is written
// and whatever stands before it.
func FuzzData(f *testing.F) {
	f.Add("", "p{}", true)
	f.Add(";charset=utf-8", "/*", false)
	f.Add(";x=,", "<svg>", true)
	f.Fuzz(func(t *testing.T, parameters, front string, coded bool) {
		inner := []byte(front)
		text := front + `<img src="http://t.example/">`
		seen := strings.Contains(loadsOf("text/html", string(inner)+`<img src="http://t.example/">`), "http://t.example/")
		data := "data:text/html" + strings.Map(inParameters, parameters)
		if coded {
			data += ";base64," + base64.StdEncoding.EncodeToString([]byte(text))
		} else {
			data += "," + url.QueryEscape(text)
			data = strings.ReplaceAll(data, "+", "%20")
		}
		refs := HTML([]byte(`<iframe src="` + data + `"></iframe>`))
		sane(t, []byte(`<iframe src="`+data+`"></iframe>`), refs)
		if seen && (len(refs) == 0 || !refs[0].remoteLoad()) {
			t.Fatalf("%q holds a load that was not found: %+v", data, refs)
		}
	})
}

// inParameters leaves what can stand in the parameters of a data: address.
func inParameters(r rune) rune {
	if r < ' ' || r > '~' || strings.ContainsRune(`,"<>&%#`, r) {
		return -1
	}
	return r
}
