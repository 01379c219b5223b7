package leak_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mr-tron/base58"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/leak"
)

const (
	addr = "Some.Body+shop@Reader.example"
	low  = "some.body+shop@reader.example"
)

func hexOf(b []byte) string  { return hex.EncodeToString(b) }
func md5Hex(s string) string { d := md5.Sum([]byte(s)); return hexOf(d[:]) }
func sha1Hex(s string) string {
	d := sha1.Sum([]byte(s))
	return hexOf(d[:])
}
func sha256Hex(s string) string { d := sha256.Sum256([]byte(s)); return hexOf(d[:]) }
func b64(s string) string       { return base64.StdEncoding.EncodeToString([]byte(s)) }
func b64url(s string) string    { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func packed(t testing.TB, s string, w func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var out bytes.Buffer
	c := w(&out)
	if _, err := io.WriteString(c, s); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A formCase is one row of [TestForms].
type formCase struct{ name, text, form, what string }

// formCases are the forms in which an address is found.
func formCases(t *testing.T) []formCase {
	raw := func(s string) string { d := sha256.Sum256([]byte(s)); return string(d[:]) }
	flat := func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 9); return f }
	zip := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	gz := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	return []formCase{
		{"as it is", low, "plain", "address"},
		{"in any case", addr, "plain", "address"},
		{"escaped", url.QueryEscape(low), "plain", "address"},
		{"escaped twice", url.QueryEscape(url.QueryEscape(low)), "plain", "address"},
		{"return path", "some.body+shop=reader.example", "plain", "address"},
		{"at spelled out", "some.body+shop_at_reader.example", "plain", "address"},
		{"no at", "some.body+shopreader.example", "plain", "address"},
		{"entities", "some&#46;body&#43;shop&#64;reader&#46;example", "entity", "address"},
		{"hexadecimal", hexOf([]byte(low)), "hex", "address"},
		{"hexadecimal, upper", strings.ToUpper(hexOf([]byte(low))), "hex", "address"},
		{"base64", b64(low), "base64", "address"},
		{"base64 for URLs", b64url(low), "base64", "address"},
		{"base64, one octet before", b64url("1" + low + "|x"), "base64", "address"},
		{"base64, two octets before", b64url("e=" + low + "&c=1"), "base64", "address"},
		{"base64 of binary", b64url("\x08\x01\x12\x1d" + low + "\x18\xff"), "base64", "address"},
		{"base64 of crypt", base64.NewEncoding("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz").WithPadding(base64.NoPadding).EncodeToString([]byte(low)), "base64", "address"},
		{"base32", base32.StdEncoding.EncodeToString([]byte(low)), "base32", "address"},
		{"base32, lower, unpadded", strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(low))), "base32", "address"},
		{"base32hex", base32.HexEncoding.EncodeToString([]byte("u:" + low)), "base32", "address"},
		{"base58", base58.Encode([]byte(low)), "base58", "address"},
		{"rot13", "fbzr.obql+fubc@ernqre.rknzcyr", "rot13", "address"},
		{"reversed", "elpmaxe.redaer@pohs+ydob.emos", "reversed", "address"},
		{"deflate", b64url(packed(t, low, flat)), "base64 of deflate", "address"},
		{"zlib", b64(packed(t, low, zip)), "base64 of zlib", "address"},
		{"gzip", hexOf([]byte(packed(t, low, gz))), "hex of gzip", "address"},
		{"lz-string", "M4ewtgpgdARiAmBPA1MAFiADgAQE4QEN4JcoIAPAsTAGwiA", "lz-string", "address"},
		{"JSON in lz-string", "N4IgxiBcIM4A4CcCWA7A5iANCAtgQyQBspYB7HAUwDoAjUgEwE8BqGAC1LgAEEK96KCKhQAeeHHEIUQAXyA", "lz-string", "address"},
		{"md5", md5Hex(low), "md5", "address"},
		{"md5, upper", strings.ToUpper(md5Hex(low)), "md5", "address"},
		{"md5 in a longer word", "u" + md5Hex(low) + "v2", "md5", "address"},
		{"sha1", sha1Hex(low), "sha1", "address"},
		{"sha256", sha256Hex(low), "sha256", "address"},
		{"sha256 in base64", b64(raw(low)), "sha256", "address"},
		{"sha256 in base64, escaped", url.QueryEscape(b64(raw(low))), "sha256", "address"},
		{"sha256 in base32", base32.StdEncoding.EncodeToString([]byte(raw(low))), "sha256", "address"},
		{"sha256 in base58", base58.Encode([]byte(raw(low))), "sha256", "address"},
		{"salted", sha256Hex(low + "QX4QkKEU"), "salted sha256", "address"},
	}
}

