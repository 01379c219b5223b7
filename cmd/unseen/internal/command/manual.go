package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"github.com/unseen-mail/unseen/internal/manual"
	"github.com/unseen-mail/unseen/internal/words"
)

type manualCommand struct {
	Dir string `arg:"" type:"path" help:"${help_manual_dir}"`
}

// Run writes the pages. Those that stand there already are replaced.
func (c *manualCommand) Run(s *session) error {
	n := 0
	for _, lang := range words.Languages() {
		pages, err := manualIn(words.In(lang))
		if err != nil {
			return err
		}
		for _, p := range pages {
			file := filepath.Join(c.Dir, filepath.FromSlash(p.Path))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return fmt.Errorf("writing the manual: %w", err)
			}
			if err := os.WriteFile(file, []byte(p.Text), 0o644); err != nil {
				return fmt.Errorf("writing the manual: %w", err)
			}
			n++
		}
	}
	s.say(words.ManualWritten, "n", n, "dir", c.Dir)
	return nil
}

// manualIn is the manual in one language.
func manualIn(w *words.Catalogue) ([]manual.Page, error) {
	s := &session{words: w}
	parser, err := s.parser(&grammar{}, func() (context.Context, error) { return context.Background(), nil })
	if err != nil {
		return nil, err
	}
	inOwnWords(parser.Model.Node, w)
	return manual.Pages(parser.Model, w), nil
}

// inOwnWords puts the list of purposes into the language of the words: the grammar
// knows it in English only.
func inOwnWords(node *kong.Node, w *words.Catalogue) {
	if listsPurposes(node) {
		node.Detail = purposesHelp(w)
	}
	for _, child := range node.Children {
		inOwnWords(child, w)
	}
}
