package reference

import (
	"strings"
	"testing"
)

// TestImports checks which addresses of @import are found, whatever stands
// between the rule and the address.
func TestImports(t *testing.T) {
	const at = "http://t.example/a"
	comments := func(n int) string { return strings.Repeat("/**/", n) }
	for _, c := range []struct{ name, css, want string }{
		{"plain", `@import "http://t.example/a";`, at},
		{"behind a comment", `@import/*;"*/"http://t.example/a";`, at},
		{"behind comments", `@import /**/ /*;*/ "http://t.example/a";`, at},
		{"behind many comments", `@import` + comments(mostComments-1) + `"http://t.example/a";`, at},
		{"in url, behind a comment", `@import/*;*/url(http://t.example/a);`, at},
		{"bare, behind a comment", `@import/*;*/http://t.example/a ;`, at},
		{"a rule in the comment", `@import/*@import/*@import*/'http://t.example/a';`, "*/'http://t.example/a' " + at},
		{"the comment is none, the rule is in a string", `a{b:"@import/*"}c{d:url(http://t.example/a)}/**/"x"`, at + " x"},
		{"the same before a remote string", `a{b:"@import/*"}c{d:url(http://t.example/a)}/**/"http://t.example/b"`, at + " http://t.example/b"},
		{"the end of a comment begins one", `@import/*/@import/*/"http://t.example/a"`, at},
		{"inside of an address that leads nowhere", `/*@import *//@import http://t.example/a`, "*//@import " + at},
		{"inside of one that leads elsewhere", `@import//t.example/a@import//t.example/b;`, "https://t.example/a@import//t.example/b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := addressesOf(CSS([]byte(c.css))); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestTooManyComments checks that a rule is not looked for behind comments for
// ever, and that this is said.
func TestTooManyComments(t *testing.T) {
	css := []byte("@import" + strings.Repeat("/**/", mostComments+1) + `"a";`)
	if r := Read("text/css", "http://t.example/", css); !r.Partial {
		t.Errorf("%+v", r)
	}
	s := NewScanner("text/css", "http://t.example/")
	if s.Scan(css, false); !s.Unsure() {
		t.Error("the stream is sure")
	}
}

// TestInnerBudget checks that texts in texts are not read for ever, and that what
// was not read counts as a load or is told.
func TestInnerBudget(t *testing.T) {
	inner := "data:text/html," + strings.Repeat("a", 10_000)
	text := strings.Repeat(`<link rel=stylesheet href="`+inner+`">`, 20) + `<p>` + strings.Repeat(`<link rel=prefetch href="data:text/css,a">`, 40_000)
	loads := 0
	for _, r := range HTML([]byte(text)) {
		if r.remoteLoad() {
			loads++
		}
	}
	if loads == 0 {
		t.Error("inner texts without end were all read")
	}
	if r := Read("text/html", "", []byte(strings.Repeat(`<iframe srcdoc="`+strings.Repeat("<p>", 10)+`"></iframe>`, 40_000))); !r.Partial {
		t.Error("documents without end were all read")
	}
}
