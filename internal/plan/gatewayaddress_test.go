package plan

import (
	"strings"
	"testing"
)

// Addresses as mail programs write them anew.
func TestAddresses(t *testing.T) {
	const token = "IIIIIIIIIIIIIIIIIIIIII"
	for _, c := range []struct{ name, text string }{
		{"as it was", testBase + "/p/" + token + "____"},
		{"padding cut off", testBase + "/p/" + token},
		{"padding in per cent", testBase + "/p/" + token + "%5F%5f_"},
		{"scheme in capitals", "HTTP://127.0.0.1:4180/p/" + token + "_"},
		{"raised to https", "https://127.0.0.1:4180/p/" + token + "_"},
		{"without a scheme", "//127.0.0.1:4180/p/" + token + "_"},
		{"host alone", "127.0.0.1:4180/p/" + token + "_"},
		{"in per cent", "http%3A%2F%2F127.0.0.1%3A4180%2Fp%2F" + token + "_"},
		{"decimal references", "http&#58;&#47;&#47;127&#46;0&#46;0&#46;1&#58;4180&#47;p&#47;" + token + "&#95;"},
		{"hexadecimal references", "http&#x3A;//127.0.0.1&#x3a;4180/p/&#x49;" + token[1:] + "_"},
		{"named references", "http&colon;&sol;&sol;127&period;0.0.1:4180&sol;p/" + token + "&lowbar;&UnderBar;"},
		{"escaped for JavaScript", `http:\/\/127.0.0.1:4180\/p\/` + token + "__"},
		{"escaped for CSS", `http\3a //127.0.0.1\:4180/p/` + token + `\5f _`},
		{"backslashes", `http:\\127.0.0.1:4180\p\` + token + "__"},
		{"over lines", "http://127.0.0.1:\r\n4180/p/IIIIIIIIII\r\nIIIIIIIIIIII_\r\n__"},
		{"tabs after line ends", "http://127.0.0.1:\r\n\t4180/p/IIIIIIIIII\n\tIIIIIIIIIIII_"},
		{"quoted over lines", "http://127.0.0.1:4180/p/IIIIIIIIII\r\n> IIIIIIIIIIII___"},
		{"quoted twice", "http://127.0.0.1:4180/p/IIIIIIIIII\r\n>> IIIIIIIIIIII_\r\n>> ___"},
		{"flowed", "http://127.0.0.1:4180/p/IIIIIIIIII \r\nIIIIIIIIIIII_ \r\n__"},
		{"flowed and quoted", "http://127.0.0.1:4180/p/IIIIIIIIII \r\n> IIIIIIIIIIII_"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, around := range [][2]string{{"", ""}, {"see <", "> there"}, {`<img src="`, `">`}, {"url(", ")"}, {"\r\n", "\r\nnext line"}, {"1. ", ". The end"}} {
				found := addresses([]byte(around[0]+c.text+around[1]), testBase)
				if len(found) != 1 || found[0].token != token || found[0].start != len(around[0]) || found[0].end != len(around[0]+c.text) {
					t.Errorf("in %q: %+v", around, found)
				}
			}
		})
	}
	for _, c := range []struct{ name, text string }{
		{"another port", "http://127.0.0.1:41800/p/" + token},
		{"another host", "http://127.0.0.11:4180/p/" + token},
		{"a host that ends alike", "x127.0.0.1:4180/p/" + token},
		{"a letter more", testBase + "/p/" + token + "I"},
		{"a letter less", testBase + "/p/" + token[1:]},
		{"a mark inside", testBase + "/p/IIIIIIIIII-IIIIIIIIIII"},
		{"words in between", "http://127.0.0.1:4180/p/IIIIIIIIII and IIIIIIIIIIII"},
		{"another path", testBase + "/c/" + token},
		{"not ASCII", testBase + "/p/&#300;" + token[1:]},
	} {
		t.Run(c.name, func(t *testing.T) {
			if found := addresses([]byte(c.text), testBase); len(found) > 0 {
				t.Errorf("%+v", found)
			}
		})
	}
}

// FuzzAddresses checks that what is found is in order and within the text, and
// that each is one address by itself.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{imageAt + "__ ", "HTTPS://127.0.0.1:4180/sssssssssss", `http\3a //127.0.0.1:4180/p/` + strings.Repeat(`\49 `, 22), "&#104;ttp://127.0.0.1:4180/sssssssssss"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		at := 0
		for _, a := range addresses(text, testBase) {
			if a.start < at || a.end > len(text) || len(a.token) != tokenLetters && len(a.token) != shortLetters {
				t.Fatalf("%+v after %d in %q", a, at, text)
			}
			at = a.end
			if again := addresses(text[a.start:a.end], testBase); len(again) != 1 || again[0].token != a.token {
				t.Fatalf("%q by itself gives %+v, was %+v", text[a.start:a.end], again, a)
			}
		}
	})
}
