package reference

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

// TestData checks what is read in data: addresses.
func TestData(t *testing.T) {
	const css, a = `p{background:url(http://a.example/)}`, "http://a.example/"
	coded := base64.StdEncoding.EncodeToString([]byte(css))
	svg := `<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>`
	itself := "itself"
	for _, c := range []struct{ name, front, data, want string }{
		{"style sheet", `<link rel=stylesheet href="`, "data:text/css," + css, a},
		{"per cent", `<link rel=stylesheet href="`, "data:text/css," + url.PathEscape(css), a},
		{"base64", `<link rel=stylesheet href="`, "data:text/css;base64," + coded, a},
		{"base64 in capitals", `<link rel=stylesheet href="`, "DATA:text/css;BASE64," + coded, a},
		{"base64 in per cent", `<link rel=stylesheet href="`, "data:text/css;base64," + strings.ReplaceAll(coded, "c", "%63"), a},
		{"base64 with blanks", `<link rel=stylesheet href="`, "data:text/css;base64," + coded[:9] + " \n" + coded[9:], a},
		{"base64 without padding", `<link rel=stylesheet href="`, "data:text/css;base64," + strings.TrimRight(coded, "="), a},
		{"base64, then more", `<link rel=stylesheet href="`, "data:text/css;base64;charset=utf-8," + coded, a},
		{"harmless", `<link rel=stylesheet href="`, "data:text/css,p{color:red}", ""},
		{"empty", `<link rel=stylesheet href="`, "data:,", ""},
		{"no comma", `<link rel=stylesheet href="`, "data:text/css", ""},
		{"charset", `<link rel=stylesheet href="`, `data:text/css;charset=%22UTF-8%22,` + css, a},
		{"charset that hides", `<link rel=stylesheet href="`, "data:text/css;charset=utf-7,x", itself},
		{"octets that hide", `<link rel=stylesheet href="`, "data:text/css,u%1b(Brl(http://a.example/)", itself},
		{"byte order mark", `<link rel=stylesheet href="`, "data:text/css,%ff%fea", itself},
		{"said to be a picture", `<link rel=stylesheet href="`, "data:image/png," + css, a},
		{"a picture", `<img src="`, "data:image/png," + css, ""},
		{"a vector picture", `<img src="`, "data:image/svg+xml," + svg + "<path d='M0 0'/></svg>", ""},
		{"a vector picture with a picture", `<img src="`, "data:image/svg+xml," + svg + "<image xlink:href='http://a.example/'/></svg>", a},
		{"a vector picture that links", `<img src="`, "data:image/svg+xml," + svg + "<a xlink:href='http://a.example/'>x</a></svg>", ""},
		{"a document", `<iframe src="`, "data:text/html,<img src=http://a.example/>", a},
		{"an object", `<object data="`, "data:text/html,<img src=http://a.example/>", a},
		{"a document in a document", `<iframe src="`, "data:text/html,<iframe src='data:text/html,<img src=http://a.example/>'>", a},
		{"sound", `<audio src="`, "data:audio/mp3,%00%00", ""},
		{"a link", `<a href="`, "data:text/html,<img src=http://a.example/>", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.front + c.data + `">`
			refs, want := HTML([]byte(text)), c.want
			if want == itself {
				want = c.data
			}
			if got := addressesOf(refs); got != want {
				t.Errorf("%s: %q, want %q", text, got, want)
			}
			if len(refs) != 1 || text[refs[0].Slot.Start:refs[0].Slot.End] != c.data {
				t.Errorf("%+v", refs)
			}
		})
	}
}

// TestDataDeep checks that what is nested too deep counts as a load.
func TestDataDeep(t *testing.T) {
	at := "data:text/css,p{}"
	for range maxDepth + 2 {
		at = "data:text/css;base64," + base64.StdEncoding.EncodeToString([]byte("@import url("+at+");"))
	}
	refs := HTML([]byte(`<link rel=stylesheet href="` + at + `">`))
	if len(refs) != 1 || !refs[0].Remote {
		t.Errorf("%+v", refs)
	}
}

func TestDocument(t *testing.T) {
	check(t, HTML, []findCase{
		{"picture", `<iframe srcdoc="<img src=http://a.example/>">`, []string{"iframe srcdoc|image|http://a.example/ remote|http://a.example/"}},
		{"entities", `<iframe srcdoc="&lt;img src=&quot;http://a.example/?a&amp;amp;b&quot;&gt;">`, []string{"iframe srcdoc|image|http://a.example/?a&b remote|http://a.example/?a&amp;amp;b"}},
		{"pixel", `<iframe srcdoc='<img width=1 src="http://a.example/">'>`, []string{"iframe srcdoc|pixel|http://a.example/ remote|http://a.example/"}},
		{"harmless", `<iframe srcdoc="<p>text<a href=http://a.example/>link</a>"></iframe>`, nil},
		{"relative", `<iframe srcdoc="<img src=o.gif>"></iframe><base href="http://a.example/">`, []string{
			"iframe srcdoc|image|http://a.example/o.gif remote|o.gif", "base href|base|http://a.example/ remote|http://a.example/"}},
	})
}
