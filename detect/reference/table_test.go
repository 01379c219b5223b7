package reference

import "testing"

// TestLinkElement checks which link elements are loaded.
func TestLinkElement(t *testing.T) {
	for _, c := range []struct {
		name, attributes string
		want             bool
	}{
		{"style sheet", `rel=stylesheet`, true},
		{"in capitals", `REL="STYLESHEET"`, true},
		{"in character references", `rel="&#115;tylesheet"`, true},
		{"another style sheet", `rel="alternate stylesheet"`, true},
		{"icon", `rel="shortcut icon"`, true},
		{"preload", `rel=preload as=image`, true},
		{"a word nobody knows", `rel=whatever`, true},
		{"two of them", `rel=canonical rel=stylesheet`, true},
		{"a feed", `rel=alternate type=application/rss+xml`, true},
		{"canonical", `rel=canonical`, false},
		{"several that load nothing", `rel="noopener  prev"`, false},
		{"empty", `rel=""`, false},
		{"none", ``, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			refs := HTML([]byte(`<link href="http://a.example/" ` + c.attributes + `>`))
			if got := len(refs) == 1 && refs[0].Remote && refs[0].Kind == Resource && refs[0].Vector == LinkHref; got != c.want || !c.want && len(refs) > 0 {
				t.Errorf("%+v", refs)
			}
		})
	}
}

// TestSheets checks which style sheets count as loads: what may be a part of the
// mail can hold anything.
func TestSheets(t *testing.T) {
	for _, c := range []struct {
		address string
		want    bool
	}{
		{"http://a.example/", true},
		{"cid:a@b", true},
		{"mid:a@b", true},
		{"?part=1.2", true},
		{"#a", true},
		{"style.css", true},
		{"imap://a/b", true},
		{"data:text/css,p{}", false},
		{"about:blank", false},
		{"javascript:1", false},
		{"", false},
	} {
		for _, text := range []string{`<link rel=stylesheet href="` + c.address + `">`, `<style>@import "` + c.address + `";</style>`,
			`<style>@import url(` + c.address + `);</style>`, `<svg><style>@&#105;mport '` + c.address + `';</style></svg>`} {
			got := false
			for _, r := range HTML([]byte(text)) {
				got = got || r.remoteLoad()
			}
			if got != c.want {
				t.Errorf("%s: %v", text, got)
			}
		}
		if refs := HTML([]byte(`<link rel=icon href="` + c.address + `">`)); len(refs) != 1 || refs[0].Remote != (c.address == "http://a.example/" || c.address == "imap://a/b") {
			t.Errorf("icon: %+v", refs)
		}
	}
}

// TestBadImport checks what browsers take for the address of an @import that is
// not written right.
func TestBadImport(t *testing.T) {
	for _, c := range []struct{ css, want string }{
		{`@import url(http://a.example/"x);p{}`, `http://a.example/"x`},
		{`@import url(http://a.example/(x) screen;p{}`, `http://a.example/(x`},
		{`@import url(http://a.example/ x)`, `http://a.example/ x`},
		{"@import url(http://a.example/'\n)p{}", `http://a.example/'`},
		{`@import url(http://a.example/{b:url(http://b.example/)});`, `http://a.example/{b:url(http://b.example/)} http://b.example/`},
		{`@import http://a.example/;p{}`, `http://a.example/`},
		{`@import/*url(http://b.example/)*/http://a.example/ screen;`, `http://b.example/ http://a.example/`},
		{`@import http://a.example/`, `http://a.example/`},
		{`@import;`, ``},
		{`@import \75 rl(http://a.example/);`, `http://a.example/`},
		{`p{background:url(http://a.example/"x)}`, ``},
	} {
		if got := addressesOf(CSS([]byte(c.css))); got != c.want {
			t.Errorf("%s: %q, want %q", c.css, got, c.want)
		}
	}
}

func TestSVG(t *testing.T) {
	check(t, HTML, []findCase{
		{"image", `<svg><image href="http://a.example/"/></svg>`, []string{"image href|image|http://a.example/ remote|http://a.example/"}},
		{"image by XLink", `<svg><image xlink:href="http://a.example/"/></svg>`, []string{"image href|image|http://a.example/ remote|http://a.example/"}},
		{"mask", `<svg><rect mask="url(http://a.example/)"/></svg>`, []string{"svg url()|image|http://a.example/ remote|http://a.example/"}},
		{"fill that is a color", `<svg><rect fill="red" stroke="none" cursor=auto /></svg>`, nil},
		{"fill of its own", `<svg><rect fill="url(#a)"/></svg>`, []string{"svg url()|image|#a|#a"}},
		{"link", `<svg><a xlink:href="http://a.example/">x</a></svg>`, []string{"a href|link|http://a.example/ remote|http://a.example/"}},
		{"use of its own", `<svg><use href="#a"/></svg>`, []string{"use href|resource|#a|#a"}},
		{"animation", `<svg><set attributeName=href to="http://a.example/"/></svg>`, []string{"set to|resource|http://a.example/ remote|http://a.example/"}},
		{"animation of numbers", `<svg><animate from="0" to="1" values="0;0.5;1"/></svg>`, nil},
		{"animation of addresses", `<svg><animate values="http://a.example/1; http://a.example/2"/></svg>`, []string{
			"animate values|resource|http://a.example/1 remote|http://a.example/1", "animate values|resource|http://a.example/2 remote| http://a.example/2"}},
		{"animation of a mask", `<svg><animate values="none;url(http://a.example/)"/></svg>`, []string{"animate values|image|http://a.example/ remote|http://a.example/"}},
	})
	check(t, func(b []byte) []Reference { return Find("image/svg+xml", "", b) }, []findCase{
		{"prefixes", `<s:svg><s:image q:href="http://a.example/"/></s:svg>`, []string{"image href|image|http://a.example/ remote|http://a.example/"}},
		{"style sheet", `<?xml-stylesheet type="text/css" href="http://a.example/"?><svg/>`, []string{"xml-stylesheet href|resource|http://a.example/ remote|http://a.example/"}},
		{"another instruction", `<?xml href="http://a.example/"?><svg/>`, nil},
	})
}

func TestVectors(t *testing.T) {
	for _, c := range []struct {
		vector              Vector
		set, css, attribute bool
	}{
		{ImgSrc, false, false, true},
		{ImgSrcset, true, false, true},
		{SourceSrcset, true, false, true},
		{"link imagesrcset", true, false, true},
		{StyleAttrURL, false, true, true},
		{SVGAttrURL, false, true, true},
		{StyleSheetURL, false, true, false},
		{StyleImport, false, true, false},
		{"animate values", false, true, true},
	} {
		css, attribute := c.vector.InStyle()
		if c.vector.InSet() != c.set || css != c.css || css && attribute != c.attribute {
			t.Errorf("%s: set %v, style %v %v", c.vector, c.vector.InSet(), css, attribute)
		}
	}
}
