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
			got, ok := parsePath(c.path)
			if got != c.token || ok != (c.token != "") {
				t.Errorf("parsePath(%q) = %q, %v; want %q", c.path, got, ok, c.token)
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
		if got, ok := parsePath("/p/" + long + pad); !ok || got != long {
			t.Fatalf("long token: %q, %v", got, ok)
		}
		if got, ok := parsePath("/" + short + pad); !ok || got != short {
			t.Fatalf("short token: %q, %v", got, ok)
		}
	})
}

// FuzzParsePath checks that a path that is taken is exactly its token and padding.
func FuzzParsePath(f *testing.F) {
	f.Add("/p/" + tokenLong + "__")
	f.Add("/" + tokenShort)
	f.Add("/p/")
	f.Add("/p/" + tokenShort)
	f.Add("/p/__________________________")
	f.Fuzz(func(t *testing.T, path string) {
		token, ok := parsePath(path)
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
		if strings.TrimRight(path, "_") != prefix+token {
			t.Fatalf("path %q, token %q", path, token)
		}
	})
}
