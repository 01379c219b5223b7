package signal_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/signal"
)

func TestGrade(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		kind       signal.Kind
		strength   signal.Strength
	}{
		{"nothing", "", "", signal.None},
		{"a word", "newsletter", "", signal.None},
		{"words", "header-large", "", signal.None},
		{"a long German word", "Geburtstagsglueckwunsch", "", signal.None},
		{"a camel", "ourNewLogo", "", signal.None},
		{"capitals", "HEADER", "", signal.None},
		{"shorthand", "btn_nwsltr", "", signal.None},
		{"slices", "mailer8_r1_c1", "", signal.None},
		{"a day", "20240131", "", signal.None},
		{"a day in words", "sale-31012024", "", signal.None},
		{"a minute", "202401311415", "", signal.None},
		{"a whole minute", "2023-01-15 00:00:00", "", signal.None},
		{"a second of its own", "20240131120013", signal.Number, signal.Faint},
		{"a size", "survey75x75", "", signal.None},
		{"four digits", "1772", "", signal.None},
		{"five digits", "83721", signal.Number, signal.Faint},
		{"a number in a name", "logo-83721", signal.Number, signal.Faint},
		{"a number glued to a name", "logo83721", signal.Number, signal.Faint},
		{"a number in groups", "555-123-4567", signal.Number, signal.Faint},
		{"a day in groups", "2024-01-31", "", signal.None},
		{"fifteen digits", "387138190403170", signal.Number, signal.Strong},
		{"fifteen digits among others", "211-991061344176689152-85", signal.Number, signal.Fair},
		{"short at random", "YY7v5", signal.Random, signal.Faint},
		{"a short code", "u-AoYWr-9b", signal.Random, signal.Fair},
		{"a film", "NZs8PP6lG9k", signal.Random, signal.Fair},
		{"eight hexadecimal digits", "8c0c0d26", signal.Hex, signal.Fair},
		{"a hash", "49a0c90095e44249bfdeccf0e0ea5b92", signal.Hex, signal.Strong},
		{"a hash in a name", "02-c26108-1a55424a32b340da9fa9b82b4043e566", signal.Hex, signal.Strong},
		{"a UUID", "6f1c2b9e-8a7d-4c3b-9e2f-0a1b2c3d4e5f", signal.UUID, signal.Strong},
		{"base64 that words hide in", "UZWOEkpk-SSg3hJIp9azvU7_1ny-AipJ", signal.Random, signal.Strong},
		{"a ULID", "01K9NHEM85S7CC91N7WKNYFY2X", signal.Random, signal.Strong},
		{"letters and numbers", "3729188Ci17061174eR19699118Gc8171", signal.Random, signal.Strong},
		{"letters alone", "XdyRBMKyPdUHCQzzqTJMcPEnRGuwoazMqLUNvmSaJmMYKzTRWP", signal.Random, signal.Strong},
		{"small letters alone", "icwrlqzxnsxxmckytpbkplsw", signal.Random, signal.Strong},
		{"groups", "a1b2-c3d4-e5f6-a7b8", signal.Hex, signal.Strong},
		{"an address", "anna@example.org", signal.Address, signal.Strong},
		{"a name for fine screens", "facebook@2x.png", "", signal.None},
		{"a user before a host", "http://www.8121@61.129.81.70", "", signal.None},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kind, strength := signal.Grade(tt.text)
			if tt.strength == signal.None && strength == signal.None {
				return
			}
			if kind != tt.kind || strength != tt.strength {
				t.Errorf("%q: %q %d, want %q %d", tt.text, kind, strength, tt.kind, tt.strength)
			}
		})
	}
}

// Whatever letters and digits are drawn at random, twenty of them are a name.
func TestGradeRandom(t *testing.T) {
	letters := rapid.SampledFrom([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
	missed, n := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(letters, 24, 24).Draw(t, "text"))
		n++
		if _, strength := signal.Grade(text); strength < signal.Strong {
			missed++
		}
	})
	// The library likes to draw texts that are hardly at random.
	if missed*4 > n {
		t.Errorf("%d of %d are no names", missed, n)
	}
}

// Words joined in any way are none.
func TestGradeWords(t *testing.T) {
	words := rapid.SampledFrom([]string{"summer", "sale", "header", "logo", "footer", "rabatt", "winter", "boutique", "bestellen", "offre", "button", "left", "nieuws", "icon", "banner"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(words, 1, 5).Draw(t, "words"), rapid.SampledFrom([]string{"-", "_", ".", ""}).Draw(t, "glue"))
		if _, strength := signal.Grade(text); strength > signal.Faint {
			t.Errorf("%q is a name", text)
		}
	})
}

func FuzzTake(f *testing.F) {
	for _, s := range []string{"https://a.example/o/83721.gif?u=1&v=%2541#x", "http://u@h/p;q?a;b", "//x/%zz?=&&=", "https://a@b/", "http:///", strings.Repeat("http://a/", 99)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := signal.Take(s)
		if !ok && len(p.Tokens) > 0 {
			t.Error("tokens of no address")
		}
		for _, token := range p.Tokens {
			if token.Text == "" || token.Strength == signal.None || token.Kind == "" || !strings.Contains(strings.ToLower(s), strings.ToLower(token.Text)) {
				t.Errorf("%+v", token)
			}
		}
	})
}

func BenchmarkTake(b *testing.B) {
	for _, bench := range []struct{ name, url string }{
		{"picture", "https://images.brand.example/media/2024/01/newsletter/header-large.png"},
		{"query", "https://www.brand.example/t/pixel.php?campaign=2024-01&uid=7f3a9c2e51d84b06a1c2&utm_source=newsletter"},
		{"sealed", "https://links.brand.example/s/c/" + strings.Repeat("b06hVqZlzGLlNO9HyKiAlAAjPVt8ebpvb6196dhIpJib", 8)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				signal.Take(bench.url)
			}
		})
	}
}
