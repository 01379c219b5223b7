package manual_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/unseen-mail/unseen/internal/manual"
	"github.com/unseen-mail/unseen/internal/words"
)

// grammar has what can go wrong in a page: requests at the beginning of a line,
// backslashes, hyphens, a table, what is hidden.
type grammar struct {
	Sing struct {
		Song struct {
			Title string `arg:"" help:".TH of a song, in C:\\songs."`
			Loud  bool   `short:"l" help:"'Twas loud."`
			Low   bool   `hidden:"" help:"Nobody is told."`
		} `cmd:"" help:"Sing a song."`
		Secret struct{} `cmd:"" hidden:"" help:"Nobody is told."`
	} `cmd:"" help:"Sing."`
	Dance dance    `cmd:"" help:"Dance to a tune."`
	Dark  struct{} `cmd:"" hidden:"" help:"Nobody is told."`
}

type dance struct {
	Tune []string `arg:"" optional:"" help:"What to dance to."`
	To   string   `placeholder:"WHOM" help:"Who dances, with \"whom\"."`
}

// Help has a table.
func (dance) Help() string { return "Dances:\n\n  waltz   three\n  tango   four\n\nNo others." }

func pages(t *testing.T, lang string) map[string]string {
	t.Helper()
	parser, err := kong.New(&grammar{}, kong.Name("party"), kong.Description("A party."))
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, p := range manual.Pages(parser.Model, words.In(lang)) {
		found[p.Path] = p.Text
	}
	return found
}

// There is a page of the program and one of each command that is not hidden, in a
// directory of its language.
func TestPages(t *testing.T) {
	for lang, dir := range map[string]string{"en": "", "fr": "fr/", "nl": "nl/", "de": "de/"} {
		var got []string
		for place := range pages(t, lang) {
			got = append(got, place)
		}
		slices.Sort(got)
		want := []string{dir + "man1/party-dance.1", dir + "man1/party-sing.1", dir + "man1/party.1"}
		if !slices.Equal(got, want) {
			t.Errorf("in %s the pages are %v, want %v", lang, got, want)
		}
	}
}

// What is said stands in the page, and what is hidden does not.
func TestSays(t *testing.T) {
	found := pages(t, "en")
	for place, texts := range map[string][]string{
		"man1/party.1":       {"party\\-dance(1)", "A party.", ".SH EXIT STATUS", "UNSEEN_DATA"},
		"man1/party-sing.1":  {".SS party sing song", "\\&.TH of a song, in C:\\esongs.", "\\&'Twas loud.", "\\fB\\-l, \\-\\-loud\\fR"},
		"man1/party-dance.1": {"\\fB\\-\\-to=WHOM\\fR", ".nf\n  waltz   three\n  tango   four\n.fi\n", "with \\(dqwhom\\(dq", "[<tune> ...]"},
	} {
		for _, text := range texts {
			if !strings.Contains(found[place], text) {
				t.Errorf("%s does not hold %q:\n%s", place, text, found[place])
			}
		}
		if strings.Contains(found[place], "Nobody is told") {
			t.Errorf("%s says what is hidden", place)
		}
	}
}

// groff reads every page without a warning.
func TestGroff(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("there is no groff")
		}
		t.Skip("there is no groff")
	}
	for _, lang := range words.Languages() {
		for place, text := range pages(t, lang) {
			file := filepath.Join(t.TempDir(), "page")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(groff, "-man", "-Kutf8", "-Tutf8", "-ww", "-z", file).CombinedOutput()
			if err != nil || len(out) > 0 {
				t.Errorf("%s: %v\n%s", place, err, out)
			}
		}
	}
}
