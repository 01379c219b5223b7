package daemon

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWithout(t *testing.T) {
	for _, c := range []struct{ at, part, want string }{
		{"http://a.example/p.gif?u=abc&w=600", "abc", "http://a.example/p.gif?w=600"},
		{"http://a.example/p.gif?abc", "abc", "http://a.example/p.gif"},
		{"http://a.example/abc/x/p.gif#abc", "abc", "http://a.example/x/p.gif"},
		{"http://abc@a.example/p.gif", "abc", "http://a.example/p.gif"},
		{"http://a.example/x/abc.gif", "abc", ""},
		{"http://abc.example/p.gif", "abc", ""},
		{"http://a.example/p.gif", "", ""},
		{"http://a.example/p%2Fq/abc/r.gif", "abc", "http://a.example/p%2Fq/r.gif"},
	} {
		at, err := url.Parse(c.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if out := without(at, c.part); out != nil {
			got = out.String()
		}
		if got != c.want || at.String() != c.at {
			t.Errorf("%s without %q is %q, want %q (and is %s now)", c.at, c.part, got, c.want, at)
		}
	}
}

// What is left holds less than was there, on the same host, and nothing new.
func TestWithoutAddsNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at, err := url.Parse("http://a.example" + rapid.StringMatching(`(/[a-c%2]{0,4}){1,4}(\?[a-c=&]{0,8})?(#[a-c]{0,2})?`).Draw(rt, "path"))
		if err != nil {
			return
		}
		out := without(at, rapid.SampledFrom([]string{"a", "b", "ab", "cc"}).Draw(rt, "part"))
		if out == nil {
			return
		}
		if out.Host != at.Host || out.Scheme != at.Scheme || len(out.String()) > len(at.String()) || strings.Contains(out.String(), "#") {
			rt.Fatalf("%s became %s", at, out)
		}
	})
}
