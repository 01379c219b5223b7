// Command learnpairs counts which letters follow which in the words of this repository
// and writes detect/signal/pairs.tsv, by which package signal tells words from
// random text. Run it at the root of the repository:
//
//	go run ./internal/learnpairs
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/signal"
)

const head = "# How surprising it is that a symbol follows another, in tenths of a bit.\n" +
	"# Rows and columns: a to z, a digit, the edge of a word.\n" +
	"# Made by \"go run ./internal/learnpairs\" from the words of this repository.\n"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "learnpairs:", err)
		os.Exit(1)
	}
}

// run learns from what people wrote here, in twelve languages.
func run() error {
	texts, err := read("internal/words/texts/*.toml", "rules/purpose/data/*", "docs/*.md", "*.md")
	if err != nil {
		return err
	}
	phrases, err := columns("rules/catalogue/data/words.tsv", 3)
	if err != nil {
		return err
	}
	names, err := columns("rules/catalogue/data/vendors.tsv", 1, 2)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(head)
	if err := signal.Learn(slices.Concat(texts, phrases, names)...).Write(&b); err != nil {
		return err
	}
	if err := os.WriteFile("detect/signal/pairs.tsv", []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("writing pairs: %w", err)
	}
	return nil
}

// read returns the texts of files.
func read(patterns ...string) ([]string, error) {
	var out []string
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			return nil, fmt.Errorf("looking for %s: %w", pattern, os.ErrNotExist)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("reading words: %w", err)
			}
			out = append(out, string(text))
		}
	}
	return out, nil
}

// columns returns cells of a table, each as a text of its own.
func columns(name string, wanted ...int) ([]string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading words: %w", err)
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "\t")
		for _, n := range wanted {
			if !strings.HasPrefix(line, "#") && n < len(cells) {
				out = append(out, cells[n])
			}
		}
	}
	return out, nil
}
