package reference

import "testing"

func TestLocate(t *testing.T) {
	const base = "http://base.example/dir/page?q#f"
	for _, c := range []struct {
		in, base, want   string
		remote, relative bool
	}{
		{"http://a.example/x", "", "http://a.example/x", true, false},
		{"HTTPS://a.example", "", "HTTPS://a.example", true, false},
		{`http:\\a.example\x?\`, "", `http://a.example/x?\`, true, false},
		{"http:/a.example/", "", "http://a.example/", true, false},
		{"http:///a.example/", "", "http://a.example/", true, false},
		{"https:a.example/", "", "https://a.example/", true, false},
		{`https:\/a.example/`, base, "https://a.example/", true, false},
		{"http:x", base, "http://base.example/dir/x", true, false},
		{"http:/x", base, "http://base.example/x", true, false},
		{"https:a.example", base, "https://a.example", true, false},
		{"http://", "", "http://", false, false},
		{"http:", base, base, true, false},
		{"//a.example/x", "", "https://a.example/x", true, false},
		{"//a.example/x", base, "http://a.example/x", true, false},
		{`\\a.example\x`, "", "https://a.example/x", true, false},
		{"ftp://a.example/x", "", "ftp://a.example/x", true, false},
		{"file://a.example/x", "", "file://a.example/x", true, false},
		{"file:///etc/x", "", "file:///etc/x", false, false},
		{"file://localhost/x", "", "file://localhost/x", false, false},
		{"cid:a", base, "cid:a", false, false},
		{"data:,", base, "data:,", false, false},
		{"about:blank", base, "about:blank", false, false},
		{"mailto:a@a.example", base, "mailto:a@a.example", false, false},
		{"#top", base, "#top", false, true},
		{"", base, "", false, true},
		{"x.gif", "", "x.gif", false, true},
		{"x.gif", base, "http://base.example/dir/x.gif", true, true},
		{"x.gif", "http://a.example/%zz/y", "http://a.example/%zz/x.gif", true, true},
		{"x.gif", "http://a%2eexample/", "http://a%2eexample/x.gif", true, true},
		{"/x.gif", "http://a.example:port/y", "http://a.example:port/x.gif", true, true},
		{"%zz", "http://a%2eexample", "http://a%2eexample/%zz", true, true},
		{"x.gif", "mailto:%zz", "x.gif", false, true},
		{"../x.gif", base, "http://base.example/x.gif", true, true},
		{"/x.gif", base, "http://base.example/x.gif", true, true},
		{`\x.gif`, base, "http://base.example/x.gif", true, true},
		{"?x", base, "http://base.example/dir/page?x", true, true},
		{"x%zz.gif", base, "http://base.example/dir/x%zz.gif", true, true},
		{"/x%zz.gif", base, "http://base.example/x%zz.gif", true, true},
		{"?%", base, "http://base.example/dir/page?%", true, true},
		{"x%zz", "http://base.example", "http://base.example/x%zz", true, true},
		{"x", "cid:a", "x", false, true},
		{"x", "%", "x", false, true},
		{"1x:y", base, "http://base.example/dir/1x:y", true, true},
	} {
		got := locate(c.in, c.base)
		if got.url != c.want || got.remote != c.remote || got.relative != c.relative {
			t.Errorf("%q against %q: %+v, want %q %v %v", c.in, c.base, got, c.want, c.remote, c.relative)
		}
	}
}

func TestBase(t *testing.T) {
	check(t, func(b []byte) []Reference { return Find("text/html", "http://outer.example/a/", b) }, []findCase{
		{"from outside", `<img src=b>`, []string{"img src|image|http://outer.example/a/b remote|b"}},
		{"element wins", `<base href="http://inner.example/"><img src=b>`, []string{
			"base href|base|http://inner.example/ remote|http://inner.example/", "img src|image|http://inner.example/b remote|b"}},
		{"element wins for what is before it", `<img src=b><base href="http://inner.example/">`, []string{
			"img src|image|http://inner.example/b remote|b", "base href|base|http://inner.example/ remote|http://inner.example/"}},
		{"first element wins", `<base href="http://a.example/"><base href="http://b.example/"><img src=b>`, []string{
			"base href|base|http://a.example/ remote|http://a.example/", "base href|base|http://b.example/ remote|http://b.example/", "img src|image|http://a.example/b remote|b"}},
		{"element against the outside", `<base href="c/"><img src=b>`, []string{
			"base href|base|http://outer.example/a/c/ remote|c/", "img src|image|http://outer.example/a/c/b remote|b"}},
	})
}

func TestShape(t *testing.T) {
	for _, c := range []struct {
		tag           string
		kind          Kind
		width, height int
		hidden        string
	}{
		{`<img src=//a.example>`, Image, -1, -1, ""},
		{`<img src=//a.example width=1 height=1>`, Pixel, 1, 1, ""},
		{`<img src=//a.example width="1px" height=" 1">`, Pixel, 1, 1, ""},
		{`<img src=//a.example width=2 height=2>`, Pixel, 2, 2, ""},
		{`<img src=//a.example width=3 height=1>`, Image, 3, 1, ""},
		{`<img src=//a.example width=600 height=0>`, Pixel, 600, 0, ""},
		{`<img src=//a.example height=1>`, Pixel, -1, 1, ""},
		{`<img src=//a.example width="100%" height=1>`, Image, -1, 1, ""},
		{`<img src=//a.example width=600 height=100 style="width:1px;height:1px !important">`, Pixel, 1, 1, ""},
		{`<img src=//a.example style="max-height:0.5px;MAX-WIDTH : 0">`, Pixel, 0, 0, ""},
		{`<img src=//a.example width=1 height=1 style="width:auto;height:2em">`, Image, -1, -1, ""},
		{`<img src=//a.example style="display:none">`, Pixel, -1, -1, "display:none"},
		{`<img src=//a.example style="color:red; DISPLAY: NONE !important">`, Pixel, -1, -1, "display:none"},
		{`<img src=//a.example style="visibility:hidden">`, Pixel, -1, -1, "visibility:hidden"},
		{`<img src=//a.example style="opacity:0">`, Pixel, -1, -1, "opacity:0"},
		{`<img src=//a.example style="opacity:0.9">`, Image, -1, -1, ""},
		{`<img src=//a.example hidden>`, Pixel, -1, -1, "hidden"},
		{`<img src=//a.example width=99999999999999999999>`, Image, 1048576, -1, ""},
		{`<input src=//a.example width=1 height=1>`, Pixel, 1, 1, ""},
		{`<td background=//a.example height=1>`, Image, -1, 1, ""},
		{`<td background=//a.example width=1 height=1>`, Pixel, 1, 1, ""},
		{`<div style="background:url(//a.example);width:1px;height:1px">`, Pixel, 1, 1, ""},
		{`<a href=//a.example>`, Link, -1, -1, ""},
	} {
		r := HTML([]byte(c.tag))[0]
		if r.Kind != c.kind || r.Shape.Hidden != c.hidden {
			t.Errorf("%s: %s, hidden %q", c.tag, r.Kind, r.Shape.Hidden)
		}
		if (r.Shape.Width != c.width || r.Shape.Height != c.height) && c.width < 1<<20 {
			t.Errorf("%s: %d x %d", c.tag, r.Shape.Width, r.Shape.Height)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"<a href=x>to <b>the</b>\r\n shop</a>", "to the shop"},
		{"<a href=x><img src=y alt='our logo'></a>", "our logo"},
		{"<a href=x>R&amp;D</a>", "R&D"},
		{"<a href=x>one<a href=y>two</a>", "one"},
		{"<a href=x>no end", "no end"},
		{"<a href=x></a>after", ""},
		{"<a href=x>\xff</a>", "\uFFFD"},
	} {
		if got := HTML([]byte(c.text))[0].Text; got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
