package purpose

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
)

// A Stand is what an authority says of a purpose.
type Stand string

const (
	// ConsentNeeded: the reader has to agree first.
	ConsentNeeded Stand = "consent"
	// NoConsentNeeded: an exemption, on its conditions, and only if the tracker
	// has no other purpose.
	NoConsentNeeded Stand = "exempt"
	// Contested: sources disagree, or the authority has not said. The reader
	// is told so.
	Contested Stand = "contested"
)

// A Sureness is how well it is known what an authority says.
type Sureness string

const (
	// Certain: the text itself was read.
	Certain Sureness = "certain"
	// Reported: several others tell it; the text itself was not read.
	Reported Sureness = "reported"
	// Default: it follows from the directive; the authority has said nothing.
	Default Sureness = "default"
)

// A Rule is what one edition says of one purpose.
type Rule struct {
	// Purpose is what it speaks of.
	Purpose ID `toml:"purpose"`
	// Stand is what it says.
	Stand Stand `toml:"stand"`
	// Sure is how well that is known.
	Sure Sureness `toml:"sure"`
	// Section is where it stands in the edition's instrument, "" if there is
	// no one place.
	Section string `toml:"section"`

	NoteKey string `toml:"note"`
}

// Note is a sentence for the reader that qualifies the rule, in a language as
// for [ID.Text]; "" if there is nothing to add.
func (r Rule) Note(lang string) string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	if s, ok := notes()[r.NoteKey][lang]; ok {
		return s
	}
	return notes()[r.NoteKey][DefaultLanguage]
}

// An Edition is what an authority says at a time. Editions are never removed:
// records of the ledger name them.
type Edition struct {
	// ID is the stored name: "FR-2026-042".
	ID string `toml:"id"`
	// Jurisdiction is a country by ISO 3166-1, or "EU".
	Jurisdiction string `toml:"jurisdiction"`
	// Authority, Instrument and Article name who says it where, by what law,
	// in the authority's own language.
	Authority, Instrument, Article string
	// Date is that of the instrument, as far as it is known: "2026-03-12",
	// "2025-06", or "".
	Date string `toml:"date"`
	// Status is "draft", "in force", or "default" where an authority has not
	// spoken and the directive is all there is.
	Status string `toml:"status"`
	// Source is where this was read.
	Source string `toml:"source"`
	// Rules are what it says itself; ask [Edition.Rule].
	Rules []Rule `toml:"rules"`
}

// Jurisdictions returns those that there is an edition of, "EU" first.
func Jurisdictions() []string {
	var list []string
	for _, e := range editions() {
		if !slices.Contains(list, e.Jurisdiction) {
			list = append(list, e.Jurisdiction)
		}
	}
	return list
}

// Editions returns all editions, for each jurisdiction the oldest first.
func Editions() []Edition {
	list := slices.Clone(editions())
	for i := range list {
		list[i].Rules = slices.Clone(list[i].Rules)
	}
	return list
}

// For returns the newest edition of a jurisdiction: "FR", in any case. Where
// there is none it is that of the European Union.
func For(jurisdiction string) Edition {
	all := Editions()
	for _, e := range slices.Backward(all) {
		if strings.EqualFold(e.Jurisdiction, jurisdiction) {
			return e
		}
	}
	return all[0]
}

// ByID returns the edition that a record names.
func ByID(id string) (Edition, bool) {
	for _, e := range Editions() {
		if e.ID == id {
			return e, true
		}
	}
	return Edition{}, false
}

// Rule is what an edition says of a purpose. Of what it is silent on, the
// edition of the European Union speaks; a purpose that nobody knows needs
// consent.
func (e Edition) Rule(id ID) Rule {
	for _, rules := range [][]Rule{e.Rules, editions()[0].Rules} {
		if i := slices.IndexFunc(rules, func(r Rule) bool { return r.Purpose == id }); i >= 0 {
			return rules[i]
		}
	}
	return Rule{Purpose: id, Stand: ConsentNeeded, Sure: Default}
}

// DataSHA256 is a hash over everything that this package knows, in hexadecimal:
// the edition of its texts.
func DataSHA256() string { return dataHash() }

var dataHash = sync.OnceValue(func() string {
	h := sha256.New()
	for _, name := range []string{"de", "en", "fr", "law", "nl", "notes"} {
		h.Write(mustRead(name))
	}
	return hex.EncodeToString(h.Sum(nil))
})

var editions = sync.OnceValue(func() []Edition {
	var file struct {
		Edition []Edition `toml:"edition"`
	}
	mustDecode("law", &file)
	return file.Edition
})

var notes = sync.OnceValue(func() map[string]map[string]string {
	var file map[string]map[string]string
	mustDecode("notes", &file)
	return file
})
