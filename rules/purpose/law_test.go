package purpose_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/purpose"
)

func ExampleEdition_Rule() {
	france := purpose.For("fr")
	rule := france.Rule(purpose.Deliverability)
	fmt.Println(france.ID, rule.Stand, rule.Sure)
	fmt.Println(rule.Note("en")[:9])
	// Output:
	// FR-2026-042 contested reported
	// Contested
}

// TestEveryLanguageTellsEveryPurpose reads the texts as a translator would.
func TestEveryLanguageTellsEveryPurpose(t *testing.T) {
	if got := purpose.Languages(); !slices.Equal(got, []string{"de", "en", "fr", "nl"}) {
		t.Fatal(got)
	}
	for _, lang := range purpose.Languages() {
		titles := map[string]purpose.ID{}
		for _, p := range purpose.All() {
			text := p.ID.Text(lang)
			if other, ok := titles[text.Title]; ok || text.Title == "" || len([]rune(text.Title)) > 45 {
				t.Errorf("%s %s: the title %q is that of %q too, or none, or too long for a switch", lang, p.ID, text.Title, other)
			}
			titles[text.Title] = p.ID
			if !strings.HasSuffix(text.Sentence, ".") || strings.Contains(text.Sentence, ". ") {
				t.Errorf("%s %s is not told in one sentence: %q", lang, p.ID, text.Sentence)
			}
			if !strings.HasSuffix(text.More, ".") || text.More == text.Sentence || len(text.Examples) == 0 {
				t.Errorf("%s %s: more %q, examples %q", lang, p.ID, text.More, text.Examples)
			}
			for _, s := range append(text.Examples, text.More, text.Sentence) {
				if strings.ContainsAny(s, "!\n\t") || strings.TrimSpace(s) != s {
					t.Errorf("%s %s: %q", lang, p.ID, s)
				}
			}
			if english := p.ID.Text("en"); lang != "en" && (english.Sentence == text.Sentence || english.More == text.More) {
				t.Errorf("%s %s is still English", lang, p.ID)
			}
		}
	}
}

func TestTextFallsBack(t *testing.T) {
	for lang, want := range map[string]string{
		"fr-BE": "Compter vos clics", "DE": "Ihre Klicks zählen", "pt": "Counting your clicks", "": "Counting your clicks",
	} {
		if got := purpose.Click.Text(lang).Title; got != want {
			t.Errorf("%q: %q", lang, got)
		}
	}
	if got := purpose.ID("something-new").Text("fr").Title; got != "something-new" {
		t.Errorf("%q", got)
	}
	purpose.Click.Text("fr").Examples[0] = "changed"
	if purpose.Click.Text("fr").Examples[0] == "changed" {
		t.Error("a caller changed an example")
	}
}

func TestEditions(t *testing.T) {
	ids := map[string]bool{}
	for _, e := range purpose.Editions() {
		if ids[e.ID] || e.Authority == "" || e.Article == "" || e.Instrument == "" || e.Source == "" {
			t.Errorf("%+v", e)
		}
		ids[e.ID] = true
		if !slices.Contains([]string{"draft", "in force", "default"}, e.Status) {
			t.Errorf("%s: status %q", e.ID, e.Status)
		}
		if got, ok := purpose.ByID(e.ID); !ok || got.ID != e.ID {
			t.Errorf("%s is not found", e.ID)
		}
		checkRules(t, e)
	}
	for _, want := range []string{"FR", "BE", "NL", "DE", "IT", "EU"} {
		if !slices.Contains(purpose.Jurisdictions(), want) {
			t.Errorf("nothing is known of %s", want)
		}
	}
	if _, ok := purpose.ByID("XX"); ok {
		t.Error("an edition that is not there")
	}
}

// checkRules holds that an edition answers for each purpose, in words that the
// package defines, and that what is contested is told to the reader.
func checkRules(t *testing.T, e purpose.Edition) {
	t.Helper()
	for _, p := range purpose.All() {
		r := e.Rule(p.ID)
		if r.Purpose != p.ID {
			t.Errorf("%s: asked for %s, answered for %s", e.ID, p.ID, r.Purpose)
		}
		switch r.Stand {
		case purpose.ConsentNeeded, purpose.NoConsentNeeded:
		case purpose.Contested:
			if r.Note("en") == "" {
				t.Errorf("%s %s is contested, and the reader is not told how", e.ID, p.ID)
			}
		default:
			t.Errorf("%s %s: stand %q", e.ID, p.ID, r.Stand)
		}
		switch r.Sure {
		case purpose.Certain, purpose.Reported, purpose.Default:
		default:
			t.Errorf("%s %s: sure %q", e.ID, p.ID, r.Sure)
		}
		for _, lang := range purpose.Languages() {
			if (r.Note(lang) == "") != (r.Note("en") == "") || lang != "en" && r.Note(lang) != "" && r.Note(lang) == r.Note("en") {
				t.Errorf("%s %s: the note is missing in %s", e.ID, p.ID, lang)
			}
		}
	}
}

func TestFor(t *testing.T) {
	for where, want := range map[string]string{
		"FR": "FR-2026-042", "fr": "FR-2026-042", "IT": "IT-284-2026", "DE": "DE-default", "PT": "EU", "": "EU", "EU": "EU",
	} {
		if got := purpose.For(where).ID; got != want {
			t.Errorf("%q: %s, not %s", where, got, want)
		}
	}
	// An authority that is silent is answered for by the directive.
	if r := purpose.For("BE").Rule(purpose.Profiling); r.Stand != purpose.ConsentNeeded {
		t.Errorf("%+v", r)
	}
	if r := purpose.For("FR").Rule("something-new"); r.Stand != purpose.ConsentNeeded || r.Note("fr") != "" {
		t.Errorf("%+v", r)
	}
	purpose.For("EU").Rules[0].Stand = purpose.NoConsentNeeded
	if purpose.For("EU").Rules[0].Stand != purpose.ConsentNeeded {
		t.Error("a caller changed a rule")
	}
}

// TestUnseenAsksForNoLess holds what is asked of the reader against every
// authority: nothing needs less consent in Unseen than the directive or a
// certain text says.
func TestUnseenAsksForNoLess(t *testing.T) {
	for _, e := range purpose.Editions() {
		for _, p := range purpose.All() {
			r := e.Rule(p.ID)
			if r.Stand == purpose.ConsentNeeded && r.Sure == purpose.Certain && !p.ID.NeedsConsent() {
				t.Errorf("%s: %s needs consent, and Unseen does not ask", e.ID, p.ID)
			}
		}
	}
	if len(purpose.DataSHA256()) != 64 {
		t.Errorf("%q", purpose.DataSHA256())
	}
}
