package reference

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// addressesOf lists the remote addresses of CSS.
func addressesOf(refs []Reference) string {
	var all []string
	for _, r := range refs {
		if r.Remote && r.Kind.Load() {
			all = append(all, r.URL)
		}
	}
	return strings.Join(all, " ")
}

// TestStrings checks that a string which leads elsewhere is an address wherever
// it stands, and that others are none.
func TestStrings(t *testing.T) {
	const a = "http://a.example/"
	for _, c := range []struct{ name, css, want string }{
		{"custom property", `p{--u:"http://a.example/"}`, a},
		{"single quotes", `p{--u:'http://a.example/'}`, a},
		{"initial value", `@property --u{initial-value:"http://a.example/"}`, a},
		{"image-set", `p{background:image-set("http://a.example/" 1x)}`, a},
		{"parenthesis in a string", `p{background:image-set("cid:x" type("(") 1x,"http://a.example/" 1x)}`, a},
		{"parenthesis in a comment", `p{background:image-set(/*)*/"http://a.example/" 1x)}`, a},
		{"quote in a comment", `/*"*/p{--u:"http://a.example/"}`, a},
		{"two quotes in a comment", `/*"'*/p{--u:"http://a.example/"}`, a},
		{"what seems an address in a comment", `/*"//x*/p{--u:"http://a.example/"}`, "https://x*/p{--u: " + a},
		{"what seems a url in a comment", `/*url("//x*/p{--u:"http://a.example/"}`, "https://x*/p{--u: " + a},
		{"escapes", `p{--u:"\68 ttp:\2f\2f a.example/"}`, a},
		{"blanks in front", "p{--u:\" \\20\thttp://a.example/\"}", a},
		{"no scheme", `p{--u:"//a.example/"}`, "https://a.example/"},
		{"backslashes for slashes", `p{--u:"\\\\a.example/"}`, "https://a.example/"},
		{"no slashes", `p{--u:"http:a.example/"}`, a},
		{"font", `p{font-family:"Open Sans",'Arial'}`, ""},
		{"text", `p::after{content:"a/b: c"}`, ""},
		{"another scheme", `p{--u:"cid:a";--v:"data:,"}`, ""},
		{"relative", `p{--u:"o.gif"}`, ""},
		{"name of a language", `p{background:url("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>")}`, ""},
		{"escaped quote", `p{--u:\"http://a.example/\"}`, ""},
		{"line end", "p{--u:\"http://a.\nexample/\"}", ""},
		{"not closed", `p{--u:"http://a.example/`, a},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := addressesOf(CSS([]byte(c.css))); got != c.want {
				t.Errorf("%s: %q, want %q", c.css, got, c.want)
			}
		})
	}
}

// TestRelativeStrings checks strings that lead elsewhere by a base.
func TestRelativeStrings(t *testing.T) {
	const a = "http://a.example/o.gif"
	for _, c := range []struct{ name, css, want string }{
		{"no function takes strings", `p{--u:"o.gif";font-family:"Arial"}`, ""},
		{"custom property", `p{--u:"o.gif"}p{background:image-set(var(--u) 1x)}`, a},
		{"directly", `p{background:-webkit-image-set('o.gif' 1x)}`, a},
		{"src", `p{--u:"o.gif";background:src(var(--u))}`, a},
		{"quote in a comment", `/*"*/p{background:image-set("o.gif" 1x)}/*"*/`, a},
		{"quote in an address", `p{background:url( x"y )}p{background:image-set("o.gif" 1x)}`, a},
		{"escaped quote", `p{a:\"}p{background:image-set("o.gif" 1x)}`, a},
		{"import", `@import"o.gif";`, a},
		{"import behind comments", `@import/*"*//*;*/ 'o.gif';`, a},
		{"url is not found twice", `p{background:url("o.gif")}p{a:image-set()}`, a},
		{"line end", "p{--u:\"o.gif\n}p{a:image-set()}", ""},
		{"name that ends in url", `p{a:curl("o.gif")image-set()}`, a},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, text := range []string{
				`<base href="http://a.example/"><style>` + c.css + `</style>`,
				`<style>` + c.css + `</style><base href="http://a.example/">`,
			} {
				if got := addressesOf(HTML([]byte(text))); got != c.want {
					t.Errorf("%s: %q, want %q", text, got, c.want)
				}
			}
			if got := addressesOf(Find("text/css", "http://a.example/", []byte(c.css))); got != c.want {
				t.Errorf("%s: %q, want %q", c.css, got, c.want)
			}
		})
	}
}

// TestEscapedNames writes names with escapes of every kind: each is found.
func TestEscapedNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"url", "image-set", "src"}).Draw(t, "name")
		var b strings.Builder
		b.WriteString(rapid.SampledFrom([]string{"p{background:", `\\\\`, `/*\*/p{a:`, strings.Repeat(`\`, 200) + " "}).Draw(t, "front"))
		for _, c := range name {
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				b.WriteRune(c)
			case 1:
				b.WriteString(strings.ToUpper(string(c)))
			default:
				zeros := rapid.IntRange(0, 4).Draw(t, "zeros")
				b.WriteString(`\` + strings.Repeat("0", zeros) + hexOf(c) + rapid.SampledFrom([]string{" ", "\n", "\r\n", "\t"}).Draw(t, "end"))
			}
		}
		b.WriteString(`("http://a.example/")}`)
		if got := addressesOf(CSS([]byte(b.String()))); got != "http://a.example/" {
			t.Fatalf("%q: %q", b.String(), got)
		}
	})
}

func hexOf(c rune) string { return string([]byte{"0123456789abcdef"[c>>4], "0123456789abcdef"[c&15]}) }
