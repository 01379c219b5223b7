package reference

import (
	"fmt"
	"strings"
	"testing"
)

// brief is what the tables below say of a reference.
func brief(view string, r Reference) string {
	remote := ""
	if r.Remote {
		remote = " remote"
	}
	return fmt.Sprintf("%s|%s|%s%s|%s", r.Vector, r.Kind, r.URL, remote, view[r.Slot.Start:r.Slot.End])
}

type findCase struct {
	name, text string
	want       []string
}

func check(t *testing.T, find func([]byte) []Reference, cases []findCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for i, r := range find([]byte(c.text)) {
				if r.Ordinal != i {
					t.Errorf("ordinal %d at %d", r.Ordinal, i)
				}
				got = append(got, brief(c.text, r))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("%q\n got %s\nwant %s", c.text, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
			}
		})
	}
}

func TestHTML(t *testing.T) {
	check(t, HTML, []findCase{
		{"double", `<p><img src="http://a.example/x.gif">`, []string{"img src|image|http://a.example/x.gif remote|http://a.example/x.gif"}},
		{"single", `<img alt='' src='http://a.example/'>`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"unquoted", `<img src=http://a.example/ width=5>`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"unquoted with slash", `<img src=http://a.example/>`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"upper case", `<IMG SRC = "HTTP://A.example/">`, []string{"img src|image|HTTP://A.example/ remote|HTTP://A.example/"}},
		{"slash for blank", `<img/src="http://a.example/"/>`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"no blank between", `<img alt="x"src="http://a.example/">`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"image is img", `<image src=http://a.example/>`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"line ends in name and value", "<img\nsrc\n=\n\"http://a.\r\nexam\tple/\n\">", []string{"img src|image|http://a.example/ remote|http://a.\r\nexam\tple/\n"}},
		{"entities", `<img src="http://a.example/?a=1&amp;b=2&copy=3&ampx=4&#104;&#x68&lt;">`, []string{"img src|image|http://a.example/?a=1&b=2&copy=3&ampx=4hh< remote|http://a.example/?a=1&amp;b=2&copy=3&ampx=4&#104;&#x68&lt;"}},
		{"entity without semicolon at the end", `<img src="http://a.example/&amp">`, []string{"img src|image|http://a.example/& remote|http://a.example/&amp"}},
		{"scheme in entities", `<img src="&#104;ttp&colon;&sol;&sol;a.example">`, []string{"img src|image|http://a.example remote|&#104;ttp&colon;&sol;&sol;a.example"}},
		{"twice", `<img src="cid:1" src="http://a.example/">`, []string{"img src|image|cid:1|cid:1", "img src|image|http://a.example/ remote|http://a.example/"}},
		{"NUL", "<img src=\"http://a.example/\x00b\">", []string{"img src|image|http://a.example/\uFFFDb remote|http://a.example/\x00b"}},
		{"latin-1", "<img src=\"http://a.example/\xe9\">", []string{"img src|image|http://a.example/%E9 remote|http://a.example/\xe9"}},
		{"greater sign in value", `<img alt=">" src="http://a.example/">`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"equals in name", `<img =src="http://a.example/">`, nil},
		{"in an end tag", `</img src="http://a.example/">`, nil},
		{"end tag with quoted >", `</p x="><img src='http://a.example/'>">`, nil},
		{"not a tag", `< img src="http://a.example/">`, nil},
		{"background", `<table background=http://a.example/b><td BACKGROUND="//b.example/">`, []string{
			"background|image|http://a.example/b remote|http://a.example/b", "background|image|https://b.example/ remote|//b.example/"}},
		{"input", `<input type=image src="http://a.example/">`, []string{"input src|image|http://a.example/ remote|http://a.example/"}},
		{"inert schemes", `<img src="data:,"><img src="about:blank"><img src="#a"><img src=""><img src="a.gif">`, []string{
			"img src|image|data:,|data:,", "img src|image|about:blank|about:blank", "img src|image|#a|#a", "img src|image||", "img src|image|a.gif|a.gif"}},
		{"links", `<a href="http://a.example/">x</a><area href=mailto:b@b.example>`, []string{
			"a href|link|http://a.example/ remote|http://a.example/", "area href|link|mailto:b@b.example|mailto:b@b.example"}},
	})
}

