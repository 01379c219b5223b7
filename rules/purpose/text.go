package purpose

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

//go:embed data/*.toml
var data embed.FS

// DefaultLanguage is that of texts which are missing in another.
const DefaultLanguage = "en"

// A Text says in one language what a purpose is.
type Text struct {
	// Title is a few words for a list or a switch.
	Title string `toml:"title"`
	// Sentence says plainly what happens to the reader's data.
	Sentence string `toml:"sentence"`
	// More is what is shown on demand: a few sentences.
	More string `toml:"more"`
	// Examples are what the purpose looks like in life, a sentence each.
	Examples []string `toml:"examples"`
}

// Languages returns the languages that purposes are told in, as in BCP 47, in
// alphabetical order.
func Languages() []string { return slices.Sorted(maps.Keys(texts())) }

// Text says what a purpose is in a language: "fr", or "fr-BE". It is English for
// a language that is not known, and bears the identifier as its title for a
// purpose that is not.
func (id ID) Text(lang string) Text {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	all := texts()
	for _, l := range []string{lang, DefaultLanguage} {
		if t, ok := all[l][id]; ok {
			t.Examples = slices.Clone(t.Examples)
			return t
		}
	}
	return Text{Title: string(id)}
}

// texts are the embedded texts by language. They are read once; that they can be
// is what the tests show.
var texts = sync.OnceValue(func() map[string]map[ID]Text {
	all := make(map[string]map[ID]Text)
	for _, lang := range []string{"de", "en", "fr", "nl"} {
		var of map[ID]Text
		mustDecode(lang, &of)
		all[lang] = of
	}
	return all
})

// mustDecode reads an embedded file into v, every key of it.
func mustDecode(name string, v any) {
	meta, err := toml.Decode(string(mustRead(name)), v)
	if left := meta.Undecoded(); err == nil && len(left) > 0 {
		err = fmt.Errorf("unknown key %q", left[0])
	}
	must(name, err)
}

// mustRead returns an embedded file.
func mustRead(name string) []byte {
	raw, err := data.ReadFile(path.Join("data", name+".toml"))
	must(name, err)
	return raw
}

// must ends the program if an embedded file cannot be read. They are part of it:
// that is the fault of whoever built it, and the tests of this package find it.
func must(name string, err error) {
	if err != nil {
		panic(fmt.Sprintf("purpose: reading data/%s.toml: %v", name, err))
	}
}