// hashCases are those by hashes, within other writing, and of other names.
func hashCases() []formCase {
	raw := func(s string) string { d := sha256.Sum256([]byte(s)); return string(d[:]) }
	return []formCase{
		{"sha256 as written", sha256Hex(addr), "sha256", "address"},
		{"md5 of upper case", md5Hex(strings.ToUpper(addr)), "md5", "address"},
		{"md5 with newline", md5Hex(low + "\n"), "md5", "address"},
		{"sha256 of base64", sha256Hex(b64(low)), "sha256 of base64", "address"},
		{"md5 of md5", md5Hex(md5Hex(low)), "md5 of md5", "address"},
		{"md5 of raw sha256", md5Hex(raw(low)), "md5 of sha256", "address"},
		{"sha256 of upper md5", sha256Hex(strings.ToUpper(md5Hex(low))), "sha256 of md5", "address"},
		{"three hashes", sha256Hex(sha1Hex(md5Hex(low))), "sha256 of sha1 of md5", "address"},
		{"sha1 of base64 of sha256", sha1Hex(b64(sha256Hex(low))), "sha1 of base64 of sha256", "address"},
		{"base64 of sha256 text", b64(sha256Hex(low)), "base64 of sha256", "address"},
		{"base64 of base64", b64(b64(low)), "base64 of base64", "address"},
		{"base64 three times", b64(b64(b64(low))), "base64 of base64 of base64", "address"},
		{"hex of base64 of md5", hexOf([]byte(b64(md5Hex(low)))), "hex of base64 of md5", "address"},
		{"reversed base64", "=" + strings.TrimLeft(rev(b64(low)), "="), "reversed of base64", "address"},
		{"JSON in base64", b64url(`{"c":"spring","u":{"mail":"` + low + `"}}`), "base64", "address"},
		{"hash in JSON in base64", b64url(`{"c":"spring","u":["` + sha256Hex(low) + `"]}`), "base64 of sha256", "address"},
		{"JWT", b64url(`{"alg":"HS256"}`) + "." + b64url(`{"sub":"`+md5Hex(low)+`"}`) + ".c2lnbmF0dXJlb2Z0aGlzdG9rZW4", "base64 of md5", "address"},
		{"JSON, escaped", url.QueryEscape(`{"mail":"` + low + `"}`), "plain", "address"},
		{"JSON escapes", url.QueryEscape(`{"mail":"some.body\u002bshop\u0040reader.example"}`), "escape", "address"},
		{"without tag", "some.body@reader.example", "plain", "address"},
		{"hash without tag", sha256Hex("some.body@reader.example"), "sha256", "address"},
		{"local part", "some.body+shop", "plain", "local part"},
		{"local part without tag", "some.body", "plain", "local part"},
		{"hash of local part", md5Hex("some.body+shop"), "md5", "local part"},
		{"alias", "other@alias.example", "plain", "alias"},
		{"hash of alias", sha1Hex("other@alias.example"), "sha1", "alias"},
		{"name", "anna.lindqvist", "plain", "name"},
		{"hash of name", sha256Hex("anna lindqvist"), "sha256", "name"},
	}
}

// TestForms checks each way of writing, alone and in layers.
func TestForms(t *testing.T) {
	f := leak.New(addr, "Anna Lindqvist <other@alias.example>")
	for _, tt := range slices.Concat(formCases(t), hashCases()) {
		t.Run(tt.name, func(t *testing.T) {
			for where, u := range map[string]string{
				"query":    "https://shop.example/banner.png?a=1&u=" + tt.text + "&b=2",
				"path":     "https://shop.example/x/" + strings.ReplaceAll(tt.text, "/", "%2F") + "/banner.png",
				"fragment": "https://shop.example/x?a=1#" + tt.text,
			} {
				got, ok := f.Find(u)
				if !ok || got.Form != tt.form || got.What != tt.what || got.Where != where || got.Weak {
					t.Fatalf("%s: %+v %v", u, got, ok)
				}
				if got.Start <= len("https://") || got.End > len(u) || got.End <= got.Start {
					t.Errorf("%s: at %d to %d of %d", u, got.Start, got.End, len(u))
				}
				if r := got.Reason(); strings.Contains(r, "body") || !strings.HasSuffix(r, ".") {
					t.Errorf("reason %q", r)
				}
			}
		})
	}
}