func TestContents(t *testing.T) {
	const img = `<img src="http://a.example/">`
	found := []string{"img src|image|http://a.example/ remote|http://a.example/"}
	check(t, HTML, []findCase{
		{"comment", "<!-- " + img + " -->", nil},
		{"after a comment", "<!-- > -- -->" + img, found},
		{"empty comments", "<!--><!---><!---->" + img, found},
		{"comment ends with bang", "<!-- --!>" + img, found},
		{"conditional", "<!--[if mso]>" + img + "<![endif]-->", found},
		{"conditional with blank", "<!-- [IF mso]>" + img + "<![endif]-->", found},
		{"revealed", "<![if !mso]>" + img + "<![endif]>", found},
		{"revealed twice", "<!--[if !mso]><!-->" + img + "<!--<![endif]-->", found},
		{"conditional cuts a tag", `<!--[if mso]><a title="<![endif]-->` + img, found},
		{"processing instruction", "<?xml x='>" + img, found},
		{"doctype", `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN">` + img, found},
		{"script", `<script>"` + img + `"</script>`, nil},
		{"after a script", `<script>a<b</script x>` + img, found},
		{"script in script", `<script><!--<script></script><a title="--></script>` + img + `">`, found},
		{"title", `<title>` + img + `</title>`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"textarea", `<textarea></text>` + img + `</textarea>`, []string{"img src|image|http://a.example/ remote|http://a.example/"}},
		{"empty raw text", "<style></style><title></title><script></script>" + img, found},
		{"noscript", `<noscript>` + img + `</noscript>`, found},
		{"plaintext", `<plaintext><a x='` + img, found},                                                                // by the second reading
		{"unclosed style", `<style>p{}` + img, []string{"css url()|image|http://a.example/ remote|http://a.example/"}}, // as a string of CSS
		{"unclosed comment", `<!-- ` + img, found},                                                                     // by the second reading
		{"noscript ends in an attribute", `<noscript><a title="</noscript>` + img + `">`, found},
		{"style in svg", `<svg><style><a title="</style>` + img + `">`, found},
		{"cdata in svg", `<svg><![CDATA[><a title="]]>` + img + `">`, found},
		{"title in select", `<select><title></select>` + img + `</title>`, found},
		{"unclosed tag", `<img src="http://a.example/" alt="`, found},
		{"unclosed quote", `<img src="http://a.example/ width=1 <p>`, found},
		{"unclosed unquoted", `<img src=http://a.example/`, found},
	})
}

func TestStyles(t *testing.T) {
	check(t, HTML, []findCase{
		{"attribute", `<p style="background:url(http://a.example/b)">`, []string{"style url()|image|http://a.example/b remote|http://a.example/b"}},
		{"attribute, quoted", `<p style="background:url( 'http://a.example/b' )">`, []string{"style url()|image|http://a.example/b remote|http://a.example/b"}},
		{"attribute, entities", `<p style="background:url(&quot;http://a.example/?a&amp;b&quot;)">`, []string{"style url()|image|http://a.example/?a&b remote|http://a.example/?a&amp;b"}},
		{"attribute, parenthesis as entity", `<p style="background:url&#40;http://a.example/&#41;">`, []string{"style url()|image|http://a.example/ remote|http://a.example/"}},
		{"attribute, unclosed", `<p style="background:url(http://a.example/">`, []string{"style url()|image|http://a.example/ remote|http://a.example/"}},
		{"sheet", `<style>p{background:url("http://a.example/b")}</style>`, []string{"css url()|image|http://a.example/b remote|http://a.example/b"}},
		{"sheet, entities are none", `<style>p{background:url(http://a.example/?a&amp;b)}</style>`, []string{"css url()|image|http://a.example/?a&amp;b remote|http://a.example/?a&amp;b"}},
		{"sheet in html comment", `<style><!-- p{background:url(http://a.example/)} --></style>`, []string{"css url()|image|http://a.example/ remote|http://a.example/"}},
		{"sheet in conditional", `<!--[if mso]><style>p{background:url(http://a.example/)}</style><![endif]-->`, []string{"css url()|image|http://a.example/ remote|http://a.example/"}},
	})
	check(t, CSS, []findCase{
		{"upper case", `P{BACKGROUND:URL(HTTP://A.EXAMPLE/)}`, []string{"css url()|image|HTTP://A.EXAMPLE/ remote|HTTP://A.EXAMPLE/"}},
		{"escapes in url", `p{background:url(\68ttp://a.example/\000068 x)}`, []string{`css url()|image|http://a.example/hx remote|\68ttp://a.example/\000068 x`}},
		{"escapes in name", `p{background:\75 r\6C(http://a.example/)}`, []string{`css url()|image|http://a.example/ remote|http://a.example/`}},
		{"import url", `@import url(http://a.example/);`, []string{"css @import|resource|http://a.example/ remote|http://a.example/"}},
		{"import string", `@IMPORT/**/"http://a.example/" screen; p{content:"x"}`, []string{"css @import|resource|http://a.example/ remote|http://a.example/"}},
		{"font", `@font-face{src:local(x),url(http://a.example/)} p{background:url(cid:b)}`, []string{
			"css url()|resource|http://a.example/ remote|http://a.example/", "css url()|image|cid:b|cid:b"}},
		{"image-set", `p{background:-webkit-image-set("http://a.example/1" 1x,url(http://a.example/2) 2x,'http://a.example/3' type("image/png"));content:"b"}`, []string{
			"css url()|image|http://a.example/1 remote|http://a.example/1", "css url()|image|http://a.example/2 remote|http://a.example/2",
			"css url()|image|http://a.example/3 remote|http://a.example/3"}},
		{"comment", `/* url(*/p{background:url(http://a.example/)}`, []string{"css url()|image|http://a.example/ remote|http://a.example/"}},
		{"quote in comment", `/* url("*/p{background:url(http://a.example/)}/*")*/`, []string{
			`css url()|image|*/p{background:url(http://a.example/)}/*|*/p{background:url(http://a.example/)}/*`, "css url()|image|http://a.example/ remote|http://a.example/"}},
		{"import in bad url", `/*url(a*/@import "http://a.example/";/*)*/`, []string{"css @import|resource|http://a.example/ remote|http://a.example/"}},
		{"blank in url", `p{background:url(http://a.example/ b)}`, nil},
		{"line continued", "p{background:url('http://a.\\\nexample/')}", []string{"css url()|image|http://a.example/ remote|http://a.\\\nexample/"}},
	})
}
