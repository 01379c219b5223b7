package words

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

//go:embed texts/*.toml
var files embed.FS

// DefaultLanguage is what is spoken to those whose language is not known.
const DefaultLanguage = "en"

// Languages returns the languages that Unseen speaks, as in BCP 47.
func Languages() []string { return []string{"en", "fr", "nl", "de"} }

// English returns the English catalogue.
func English() *Catalogue { return loaded()["en"]() }

// In returns the catalogue of a language as in BCP 47: "fr", "fr-BE". It is
// English for one that Unseen does not speak.
func In(lang string) *Catalogue {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	if load, ok := loaded()[lang]; ok {
		return load()
	}
	return English()
}

// Choose returns the catalogue of the language that is set, or where none is that of
// the environment.
func Choose(lang string, getenv func(string) string) *Catalogue {
	if lang != "" {
		return In(lang)
	}
	return FromEnvironment(getenv)
}

// FromEnvironment returns the catalogue of the language that a terminal is set
// to: the first of LC_ALL, LC_MESSAGES and LANG that is not empty (POSIX.1-2017,
// section 8.2), in the form "fr_BE.UTF-8@euro".
func FromEnvironment(getenv func(string) string) *Catalogue {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			lang, _, _ := strings.Cut(value, "_")
			lang, _, _ = strings.Cut(lang, ".")
			lang, _, _ = strings.Cut(lang, "@")
			return In(lang)
		}
	}
	return English()
}

// FromAccepted returns the catalogue of the first language that Unseen speaks in
// an Accept-Language field (RFC 9110, section 12.5.4), whatever its weight:
// browsers list languages by it.
func FromAccepted(field string) *Catalogue {
	for i, part := range strings.Split(field, ",") {
		if i >= maxAccepted {
			break
		}
		tag, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		lang, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if load, ok := loaded()[lang]; ok && strings.ReplaceAll(weight, " ", "") != "q=0" {
			return load()
		}
	}
	return English()
}

// maxAccepted is how many languages of a field are looked at.
const maxAccepted = 32

// loaded are the catalogues; each is read when it is first asked for.
var loaded = sync.OnceValue(func() map[string]func() *Catalogue {
	all := make(map[string]func() *Catalogue)
	for _, lang := range Languages() {
		all[lang] = sync.OnceValue(func() *Catalogue { return read(lang) })
	}
	return all
})

// read reads the texts of a language. What is missing in it is said in English;
// the tests of this package see to it that nothing is.
func read(lang string) *Catalogue {
	c := &Catalogue{lang: lang, texts: decode(lang), one: func(n int64) bool { return n == 1 }}
	if lang == "fr" {
		// In French nothing is one thing, too.
		c.one = func(n int64) bool { return n == 0 || n == 1 }
		for k, text := range c.texts {
			c.texts[k] = unbroken(text)
		}
	}
	if lang != DefaultLanguage {
		for k, text := range decode(DefaultLanguage) {
			if c.texts[k] == "" {
				c.texts[k] = text
			}
		}
	}
	return c
}

// unbroken puts the blanks that French has before and within its marks so that no
// line ends at them, whatever the file has there.
func unbroken(text string) string {
	return strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " »", "\u00a0»", "« ", "«\u00a0").Replace(text)
}

// decode reads an embedded file. It is part of the program: one that cannot be
// read is the fault of whoever built it.
func decode(lang string) map[Key]string {
	raw, err := files.ReadFile("texts/" + lang + ".toml")
	texts := make(map[Key]string)
	if err == nil {
		err = toml.Unmarshal(raw, &texts)
	}
	if err != nil {
		panic(fmt.Sprintf("words: reading texts/%s.toml: %v", lang, err))
	}
	return texts
}
