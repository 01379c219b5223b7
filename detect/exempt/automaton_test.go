package exempt

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// The automaton finds what looking for each phrase by itself finds.
func TestAutomaton(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[abc ]{1,5}`)
		phrases := rapid.SliceOfN(word, 1, 12).Draw(t, "phrases")
		text := rapid.StringMatching(`[abcd ]{0,60}`).Draw(t, "text")
		a := &automaton{}
		for i, p := range phrases {
			a.add([]byte(p), i)
		}
		a.build()
		type hit struct{ row, end int }
		var got, want []hit
		a.find([]byte(text), func(row, end int) bool {
			got = append(got, hit{row, end})
			return true
		})
		for i, p := range phrases {
			for at := range text {
				if strings.HasPrefix(text[at:], p) {
					want = append(want, hit{i, at + len(p)})
				}
			}
		}
		order := func(a, b hit) int { return (a.end-b.end)*1000 + a.row - b.row }
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %q: %v, want %v", phrases, text, got, want)
		}
	})
}

// An automaton without phrases finds nothing, and a search ends when it is told.
func TestAutomatonEnds(t *testing.T) {
	(&automaton{}).find([]byte("abc"), func(int, int) bool {
		t.Error("found something among nothing")
		return true
	})
	a := &automaton{}
	a.add([]byte("a"), 0)
	a.build()
	n := 0
	a.find([]byte("aaaa"), func(int, int) bool { n++; return n < 2 })
	if n != 2 {
		t.Errorf("called %d times", n)
	}
}

// Stars and anchors say what may stand at a phrase's ends.
func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		phrase string
		fits   []string
		not    []string
	}{
		{"leave list", []string{"Leave list", "please leave the list now"}, []string{"leave lists", "cleave list", "leave", "list leave"}},
		{"unsubscrib*", []string{"unsubscribe", "Unsubscribing"}, []string{"resubscribe", "sununsubscribe"}},
		{"*meldung", []string{"Abmeldung", "Meldung"}, []string{"Meldungen"}},
		{"*stop*", []string{"nonstopper"}, []string{"sto p"}},
		{"^baja$", []string{"Baja", " baja. "}, []string{"baja de precios", "la baja"}},
	} {
		m, err := New([]catalogue.Word{
			{Language: "en", Class: "filler", Where: "text", Phrase: "the"},
			{Language: "en", Class: "choice", Where: "text", Phrase: c.phrase}})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range c.fits {
			if e, ok := m.Match(Link{Words: Words{Text: text}}); !ok || e.Phrase != strings.Trim(c.phrase, "*^$") {
				t.Errorf("%q does not fit %q", text, c.phrase)
			}
		}
		for _, text := range c.not {
			if _, ok := m.Match(Link{Words: Words{Text: text}}); ok {
				t.Errorf("%q fits %q", text, c.phrase)
			}
		}
	}
}

// A phrase of which nothing is left would fit everything.
func TestEmptyPhrases(t *testing.T) {
	filler := catalogue.Word{Language: "en", Class: "filler", Where: "text", Phrase: "the"}
	for _, phrase := range []string{"the", "*", "^$", "--", "a"} {
		_, err := New([]catalogue.Word{filler, {Language: "en", Class: "choice", Where: "text", Phrase: phrase, Line: 7}})
		if err == nil || !strings.Contains(err.Error(), "line 7") {
			t.Errorf("%q: error %v", phrase, err)
		}
	}
}

// The embedded words are few enough to be loaded at every start.
func TestLoad(t *testing.T) {
	m := load(t)
	if !strings.HasPrefix(m.Edition(), "sha256:") {
		t.Errorf("edition %q", m.Edition())
	}
	if n := len(m.texts.nodes) + len(m.urls.nodes); n > 50_000 {
		t.Errorf("%d nodes", n)
	}
}

// BenchmarkMatch asks for links as they stand in newsletters.
func BenchmarkMatch(b *testing.B) {
	m := load(b)
	links := []Link{
		{Words: Words{Before: "Delivery to your door or to your office.", Text: "Shop now", After: " while it lasts"},
			URL: "https://click.example/?qs=e8908753196a7739a9cb7d49177b1f92d31133ffd4c2113b38b7af01e079753644c50299248cb081a4498b859abd993d"},
		{Words: Words{Before: "If you do not wish to receive further messages from us, please", Text: "click here", After: "."},
			URL: "https://click.example/u/8f6e885ad76647aac1b24dafaa67ea16"},
		{Words: Words{Text: "View in browser"}, URL: "https://view.example/m/1/36054366/02-c26108-1a55424a32b340da9fa9b82b4043e566"},
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, l := range links {
			m.Match(l)
		}
	}
}

// BenchmarkLoad makes the matcher.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}