func rev(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// TestNothing checks what must not be taken for the reader's.
func TestNothing(t *testing.T) {
	for _, tt := range []struct{ name, recipient, url string }{
		{"nobody", "", "https://shop.example/a.png"},
		{"no address", "me", "https://shop.example/me/a.png"},
		{"another address", "me@reader.example", "https://shop.example/a.png?u=you@reader.example"},
		{"a longer address", "me@reader.example", "https://shop.example/a.png?u=some.me@reader.example"},
		{"their own host", "me@reader.example", "https://reader.example/a.png"},
		{"broken escapes", "me@reader.example", "https://shop.example/%zz%4"},
		{"a role", "newsletter@reader.example", "https://shop.example/newsletter/a.png"},
		{"a word within a word", "anna.ek@reader.example", "https://shop.example/banna.eka/a.png"},
		{"somebody's hash", "me@reader.example", "https://shop.example/" + sha256Hex("you@reader.example")},
		{"an ordinary token", "me@reader.example", "https://u12.ct.vendor.example/ls/click?upn=u001.8DVaPYyYoG9qGLemYc-2FqldtWSZjYXGpvXvwNKo6XeSut-2Fnq9h0wyzXvNJZWXI3Tn6XWV8HPiqPQ5b5j31Zzy5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := leak.New(tt.recipient).Find(tt.url); ok && !got.Weak {
				t.Errorf("%+v", got)
			}
		})
	}
	var none *leak.Finder
	if _, ok := none.Find("https://shop.example/"); ok || !none.Empty() {
		t.Error("a Finder that is nil finds something")
	}
}

// TestWeak checks what proves nothing by itself, and that it gives way.
func TestWeak(t *testing.T) {
	f := leak.New("maria@firm.example")
	for _, tt := range []struct{ name, url, what string }{
		{"a first name", "https://shop.example/maria/a.png", "local part"},
		{"the domain", "https://shop.example/a.png?d=firm.example", "domain"},
		{"CRC-32", "https://shop.example/a.png?c=" + fmt.Sprintf("%08x", 0), ""},
	} {
		got, ok := f.Find(tt.url)
		if tt.what == "" {
			continue
		}
		if !ok || !got.Weak || got.What != tt.what {
			t.Errorf("%s: %+v %v", tt.name, got, ok)
		}
	}
	got, ok := f.Find("https://shop.example/maria/a.png?d=firm.example&h=" + md5Hex("maria@firm.example"))
	if !ok || got.Weak || got.Form != "md5" || got.Where != "query" {
		t.Errorf("%+v %v", got, ok)
	}
}

// TestPlaces checks where in a URL a leak is said to be.
func TestPlaces(t *testing.T) {
	f := leak.New("me.too@reader.example")
	h := md5Hex("me.too@reader.example")
	for where, u := range map[string]string{
		"host":      "https://" + h + ".t.shop.example/a.gif",
		"user-info": "https://" + h + "@t.shop.example/a.gif",
		"path":      "//shop.example/" + h,
		"query":     "https://shop.example?" + h,
		"fragment":  "https://shop.example/#" + h,
	} {
		got, ok := f.Find(u)
		if !ok || got.Where != where || u[got.Start:got.End] != h {
			t.Errorf("%s: %+v %v", where, got, ok)
		}
	}
	escaped := "https://shop.example/?a=%2F&u=" + strings.ReplaceAll(h, "a", "%61") + "&z=%20"
	if got, ok := f.Find(escaped); !ok || escaped[got.Start:got.End] != strings.ReplaceAll(h, "a", "%61") {
		t.Errorf("%+v %v", got, ok)
	}
}

// TestGmail checks the ways in which one mailbox is written.
func TestGmail(t *testing.T) {
	f := leak.New("Anna.Lind+news@googlemail.com")
	for _, text := range []string{"annalind@googlemail.com", "annalind@gmail.com", md5Hex("annalind@gmail.com"), sha256Hex("anna.lind@gmail.com"), "annalind"} {
		if got, ok := f.Find("https://shop.example/?u=" + text); !ok || got.Variant != "without tag" && got.Layers != nil {
			t.Errorf("%s: %+v %v", text, got, ok)
		}
	}
}

