package exempt

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// Every row is found where it says, as it is written: in the text of a link,
// before a link that says nothing, in a path and in a query.
func TestEveryRow(t *testing.T) {
	m := load(t)
	for _, w := range m.rows {
		phrase := strings.Trim(w.Phrase, "*^$")
		var tries []Link
		switch {
		case w.Class == classHere || w.Class == classFiller:
			if _, ok := m.text(Words{Text: phrase}); ok {
				t.Errorf("line %d: %q by itself is exempt", w.Line, phrase)
			}
			continue
		case w.Where == string(Text):
			tries = []Link{{Words: Words{Text: phrase}}, {Words: Words{Text: strings.ToUpper(phrase)}},
				{Words: Words{Text: "» " + phrase + " «"}}}
			if !strings.ContainsAny(w.Phrase, "^$") {
				tries = append(tries, Link{Words: Words{Before: "x. " + phrase, Text: "here"}})
			}
		case w.Where == string(Around):
			tries = []Link{{Words: Words{Before: phrase + " ", Text: "click here"}}, {Words: Words{Text: "click here", After: ", " + phrase}}}
		default:
			dashed := strings.ReplaceAll(phrase, " ", "-")
			tries = []Link{{URL: "https://a.example/" + dashed + "/x"}, {URL: "https://a.example/x?y=" + dashed},
				{URL: "https://a.example/" + strings.ReplaceAll(phrase, " ", "") + ".html"}}
		}
		for _, l := range tries {
			// A phrase of an authentication may hold one of a choice, which wins.
			if e, ok := m.Match(l); !ok || string(e.Class) != w.Class && e.Class != purpose.Choice {
				t.Errorf("line %d: %q: %+v, %v by %+v", w.Line, w.Phrase, e, ok, l)
			}
		}
	}
}

// No phrase of several words is one word without fillers: it would fit far more
// than it says.
func TestPhrasesKeepTheirWords(t *testing.T) {
	m := load(t)
	for _, w := range m.rows {
		if w.Class == classHere || w.Class == classFiller || w.Where == string(URL) {
			continue
		}
		long, short := inner(fold(w.Phrase, nil)), inner(fold(w.Phrase, m.fillers))
		if strings.Contains(long, " ") && !strings.Contains(short, " ") {
			t.Errorf("line %d: %q is %q", w.Line, w.Phrase, short)
		}
	}
}

// In the made-up newsletters, in four languages, exactly the link at the end that
// says how to leave is exempt.
func TestMadeUp(t *testing.T) {
	names, err := filepath.Glob("../../testdata/mail/newsletter-*.eml")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d newsletters, %v", len(names), err)
	}
	m := load(t)
	for _, name := range names {
		exempt := 0
		for _, l := range links(t, name) {
			if e, ok := m.Match(l); ok {
				exempt++
				if e.Class != purpose.Choice {
					t.Errorf("%s: %q is %+v", filepath.Base(name), l.Text, e)
				}
			}
		}
		if exempt != 1 {
			t.Errorf("%s: %d links are exempt", filepath.Base(name), exempt)
		}
	}
}
