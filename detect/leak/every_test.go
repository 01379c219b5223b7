package leak

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

const reader = "anna.ek@reader.example"

// TestEveryHash finds each hash of each way to write the address, in
// hexadecimal of both cases and in base64 of both kinds.
func TestEveryHash(t *testing.T) {
	f := New(reader)
	for _, h := range hashes() {
		for _, s := range []struct{ variant, text string }{
			{"", reader}, {"upper case", strings.ToUpper(reader)}, {"with newline", reader + "\n"}, {"with line end", reader + "\r\n"}, {"with blank", reader + " "},
		} {
			sum := h.sum([]byte(s.text))
			for name, text := range map[string]string{
				"hexadecimal": hex.EncodeToString(sum), "capitals": strings.ToUpper(hex.EncodeToString(sum)),
				"base64": url.QueryEscape(base64.StdEncoding.EncodeToString(sum)), "base64 for URLs": base64.RawURLEncoding.EncodeToString(sum),
			} {
				if h.size == 8 && strings.HasPrefix(name, "base64") {
					continue // eleven letters are too few to look up
				}
				got, ok := f.Find("https://x.example/o?u=" + text + "&z=1")
				if !ok || got.Form != h.name || got.Variant != s.variant || got.Weak {
					t.Errorf("%s of %q in %s: %+v %v", h.name, s.text, name, got, ok)
				}
			}
		}
	}
}

// TestEveryStep finds each likely hash of each encoding and of each hash, and
// says so in the right order.
func TestEveryStep(t *testing.T) {
	f := New(reader)
	for _, inner := range innerSteps() {
		for _, outer := range hashes() {
			if !outer.likely {
				continue
			}
			u := "https://x.example/o/" + hex.EncodeToString(outer.sum([]byte(inner.to(reader)))) + "/p.gif"
			got, ok := f.Find(u)
			if !ok || got.Weak || len(got.Layers) == 0 || got.Layers[0] != outer.name {
				t.Errorf("%s of %s: %+v %v", outer.name, inner.name, got, ok)
				continue
			}
			// Two ways may come to the same text: a base64 without padding.
			if want := outer.name + " of " + inner.name; got.Form != want && !strings.HasPrefix(got.Form, outer.name) {
				t.Errorf("%s, want %s", got.Form, want)
			}
		}
	}
}

// TestAlphabets finds the address in each alphabet, wherever in a longer text.
func TestAlphabets(t *testing.T) {
	f := New(reader)
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(alphabets()).Draw(t, "alphabet")
		before := rapid.SliceOfN(rapid.Byte(), 0, 7).Draw(t, "before")
		after := rapid.SliceOfN(rapid.Byte(), 0, 7).Draw(t, "after")
		text := slices.Concat(before, []byte(reader), after)
		// The whole text, encoded bit by bit.
		var out strings.Builder
		for bit := 0; bit < len(text)*8; bit += a.bits {
			v := 0
			for b := bit; b < bit+a.bits; b++ {
				v <<= 1
				if b/8 < len(text) {
					v |= int(text[b/8] >> (7 - b%8) & 1)
				}
			}
			out.WriteByte(a.letters[v])
		}
		u := "https://x.example/o?u=" + url.QueryEscape(out.String())
		if got, ok := f.Find(u); !ok || got.What != "address" || got.Weak {
			t.Fatalf("%s: %+v %v", u, got, ok)
		}
	})
}

// TestChecksums finds short fingerprints, which prove nothing, and the longer
// ones that are written as numbers, which do.
func TestChecksums(t *testing.T) {
	f := New(reader)
	for _, c := range checksums(reader) {
		got, ok := f.Find("https://x.example/o?u=" + c.text)
		if len(c.text) < 6 {
			continue
		}
		if !ok || got.Form != c.name || got.Weak != c.weak {
			t.Errorf("%s %s: %+v %v", c.name, c.text, got, ok)
		}
	}
}

