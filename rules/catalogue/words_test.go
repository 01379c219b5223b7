package catalogue

import (
	"errors"
	"strings"
	"testing"
)

const wordsHead = "# columns: language class where phrase source\n"

// The embedded words can be read, in at least twelve languages, each with
// phrases of both classes.
func TestWords(t *testing.T) {
	words, edition, err := Words()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(edition, "sha256:") || len(edition) != 71 {
		t.Errorf("edition %q", edition)
	}
	choice, login := map[string]int{}, map[string]int{}
	for _, w := range words {
		switch {
		case w.Where == "text" && w.Class == "choice":
			choice[w.Language]++
		case w.Where == "text" && w.Class == "authentication":
			login[w.Language]++
		}
	}
	for _, language := range strings.Fields("en fr nl de it es pt pl sv da cs fi") {
		if choice[language] < 10 || login[language] < 10 {
			t.Errorf("%s: %d phrases of choices, %d of authentications", language, choice[language], login[language])
		}
	}
}

// A row that does not hold to the form fails the table, with its line.
func TestWordsRefused(t *testing.T) {
	for name, row := range map[string]string{
		"class":         "en\twish\ttext\tunsubscribe\tusage\n",
		"where":         "en\tchoice\tsubject\tunsubscribe\tusage\n",
		"filler in url": "en\tfiller\turl\tthe\tusage\n",
		"no phrase":     "en\tchoice\ttext\t\tusage\n",
		"no source":     "en\tchoice\ttext\tunsubscribe\t\n",
		"twice":         "en\tchoice\ttext\topt out\tusage\nen\tchoice\ttext\topt out\tcorpus\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := parseWords([]byte(wordsHead + row))
			var at *ParseError
			if !errors.As(err, &at) || at.File != "words.tsv" || at.Line < 2 {
				t.Errorf("error %v", err)
			}
		})
	}
}