// A chain of steps is found whatever it is made of: encodings outside, up to
// two likely forms under a hash.
func TestChains(t *testing.T) {
	steps := map[string]func(string) string{
		"base64": b64, "md5": md5Hex, "sha1": sha1Hex, "sha256": sha256Hex, "urlencode": url.QueryEscape,
		"sha512": func(s string) string { d := sha512.Sum512([]byte(s)); return hexOf(d[:]) },
	}
	names := []string{"base64", "md5", "sha1", "sha256", "sha512", "urlencode"}
	f := leak.New(addr)
	rapid.Check(t, func(t *rapid.T) {
		chain := rapid.SliceOfN(rapid.SampledFrom(names), 1, 3).Draw(t, "chain")
		text := low
		for _, name := range chain {
			text = steps[name](text)
		}
		u := "https://t.shop.example/o.gif?c=2024-spring&x=" + text
		if got, ok := f.Find(u); !ok || got.What != "address" || got.Weak {
			t.Fatalf("%v in %s: %+v %v", chain, u, got, ok)
		}
	})
}

func ExampleFinder_Find() {
	f := leak.New("anna@reader.example")
	l, ok := f.Find("https://t.shop.example/open.gif?c=7&u=" + sha256Hex("anna@reader.example"))
	fmt.Println(ok, l.Form, l.Where)
	fmt.Println(l.Reason())
	// Output:
	// true sha256 query
	// The address carries the SHA-256 of your own e-mail address.
}

// FuzzFind checks that no URL breaks the search, that it says the same each
// time, and that an address put into it is found.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{
		"https://t.example/?u=%2525%25", "//x", "https://", "https://a/" + strings.Repeat("eyJ", 40), "H4sIAAAAAAAA",
		"https://t.example/" + strings.Repeat("QUFB", 30) + "=", "https://t.example/&#64;&amp;\\u0040", "N4Ig-$+", "https://t.example/%", "https://t.example/?a/b/c/" + strings.Repeat("/", 30),
	} {
		f.Add(seed)
	}
	finder := leak.New(addr, "other@alias.example")
	f.Fuzz(func(t *testing.T, u string) {
		a, okA := finder.Find(u)
		b, okB := finder.Find(u)
		if okA != okB || a.Form != b.Form || a.Start != b.Start {
			t.Fatalf("%+v, then %+v", a, b)
		}
		if okA && (a.Start < 0 || a.End > len(u) || a.Start > a.End) {
			t.Fatalf("at %d to %d of %d", a.Start, a.End, len(u))
		}
		if len(u) > 1000 {
			return
		}
		if got, ok := finder.Find("https://t.example/?u=" + md5Hex(low) + "&x=" + u); !ok || got.Weak {
			t.Fatalf("a hash beside %q is not found: %+v", u, got)
		}
	})
}

var benchURLs = map[string]string{
	"ordinary":  "https://www.shop.example/de/angebote/ab-mittwoch/wohnen/teppich-oregon-i-215298/?utm_source=newsletter&utm_medium=email&utm_campaign=spring-2026",
	"picture":   "https://cdn.shop.example/img/2026/header-600x200@2x.png",
	"hash":      "https://t.shop.example/o/7f3a9c2e51d84b06a1c2d3e4f5061728/pixel.gif?c=1200",
	"long":      "https://u12.ct.vendor.example/ls/click?upn=u001.8DVaPYyYoG9qGLemYc-2FqldtWSZjYXGpvXvwNKo6XeSut-2Fnq9h0wyzXvNJZWXI3Tn6XWV8HPiqPQ5b5j31Zzy5250TsziXeCoSI1nq6omm5eVT3xtUcjKwPsxPStE6WP442VSzYIsVG67A5J7RWkd6vlPz-2BgInjvY-2BZtwNZy1gB9fQ",
	"found":     "https://t.shop.example/o.gif?u=" + "5f4dcc3b5aa765d61d8327deb882cf99",
	"escaped":   "https://t.shop.example/r?to=https%3A%2F%2Fwww.shop.example%2Fde%2Fangebote%3Futm_source%3Dnewsletter",
	"jsonblock": "https://t.shop.example/c/eyJjYW1wYWlnbiI6InNwcmluZyIsInVzZXIiOjEyMzQ1Njc4OTAsInRhcmdldCI6Imh0dHBzOi8vd3d3LnNob3AuZXhhbXBsZSJ9/x",
}

func BenchmarkFind(b *testing.B) {
	f := leak.New(addr)
	for name, u := range benchURLs {
		b.Run(name, func(b *testing.B) {
			f.Find(u)
			b.ReportAllocs()
			for b.Loop() {
				f.Find(u)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		leak.New("anna@reader.example").Find("https://x.example/")
	}
}

// BenchmarkFirst is a new reader's first token that could be a digest.
func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
		leak.New("anna@reader.example").Find(benchURLs["hash"])
	}
}