// TestSubjects checks what is looked for.
func TestSubjects(t *testing.T) {
	for _, tt := range []struct {
		name       string
		recipients []string
		want       string
	}{
		{"plain", []string{"anna.ek@x.example"}, "anna.ek@x.example ANNA.EK@X.EXAMPLE anna.ek x.example"},
		{"tagged", []string{"a.ek7+shop@x.example"}, "a.ek7+shop@x.example a.ek7@x.example a.ek7+shop a.ek7"},
		{"a mailbox without dots", []string{"a.ek77@gmail.com"}, "a.ek77@gmail.com aek77@gmail.com a.ek77 aek77"},
		{"a role", []string{"info@x.example"}, "info@x.example"},
		{"a name", []string{"Anna Ekström <ek@x.example>"}, "ek@x.example anna+ekström anna_ekström"},
		{"nothing", []string{"", "x", "@", "a@", "@b"}, ""},
		{"too much", slices.Repeat([]string{"a@b.example"}, 99), "a@b.example"},
	} {
		var have []string
		for _, s := range subjects(tt.recipients) {
			have = append(have, s.text)
		}
		for want := range strings.FieldsSeq(tt.want) {
			if !slices.Contains(have, want) {
				t.Errorf("%s: %q is not among %q", tt.name, want, have)
			}
		}
		if tt.want == "" && len(have) > 0 || slices.Contains(have, "info") || slices.Contains(have, "ek") {
			t.Errorf("%s: %q", tt.name, have)
		}
	}
}

// TestWordLike checks which local parts prove something by themselves.
func TestWordLike(t *testing.T) {
	for local, want := range map[string]bool{
		"maria": true, "katharina": true, "news2026": true, "shop-24": true, "1234567": true, "ek7": true,
		"anna.ek": false, "katharina87": false, "12345678": false, "a_lindqvist": false, "hpot2212u1": false,
	} {
		if got := isWordLike(local); got != want {
			t.Errorf("%q: %v", local, got)
		}
	}
}

// TestHostile checks that no address makes the search go on and on: what is
// opened is bounded, and so is how deep.
func TestHostile(t *testing.T) {
	f := New(reader)
	nested := reader
	for range 12 {
		nested = base64.StdEncoding.EncodeToString([]byte(nested))
	}
	for name, u := range map[string]string{
		"nested too deep": "https://x.example/?u=" + nested,
		"percent signs":   "https://x.example/" + strings.Repeat("%25", 40_000),
		"many blobs":      "https://x.example/" + strings.Repeat("eyJhIjoiYiIsImMiOiJkIn0/", 20_000),
		"entities":        "https://x.example/" + strings.Repeat("&#38;", 10_000),
		"escapes":         "https://x.example/" + strings.Repeat(`\u005c`, 10_000),
		"one token":       "https://x.example/" + strings.Repeat("a1B2", 100_000),
		"slashes":         "https://x.example/?" + strings.Repeat("aA1234/", 50_000),
		"lz-string":       "https://x.example/" + lzCompress(strings.Repeat("ab", 400_000), lzForURL),
	} {
		t.Run(name, func(t *testing.T) {
			s := search{f: f, budget: maxURL}
			f.once.Do(f.makeForms)
			if got, ok := f.Find(u); ok && !got.Weak {
				t.Errorf("%+v", got)
			}
			s.text(u[:min(len(u), maxURL)], 0)
			// One text may take it below zero, and is the last then.
			if s.escapes > maxEscapes || s.budget < -maxURL-maxOpened {
				t.Errorf("%d escapes, %d left of the budget", s.escapes, s.budget)
			}
		})
	}
}

// TestTogether uses one Finder in many goroutines, from its first use on.
func TestTogether(t *testing.T) {
	f := New(reader)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			h := hashes()[i]
			u := fmt.Sprintf("https://x.example/%x", h.sum([]byte(reader)))
			if got, ok := f.Find(u); !ok || got.Form != h.name {
				t.Errorf("%s: %+v %v", h.name, got, ok)
			}
		})
	}
	all.Wait()
}

// TestEscapes checks that a place in a text without escapes is found again in
// the one with them.
func TestEscapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "Z", "%41", "%2f", "%", "%4", "%zz", "%25"}), 0, 12).Draw(t, "pieces")
		text := strings.Join(pieces, "")
		plain := percentless(text)
		for n := range len(plain) + 1 {
			at := escapedAt(text, n)
			if got := percentless(text[:at]); !strings.HasPrefix(plain, got) && at < len(text) {
				t.Fatalf("%q at %d: %q is no beginning of %q", text, n, got, plain)
			}
		}
	})
}
