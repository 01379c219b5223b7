package words_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"github.com/unseen-mail/unseen/internal/words"
)

// texts reads the texts of a language as they are written: a catalogue would say
// in English what is missing.
func texts(t *testing.T, lang string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("texts/" + lang + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	if err := toml.Unmarshal(raw, &all); err != nil {
		t.Fatalf("texts/%s.toml: %v", lang, err)
	}
	return all
}

// eachText calls a function for each text of each language beside the English one.
func eachText(t *testing.T, do func(lang, key, text, english string)) {
	t.Helper()
	english := texts(t, "en")
	for _, lang := range words.Languages() {
		all := texts(t, lang)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			do(lang, key, all[key], english[key])
		}
	}
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	english := texts(t, "en")
	if len(english) < 400 {
		t.Fatalf("only %d texts were found", len(english))
	}
	for _, lang := range words.Languages() {
		all := texts(t, lang)
		for key := range english {
			if all[key] == "" {
				t.Errorf("%s has no text for %s: %q", lang, key, english[key])
			}
		}
		for key := range all {
			if english[key] == "" {
				t.Errorf("%s has a text for %s, which English has not", lang, key)
			}
		}
	}
}

// counted returns the parameters that a text counts.
func counted(text string) []string {
	var names []string
	for _, m := range slots.FindAllStringSubmatch(text, -1) {
		if m[2] != "" {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// otherwise are texts whose parameters are not counted as in English, and why.
var otherwise = map[string]string{
	"fr status-today":            "participles have a plural, too",
	"nl status-today":            "keer has no plural",
	"fr twin-too-few":            "il y en a has no plural",
	"fr rebuild-progress":        "what was read is counted, not what there is",
	"fr page-waiting-held":       "fois has no plural",
	"nl page-waiting-held":       "keer has no plural",
	"de page-waiting-held":       "-mal has no plural",
	"fr tray-notice-held":        "fois has no plural",
	"nl tray-notice-held":        "keer has no plural",
	"de tray-notice-held":        "-mal has no plural",
	"nl page-n-held":             "keer has no plural",
	"fr page-n-released":         "participles have a plural, too",
	"fr page-n-copies":           "participles have a plural, too",
	"fr imported":                "participles have a plural, too",
	"nl hours":                   "uur has no plural after a number",
	"fr because-known-parameter": "what the catalogue says of it is in English",
	"nl because-known-parameter": "what the catalogue says of it is in English",
	"de because-known-parameter": "what the catalogue says of it is in English",
}

// Texts name and count what the English ones do, and their slots can be read.
func TestParameters(t *testing.T) {
	used := make(map[string]bool)
	eachText(t, func(lang, key, text, english string) {
		if left := slots.ReplaceAllString(text, ""); strings.ContainsAny(left, "{}|") {
			t.Errorf("%s %s has a slot that cannot be read: %q", lang, key, text)
		}
		if slices.Equal(params(text), params(english)) && slices.Equal(counted(text), counted(english)) {
			return
		}
		if used[lang+" "+key] = true; otherwise[lang+" "+key] == "" {
			t.Errorf("%s %s: %v, of these counted %v; in English %v, %v", lang, key, params(text), counted(text), params(english), counted(english))
		}
	})
	for name := range otherwise {
		if !used[name] {
			t.Errorf("%s is as in English now", name)
		}
	}
}

// alike are texts that are written in another language as in English.
var alike = map[string][]string{
	"settings-port": {"fr"}, "scan-mail": {"nl"}, "page-nav": {"fr"}, "page-sure-weak": {"fr"},
	"stated-note": {"fr"}, "month-4": {"nl", "de"}, "month-8": {"de"},
	"month-9": {"nl", "de"}, "month-11": {"nl", "de"}, "bytes": {"nl"}, "minutes": {"fr"},
	"did-change": {"fr"}, "manual-arguments": {"fr"}, "manual-description": {"fr"}, "manual-options": {"fr"}, "manual-synopsis": {"fr"},
	"manual-name": {"de"},
}

// leftovers are English words that no other of the languages has.
var leftovers = regexp.MustCompile(`(?i)\b(the|and|with|your|you|which|that|this|from|have|been|it|mails? program|sender)\b`)

// shown are pieces of a text that are the same in every language: what is typed.
var shown = regexp.MustCompile(`\{[^}]*\}|"[^"]*"|“\{[a-z]+\}”|--[a-z-]+|https?://\S+|[A-Z]{3,}|\bunseen [a-z]+ .*`)

func TestNothingIsLeftInEnglish(t *testing.T) {
	letters := regexp.MustCompile(`\pL{2,}`)
	eachText(t, func(lang, key, text, english string) {
		if lang == "en" || strings.HasPrefix(key, "number-") || strings.HasPrefix(key, "bytes-") {
			return
		}
		left := shown.ReplaceAllString(text, "")
		if text == english && letters.MatchString(left) && !slices.Contains(alike[key], lang) {
			t.Errorf("%s %s is as in English: %q", lang, key, text)
		}
		if found := leftovers.FindString(left); found != "" {
			t.Errorf("%s %s holds %q: %q", lang, key, found, text)
		}
	})
}

// typed are what people type or look for; no language changes it.
var typed = regexp.MustCompile(`"unseen [^"]*"|--[a-z][a-z-]*|\bUNSEEN_[A-Z]+|config\.toml|unseen\.db|\b[A-Z]+:PORT\b|Ctrl-[CD]|\n  unseen [^\n]*`)

func TestWhatIsTypedStays(t *testing.T) {
	eachText(t, func(lang, key, text, english string) {
		want, got := typed.FindAllString(english, -1), typed.FindAllString(text, -1)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(slices.Compact(want), slices.Compact(got)) {
			t.Errorf("%s %s: what is typed is %q, in English %q", lang, key, got, want)
		}
	})
}

// manner is what LOOK.md keeps out of each language: alarm, and the other way of
// speaking to people.
var manner = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`(?i)!|\boops|tracker detected|please try again|failed|\berror\b|\bblocked\b|\bwarning\b`),
	"fr": regexp.MustCompile(`(?i)!|\boups|traceur détecté|échoué|\béchec|\berreur|bloqué|attention :|(^|[^\pL-])(tu|ton|tes|toi|te)($|[^\pL])`),
	"nl": regexp.MustCompile(`(?i)!|\boeps|tracker (gevonden|gedetecteerd)|mislukt|geblokkeerd|waarschuwing|(^|[^\pL])(u|uw|uzelf)($|[^\pL])`),
	"de": regexp.MustCompile(`(?i)!|\bhoppla|tracker erkannt|fehlgeschlagen|blockiert|\bwarnung|(^|[^\pL])(du|dein\w*|dich|dir)($|[^\pL])`),
}

func TestManner(t *testing.T) {
	eachText(t, func(lang, key, text, _ string) {
		if lang == "nl" && (key == "letter-text" || key == "paper-request") {
			return // the reader writes it to a company
		}
		if found := manner[lang].FindString(shown.ReplaceAllString(text, "")); found != "" {
			t.Errorf("%s %s says %q: %q", lang, key, found, text)
		}
		if strings.Contains(text, "  \n") || strings.TrimRight(text, " ") != text {
			t.Errorf("%s %s ends a line with a blank: %q", lang, key, text)
		}
	})
}

// Marks stand as each language has them; only what is typed or looked for in a file
// is between straight quotes.
func TestMarks(t *testing.T) {
	quoted := regexp.MustCompile(`"[^"]*"`)
	wrong := map[string]*regexp.Regexp{
		"en": regexp.MustCompile(`[«»„]| [:;?]`),
		"fr": regexp.MustCompile(`[„“”]| [:;?»]|« |[^\x{a0}\s(]»|[a-zé]:( |$)`),
		"nl": regexp.MustCompile(`[«»„]| [:;]`),
		"de": regexp.MustCompile(`[«»”]| [:;]`),
	}
	eachText(t, func(lang, key, text, english string) {
		if strings.HasPrefix(key, "ask-") {
			return // a line of its own, with the letters to type set apart
		}
		text = words.In(lang).Text(words.Key(key))
		if found := wrong[lang].FindString(text); found != "" {
			t.Errorf("%s %s holds %q: %q", lang, key, found, text)
		}
		if lang == "en" {
			return
		}
		for _, piece := range quoted.FindAllString(text, -1) {
			if !strings.Contains(english, piece) {
				t.Errorf("%s %s has %s between straight quotes, English has not", lang, key, piece)
			}
		}
	})
}

// A text is a sentence in every language or in none: what follows "unseen: " begins
// small and has no full stop.
func TestSentences(t *testing.T) {
	small := func(text string) bool {
		r, _ := utf8.DecodeRuneInString(text)
		return unicode.IsLower(r)
	}
	stops := func(text string) bool { return strings.HasSuffix(text, ".") }
	eachText(t, func(lang, key, text, english string) {
		if strings.HasPrefix(key, "number-") || key == "page-months" {
			return
		}
		if stops(text) != stops(english) {
			t.Errorf("%s %s ends as %q, in English %q", lang, key, text, english)
		}
		// German nouns are large, and some begin what is small elsewhere.
		if small(english) && lang != "de" && unicode.IsUpper([]rune(text)[0]) && !proper(text) {
			t.Errorf("%s %s begins large, not so in English: %q", lang, key, text)
		}
		if !small(english) && small(text) && unicode.IsUpper([]rune(english)[0]) && !proper(english) {
			t.Errorf("%s %s begins small, not so in English: %q", lang, key, text)
		}
	})
}

// proper says whether a text begins with a name, or with what is typed.
func proper(text string) bool {
	return strings.HasPrefix(text, "Unseen") || len(text) > 1 && unicode.IsUpper(rune(text[1])) ||
		regexp.MustCompile(`^(January|February|March|April|May|June|July|August|September|October|November|December)$`).MatchString(text)
}

// narrow are places where a text has little room, in letters.
var narrow = []struct {
	keys *regexp.Regexp
	most int
}{
	{regexp.MustCompile(`^did-`), 10},                            // a column of the journal
	{regexp.MustCompile(`^decided-`), 22},                        // a column of the table
	{regexp.MustCompile(`^letter-(yes|no)$`), 1},                 // one key
	{regexp.MustCompile(`^page-(yes|no|later)$`), 24},            // a button
	{regexp.MustCompile(`^page-pictures-(show|hide)$`), 28},      // a button
	{regexp.MustCompile(`^place-(held|failed)$`), 24},            // a placeholder
	{regexp.MustCompile(`^page-(nav|overview|held|again)$`), 30}, // a heading
}

// longer are texts that say more than the English ones, and why.
var longer = map[string]string{
	"because-own":        "the English is the sentence itself",
	"help_statement_way": "the words to type are explained",
	"place-in-query":     "plain words instead of the name of RFC 3986",
}

func TestLengths(t *testing.T) {
	eachText(t, func(lang, key, text, english string) {
		n, of := utf8.RuneCountInString(text), utf8.RuneCountInString(english)
		if n > of*17/10+25 && longer[key] == "" {
			t.Errorf("%s %s has %d letters, English has %d: %q", lang, key, n, of, text)
		}
		for _, place := range narrow {
			if place.keys.MatchString(key) && n > place.most {
				t.Errorf("%s %s has %d letters where %d fit: %q", lang, key, n, place.most, text)
			}
		}
	})
}

// Yes and no are of one weight in every language.
func TestYesAndNoAreEqual(t *testing.T) {
	for _, lang := range words.Languages() {
		c := words.In(lang)
		for _, pair := range [][2]words.Key{{"page-yes", "page-no"}, {"page-all-yes", "page-all-no"}} {
			yes, no := utf8.RuneCountInString(c.Text(pair[0])), utf8.RuneCountInString(c.Text(pair[1]))
			if yes > no*3/2 || no > yes*3/2 {
				t.Errorf("%s: %q and %q are not of one length", lang, c.Text(pair[0]), c.Text(pair[1]))
			}
		}
	}
}
