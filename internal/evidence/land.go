package evidence

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/unseen-mail/unseen/internal/words"
)

// german is the language of the authorities of the Länder.
const german = "de"

//go:embed lands.toml
var landsTable string

// A Land has an authority that takes complaints of those who live there.
type Land struct {
	// Code is as in ISO 3166-2, without "DE-"; "BUND" is the Federation, "BY-LFD" public
	// bodies in Bavaria.
	Code string `toml:"code"`
	// Land is its name, Name that of the authority, both in German.
	Land string `toml:"land"`
	// Name is the authority's.
	Name string `toml:"name"`
	// Post is where letters go, line by line; none if sources do not agree.
	Post []string `toml:"post"`
	// Mail and Web are its address and its page.
	Mail string `toml:"mail"`
	// Web is its page.
	Web string `toml:"web"`
	// Sources say who says so.
	Sources []string `toml:"sources"`

	// read is the day on which the sources were.
	read string
}

// Lands are the members of the Datenschutzkonferenz, as lands.toml has them.
func Lands() ([]Land, error) {
	var table struct {
		Read   string `toml:"read"`
		Office []Land `toml:"office"`
	}
	if _, err := toml.Decode(landsTable, &table); err != nil {
		return nil, fmt.Errorf("reading the authorities of the Länder: %w", err)
	}
	for i := range table.Office {
		table.Office[i].read = table.Read
	}
	return table.Office, nil
}

// LandOf finds the Land that somebody means: by its code, with "DE-" or without, or by
// its name, with umlauts or without.
func LandOf(typed string) (Land, bool) {
	plain := func(s string) string {
		return strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", " ", "-").Replace(strings.ToLower(strings.TrimSpace(s)))
	}
	want := strings.TrimPrefix(plain(typed), "de-")
	all, err := Lands()
	if err != nil {
		return Land{}, false // a test reads the table
	}
	for _, one := range all {
		if want == plain(one.Code) || want == plain(one.Land) {
			return one, true
		}
	}
	return Land{}, false
}

// Codes are those of all Länder.
func Codes() []string {
	all, err := Lands()
	if err != nil {
		return nil // a test reads the table
	}
	codes := make([]string, 0, len(all))
	for _, one := range all {
		codes = append(codes, one.Code)
	}
	return codes
}

// Addressed addresses a draft for the authority of a Land, which it leaves open, to this
// one. A draft that has no such place is left as it is.
func (l Land) Addressed(markdown string) string {
	open := words.In(german).Say(words.PaperLand)
	head, rest, found := strings.Cut(markdown, "\n\n")
	if l.Name == "" || !found || !strings.Contains(head, open) {
		return markdown
	}
	return strings.Replace(head, "bei "+open, "\u2013 "+l.Name, 1) + "\n\n" + l.block() + "\n\n" + rest
}

// block is what stands above the letter, in German.
func (l Land) block() string {
	lines := []string{l.Name}
	if len(l.Post) == 0 {
		lines = append(lines, "[Anschrift]")
	}
	lines = append(append(lines, l.Post...), "E-Mail: "+l.Mail, "Internet: "+l.Web)
	day := l.read
	if on, err := time.Parse(time.DateOnly, l.read); err == nil {
		day = words.In(german).Date(on)
	}
	return strings.Join(lines, "\n") + "\n\n[Zuletzt gelesen am " + day + ", nicht auf den Seiten der Behörde selbst. Bitte dort prüfen und diese Zeile streichen.]"
}
