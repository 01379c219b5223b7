package words_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/words"
)

func TestIn(t *testing.T) {
	for tag, want := range map[string]string{
		"fr": "fr", "fr-BE": "fr", "FR": "fr", "nl-Latn-BE": "nl", "de-AT": "de", "en-GB": "en",
		"": "en", "pt": "en", "french": "en", "-": "en", "C": "en",
	} {
		if got := words.In(tag).Lang(); got != want {
			t.Errorf("%q is %s, want %s", tag, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	for name, c := range map[string]struct {
		set  string
		env  map[string]string
		want string
	}{
		"nothing":            {"", nil, "en"},
		"plain environment":  {"", map[string]string{"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, "en"},
		"the first counts":   {"", map[string]string{"LC_MESSAGES": "nl_BE.UTF-8", "LANG": "fr_BE.UTF-8"}, "nl"},
		"empty is not set":   {"", map[string]string{"LC_ALL": "", "LANG": "de_DE@euro"}, "de"},
		"without a country":  {"", map[string]string{"LANG": "fr"}, "fr"},
		"without a charset":  {"", map[string]string{"LANG": "fr.UTF-8"}, "fr"},
		"unknown":            {"", map[string]string{"LANG": "pt_PT.UTF-8"}, "en"},
		"the setting stands": {"de", map[string]string{"LC_ALL": "fr_FR.UTF-8"}, "de"},
		"other variables":    {"", map[string]string{"LC_TIME": "fr_FR.UTF-8"}, "en"},
		"not a locale":       {"", map[string]string{"LANG": "_._"}, "en"},
		"a charset alone":    {"", map[string]string{"LANG": ".UTF-8"}, "en"},
		"POSIX":              {"", map[string]string{"LANG": "POSIX"}, "en"},
		"modifier first":     {"", map[string]string{"LANG": "nl@euro"}, "nl"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := words.Choose(c.set, func(name string) string { return c.env[name] }).Lang(); got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
		})
	}
}

func TestFromAccepted(t *testing.T) {
	for field, want := range map[string]string{
		"":                                    "en",
		"fr-BE,fr;q=0.9,en;q=0.8":             "fr",
		"pt-PT, pt;q=0.9, de;q=0.5, en;q=0.3": "de",
		"nl ;q=0 , de":                        "de",
		"fr; q=0, nl":                         "nl",
		"*":                                   "en",
		"pt":                                  "en",
		",,;;=,-,fr":                          "fr",
		"EN-us":                               "en",
	} {
		if got := words.FromAccepted(field).Lang(); got != want {
			t.Errorf("%q is %s, want %s", field, got, want)
		}
	}
}

// A field of any form has a language.
func FuzzFromAccepted(f *testing.F) {
	for _, seed := range []string{"", "fr-BE,fr;q=0.9", "nl ;q=0 , de", ",;=-_", "*;q=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, field string) {
		if got := words.FromAccepted(field).Lang(); !slices.Contains(words.Languages(), got) {
			t.Errorf("%q is %q", field, got)
		}
	})
}

// Nothing is one thing in French alone.
func TestCounting(t *testing.T) {
	for n, want := range map[int][]string{
		0: {"0 loads", "0 chargement", "0 keer", "0 Abrufe"}, 1: {"1 load ", "1 chargement ", "1 keer", "1 Abruf "},
		2: {"2 loads", "2 chargements", "2 keer", "2 Abrufe"},
	} {
		for i, lang := range words.Languages() {
			said := words.In(lang).Say(words.StatusToday, "held", n, "released", 0, "copies", 0)
			if !strings.Contains(said, want[i]) {
				t.Errorf("%s says %q, want %q in it", lang, said, want[i])
			}
		}
	}
}

// Commands are named as they can be typed, in every language; nothing else is.
func TestAsInEachLanguage(t *testing.T) {
	const program = "/opt/$1/unseen"
	for _, lang := range words.Languages() {
		c := words.In(lang)
		named := c.As(program)
		for _, k := range []words.Key{words.NotRunningHint, words.DemoCommands, words.NoAccounts} {
			if said := named.Text(k); !strings.Contains(said, program+" ") || strings.Contains(said, "\"unseen ") {
				t.Errorf("%s says %q", lang, said)
			}
		}
		for _, k := range []words.Key{words.NoticeIs, words.OpeningDamaged, words.HelpUnseen} {
			if named.Text(k) != c.Text(k) {
				t.Errorf("%s says %q", lang, named.Text(k))
			}
		}
		if named.Lang() != lang || c.As("") != c || c.As("unseen") != c {
			t.Errorf("%s is another catalogue", lang)
		}
	}
}
