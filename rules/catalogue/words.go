package catalogue

import "fmt"

// A Word is a phrase by which a link says what it is for.
type Word struct {
	// Language is the ISO 639-1 code of the phrase's language.
	Language string
	// Class is "choice" or "authentication"; "here" for words that say
	// nothing by themselves, "filler" for words that are passed over.
	Class string
	// Where says what the phrase is looked for in: "text", "around" or "url".
	Where string
	// Phrase is the phrase, with "*", "^" and "$" as words.tsv explains.
	Phrase string
	// Line is the row's line in words.tsv.
	Line int
}

// Words returns the phrases of words.tsv, and the edition of that table as
// [Catalogue.Edition] names editions.
func Words() ([]Word, string, error) {
	text, err := embedded.ReadFile("data/words.tsv")
	if err != nil {
		return nil, "", fmt.Errorf("reading words.tsv: %w", err)
	}
	return parseWords(text)
}

// parseWords reads the table of words.
func parseWords(text []byte) ([]Word, string, error) {
	t, err := parseTable(forms()[8], text)
	if err != nil {
		return nil, "", err
	}
	seen := make(map[[3]string]bool, len(t.rows))
	words := make([]Word, 0, len(t.rows))
	for _, r := range t.rows {
		w := Word{Language: r.fields[0], Class: r.fields[1], Where: r.fields[2], Phrase: r.fields[3], Line: r.line}
		switch w.Class {
		case "choice", "authentication":
			if w.Where != "text" && w.Where != "around" && w.Where != "url" {
				return nil, "", t.fail(r, "a phrase is looked for in text, around or url, not in %q", w.Where)
			}
		case "here", "filler":
			if w.Where != "text" {
				return nil, "", t.fail(r, "words of class %q are those of texts", w.Class)
			}
		default:
			return nil, "", t.fail(r, "there is no class %q", w.Class)
		}
		if w.Phrase == "" {
			return nil, "", t.fail(r, "the phrase is empty")
		}
		key := [3]string{w.Language + w.Class, w.Where, w.Phrase}
		if seen[key] {
			return nil, "", t.fail(r, "the phrase %q stands there twice", w.Phrase)
		}
		seen[key] = true
		words = append(words, w)
	}
	return words, edition([]table{t}), nil
}
