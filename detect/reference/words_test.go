package reference

import (
	"fmt"
	"strings"
	"testing"
)

// loadsOf are the remote loads of a text as vector and address.
func loadsOf(mediaType, text string) string {
	var all []string
	for _, r := range Find(mediaType, "", []byte(text)) {
		if r.remoteLoad() {
			all = append(all, fmt.Sprintf("%s %s", r.Vector, r.URL))
		}
	}
	return strings.Join(all, ", ")
}

// TestPragma checks what is an address in a meta element.
func TestPragma(t *testing.T) {
	const at = "meta content http://a.example/"
	for _, c := range []struct{ name, attributes, want string }{
		{"refresh", `http-equiv=refresh content="0;url=http://a.example/"`, at},
		{"refresh, in capitals", `HTTP-EQUIV=" REFRESH " CONTENT="5 ; URL = http://a.example/"`, at},
		{"refresh, in quotes", `http-equiv=refresh content="0;url='http://a.example/' x"`, at},
		{"refresh, half a quote", `http-equiv=refresh content="0,url='http://a.example/"`, at},
		{"refresh, without a name", `http-equiv=refresh content="0;http://a.example/"`, at},
		{"refresh, of a document in it", `http-equiv=refresh content="0;url=data:text/html,<img src=http://a.example/>"`, at},
		{"refresh, in character references", `http-equiv="&#114;efresh" content="0;url&equals;http://a.example/"`, at},
		{"refresh of itself", `http-equiv=refresh content=30`, ""},
		{"link", `http-equiv=link content="<http://a.example/>; rel=stylesheet"`, at},
		{"report", `http-equiv=content-security-policy content="default-src 'none'; report-uri http://a.example/"`, at},
		{"tile", `name=msapplication-config content="http://a.example/"`, at},
		{"tiles", `name=msapplication-task content="name=x; action-uri=http://a.example/; icon-uri=http://a.example/"`, at + ", " + at},
		{"picture for other sites", `property=og:image content="http://a.example/"`, ""},
		{"description", `name=description content="http://a.example/"`, ""},
		{"charset", `http-equiv=content-type content="text/html; charset=utf-8"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := loadsOf("text/html", "<meta "+c.attributes+">"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestWords checks attributes of several addresses, and of what may be one.
func TestWords(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"ping", `<a href="cid:x" ping="http://a.example/ http://b.example/">`, "a ping http://a.example/, a ping http://b.example/"},
		{"source of an opening", `<img attributionsrc="http://a.example/" src="cid:x">`, "img attributionsrc http://a.example/"},
		{"parameter", `<param name=movie value="http://a.example/">`, "param value http://a.example/"},
		{"parameter that is none", `<param name=quality value="high">`, ""},
		{"parameter of data", `<param name=data value="data:text/html,<img src=http://a.example/>">`, "param value http://a.example/"},
		{"other prefixes", `<w:imagedata src="http://a.example/"><x:fill y:href="http://b.example/">`, "imagedata src http://a.example/, fill href http://b.example/"},
		{"a prefix makes no style", `<o:style><img src="http://a.example/"></o:style>`, "img src http://a.example/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := loadsOf("text/html", c.text); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestDoctype checks what a declaration of the document's type loads.
func TestDoctype(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`<!DOCTYPE html>`, ""},
		{`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">`, ""},
		{`<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "//www.w3.org/TR/html4/strict.dtd">`, ""},
		{`<!doctype html SYSTEM 'http://a.example/x.dtd'>`, "doctype system http://a.example/x.dtd"},
		{`<!DOCTYPE html SYSTEM "http://www.w3.org.a.example/">`, "doctype system http://www.w3.org.a.example/"},
		{`<!DOCTYPE a [<!ENTITY b SYSTEM "http://a.example/">]>`, "doctype system http://a.example/"},
		{`<!DOCTYPE html SYSTEM "http://a.example/`, ""},
	} {
		if got := loadsOf("text/html", c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestStrange checks addresses that are no web addresses: which may make a program
// ask another machine.
func TestStrange(t *testing.T) {
	for address, want := range map[string]bool{
		"ftp://a.example/x": true, "FTP:\\\\a.example\\x": true, "ws://a.example/": true, "smb://a.example/x": true, "imap://a.example/": true,
		`\\a.example\x.png`: true, `file://a.example/x`: true, "file:////a.example/x": true, "file://///a.example/x": true, "file:///C:/x.png": false,
		"view-source:http://a.example/": true, "feed:https://a.example/": true, "feed://a.example/": true, "jar:http://a.example/x!/y": true,
		"mhtml:http://a.example/": true, "view-source:about:blank": false, "mid:a@b": false, "cid:a@b": false, "x": false,
		"webkit-fake-url://0/x.png": false, "mailbox:///x?number=1": false, "blob:http://a.example/x": false,
		"\x01http://a.example/": true, "ht\x00tp://a.example/": true, "http\x01://a.example/": true, "a\x01b": false,
	} {
		refs := HTML([]byte(`<img src="` + address + `">`))
		if len(refs) != 1 || refs[0].Remote != want {
			t.Errorf("%q: %+v", address, refs)
		}
	}
}

// TestRawDoubts checks that what the standard takes for text is read as markup as
// well where there is a tag in it.
func TestRawDoubts(t *testing.T) {
	const tag = `<img src="http://a.example/">`
	for _, c := range []struct {
		text string
		want bool
	}{
		{"<title>" + tag + "</title>", true},
		{"<textarea>" + tag + "</textarea>", true},
		{"<xmp>" + tag + "</xmp>", true},
		{"<noembed>" + tag + "</noembed>", true},
		{"<noframes>" + tag + "</noframes>", true},
		{"<iframe>" + tag + "</iframe>", true},
		{"<style>" + tag + "</style>", true},
		{"<plaintext>" + tag, true},
		{"<!-- -- > " + tag + " -->", true},
		{"<!-- " + tag + " -->", false},
		{"<!-- " + tag, true},
		{"<script>'" + tag + "'</script>", false},
	} {
		if got := loadsOf("text/html", c.text) != ""; got != c.want {
			t.Errorf("%s: %v", c.text, got)
		}
	}
	if r := Read("text/html", "", []byte("<title>a < b</title><style><!-- p{} --></style>")); r.Unsure {
		t.Error("unsure of a text without a tag")
	}
}
