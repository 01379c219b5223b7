package proxy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	tokenLong  = "AbCdEfGhIjKlMnOpQrStUv" // 22
	tokenShort = "0123456789a"            // 11
)

func TestParsePath(t *testing.T) {
	for _, c := range []struct{ name, path, token string }{
		{"long", "/p/" + tokenLong, tokenLong},
		{"long, padded", "/p/" + tokenLong + "____", tokenLong},
		{"short", "/" + tokenShort, tokenShort},
		{"short, padded", "/" + tokenShort + "_", tokenShort},
		{"one letter less", "/p/" + tokenLong[1:], ""},
		{"one letter more", "/p/" + tokenLong + "x", ""},
		{"letter after padding", "/p/" + tokenLong + "_x", ""},
		{"padding first", "/p/_" + tokenLong, ""},
		{"long under /", "/" + tokenLong, ""},
		{"short under /p/", "/p/" + tokenShort, ""},
		{"two slashes", "//p/" + tokenLong, ""},
		{"something behind", "/p/" + tokenLong + "__/a/b.png", tokenLong + "a/b.png"},
		{"something behind a short one", "/" + tokenShort + "/a%20b", tokenShort + "a%20b"},
		{"a slash behind", "/p/" + tokenLong + "//", tokenLong + "/"},
		{"trailing slash", "/p/" + tokenLong + "/", ""},
		{"escaped letter", "/p/%41" + tokenLong[1:], ""},
		{"not base62", "/p/" + tokenLong[1:] + "-", ""},
		{"letter of another script", "/p/" + tokenLong[2:] + "é", ""},
		{"root", "/", ""},
		{"nothing", "", ""},
		{"no slash", tokenShort, ""},
		{"icon", "/favicon.ico", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, rest, ok := parsePath(c.path)
			if ok != (c.token != "") || ok && got+rest != c.token {
				t.Errorf("parsePath(%q) = %q, %q, %v; want %q", c.path, got, rest, ok, c.token)
			}
		})
	}
}

// Every token is found in its own address, however much it was padded.
func TestParsePathFindsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pad := strings.Repeat("_", rapid.IntRange(0, 300).Draw(t, "padding"))
		long := rapid.StringMatching(`[0-9A-Za-z]{22}`).Draw(t, "long")
		short := rapid.StringMatching(`[0-9A-Za-z]{11}`).Draw(t, "short")
		if got, rest, ok := parsePath("/p/" + long + pad); !ok || got != long || rest != "" {
			t.Fatalf("long token: %q, %v", got, ok)
		}
		if got, rest, ok := parsePath("/" + short + pad); !ok || got != short || rest != "" {
			t.Fatalf("short token: %q, %v", got, ok)
		}
	})
}

// FuzzParsePath checks that a path that is taken is exactly its token, padding and rest.
func FuzzParsePath(f *testing.F) {
	f.Add("/p/" + tokenLong + "__")
	f.Add("/" + tokenShort)
	f.Add("/p/" + tokenLong + "_/a?b")
	f.Add("/p/")
	f.Add("/p/" + tokenShort)
	f.Add("/p/__________________________")
	f.Fuzz(func(t *testing.T, path string) {
		token, rest, ok := parsePath(path)
		if !ok {
			if token != "" {
				t.Fatalf("token %q of a path that is none", token)
			}
			return
		}
		prefix := "/"
		if len(token) == longToken {
			prefix = "/p/"
		} else if len(token) != shortToken {
			t.Fatalf("token %q has %d letters", token, len(token))
		}
		if rest != "" {
			path = strings.TrimSuffix(path, "/"+rest)
		}
		if strings.TrimRight(path, "_") != prefix+token {
			t.Fatalf("path %q, token %q, rest %q", path, token, rest)
		}
	})
}
