package study

import (
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/leak"
)

// What could name somebody does not stand in a form, and what everybody uses does.
func TestFormOf(t *testing.T) {
	own := leak.New("Anna Ek <anna.ek+shop@example.org>")
	for url, want := range map[string]string{
		"https://open.shop.example/track/open.php?u=30400001&id=0123456789abcdef0123456789abcdef": "//open.shop.example/track/open.php?u={number:8}&id={hex:32}",
		"https://img.shop.example/Ganzenweide/logo.png":                                           "//img.shop.example/{word:11}/logo.png",
		"http://Shop.Example/email/open/Track":                                                    "//shop.example/email/open/track",
		"https://shop.example/email/?zzqqvv=1":                                                    "//shop.example/email/?{word:6}={number:1}",
		"https://shop.example/email#frag":                                                         "//shop.example/email#{word:4}",
	} {
		if form, _, ok := formOf(url, own); !ok || form != want {
			t.Errorf("%s: %q", url, form)
		}
	}
	for _, none := range []string{"mailto:anna@example.org", "cid:x", "https://anna.ek%2bshop%40example.org/", ""} {
		if form, host, ok := formOf(none, own); ok {
			t.Errorf("%q has the form %q at %q", none, form, host)
		}
	}
}

// No form holds a token, whatever the address looks like: what is outside of the host and
// of marks is made of words that are known.
func FuzzFormOf(f *testing.F) {
	f.Add("https://open.shop.example/a/{x}/b?c=d{e}&f#g")
	f.Add("//h/%7b%7d?a=b;c&&=#")
	f.Add("https://u:p@h.example:8080/\xff/a=b")
	own := leak.New("anna.ek@example.org")
	marks := regexp.MustCompile(`\{[a-z]+(:\d+)?\}`)
	f.Fuzz(func(t *testing.T, url string) {
		form, host, ok := formOf(url, own)
		if !ok {
			return
		}
		if strings.ContainsAny(host, "@%/?#") {
			t.Errorf("the host is %q", host)
		}
		_, rest, _ := strings.Cut(strings.TrimPrefix(form, "//"), "/")
		for _, word := range strings.FieldsFunc(marks.ReplaceAllString(rest, "/"), func(r rune) bool { return strings.ContainsRune("/?&;=#.-_:", r) }) {
			if !vocabulary()[word] {
				t.Errorf("%q stands in %q", word, form)
			}
		}
	})
}
