package catalogue

import (
	"strings"
	"testing"
)

// A stepCase is one row of [TestSteps].
type stepCase struct {
	name, steps, in, want string
	no                    bool
}

// stepCases are steps with what they make of a text.
func stepCases() []stepCase {
	return []stepCase{
		{"nothing to do", "-", "a%20b", "a%20b", false},
		{"percent, one layer", "percent", "a%2520b%2B+", "a%20b++", false},
		{"percent, lower case", "percent", "%c3%a9", "é", false},
		{"percent, none", "percent", "abc", "abc", false},
		{"percent, cut off", "percent", "a%2", "", true},
		{"percent, no digits", "percent", "a%g0", "", true},
		{"percent until read, twice", "percent*", "https%253A%252F%252Fa.example%252Fb", "https://a.example/b", false},
		{"percent until read, already", "percent*", "https://a.example/%20", "https://a.example/%20", false},
		{"percent until read, never", "percent*", "a%2525252525", "a%2525", false},
		{"base64", "base64", "aHR0cHM6Ly9hLmV4YW1wbGUv", "https://a.example/", false},
		{"base64 of addresses", "base64", "_-8", "\xff\xef", false},
		{"base64 with its end escaped", "base64", "YQ%3D%3D", "a", false},
		{"base64 with its end", "base64", "YQ==", "a", false},
		{"base64 with stray bits", "base64", "YR==", "", true},
		{"base64, another letter", "base64", "Y*Q=", "", true},
		{"JSON", "json:u", `{"u":"a","v":1}`, "a", false},
		{"JSON, escapes", "json:u", `{"u":"a\u0026b\/c"}`, "a&b/c", false},
		{"JSON within JSON", "json:p json:u", `{"p":"{\"u\":\"a\"}"}`, "a", false},
		{"JSON, another key", "json:u", `{"U":"a"}`, "", true},
		{"JSON, a number", "json:u", `{"u":1}`, "", true},
		{"JSON, empty", "json:u", `{"u":""}`, "", true},
		{"JSON, null", "json:u", `{"u":null}`, "", true},
		{"JSON, cut off", "json:u", `{"u":"a`, "", true},
		{"JSON, a list", "json:u", `["u","a"]`, "", true},
		{"field", "field:l", "d=1&l=a%26b&r=2", "a%26b", false},
		{"field, missing", "field:l", "d=1&ll=a", "", true},
		{"field, twice", "field:l", "l=a&l=b", "", true},
		{"part", "split:;:1:3", "a;b;c", "b", false},
		{"part, too many", "split:;:1:3", "a;b;c;d", "", true},
		{"part, too few", "split:;:1:3", "a;b", "", true},
		{"part, long separator", "split:!-!:2:3", "a!-!b!-!c!d", "c!d", false},
		{"scheme", "scheme", "a.example/b", "https://a.example/b", false},
		{"scheme of nothing", "scheme", "", "", true},
		{"slashes", "slashes", "https:/a.example/b", "https://a.example/b", false},
		{"slashes, both there", "slashes", "http://a.example/b", "http://a.example/b", false},
		{"slashes, no scheme", "slashes", "a.example", "", true},
		{"stars", "stars", "a*3Fb*20c", "a?b c", false},
		{"drop", "drop:x", "https://a.example/?a=1&x=2&b=3#c", "https://a.example/?a=1&b=3#c", false},
		{"drop, not there", "drop:x", "https://a.example/?a=1", "https://a.example/?a=1", false},
		{"zlib, no zlib", "zlib", "abcdef", "", true},
		{"zlib, empty", "zlib", "", "", true},
		{"Proofpoint v2", "proofpoint-v2", "https-3A__a.example_b-5Fc", "https://a.example/b_c", false},
	}
}

// TestSteps checks each step for itself: what it reads, and what it refuses.
func TestSteps(t *testing.T) {
	for _, tt := range stepCases() {
		t.Run(tt.name, func(t *testing.T) {
			steps, err := parseSteps(tt.steps, 1)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := tt.in, true
			for i := 0; ok && i < len(steps); i++ {
				got, ok = steps[i](got)
			}
			if ok == tt.no || ok && got != tt.want {
				t.Errorf("%v %q", ok, got)
			}
		})
	}
}

// TestWhole checks what may come out of a wrapper.
func TestWhole(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example":                     "https://a.example",
		"HTTP://A.example/b":                    "HTTP://A.example/b",
		"https://a.example:8443/b":              "https://a.example:8443/b",
		"https://a_b.example/":                  "https://a_b.example/",
		"https://a.example/é":                   "https://a.example/%C3%A9",
		"https://a.example/b c\"<>`":            "https://a.example/b%20c%22%3C%3E%60",
		"https://é.example/":                    "",
		"//a.example/":                          "",
		"https://a..example/":                   "",
		"https://a@b.example/":                  "",
		"https://a.example\\@b.example/":        "https://a.example\\@b.example/",
		"https://192.0.2.1/":                    "",
		"https://[2001:db8::1]/":                "",
		"https://localhost/":                    "",
		"ftp://a.example/":                      "",
		"https://a.example/\x7f":                "",
		"https://a.example/\t":                  "",
		"https://a.example/\xff":                "",
		"":                                      "",
		"https://" + strings.Repeat("a", 20000): "",
	} {
		got, ok := whole(in, "")
		if ok != (want != "") || ok && got != want {
			t.Errorf("%.40q: %v %q", in, ok, got)
		}
	}
}
