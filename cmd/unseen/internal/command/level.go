package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/unseen-mail/unseen/internal/words"
)

type levelCommand struct {
	Level string `arg:"" optional:"" help:"${help_level_name}"`
}

// Run chooses how much is held, or says it.
func (c *levelCommand) Run(ctx context.Context, s *session) error {
	if !slices.Contains([]string{"", "standard", "own", "all"}, c.Level) {
		return usage(s, words.UnknownLevel, "level", c.Level)
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.Level != "" {
		if _, err := client.SetLevel(ctx, c.Level); err != nil {
			return err
		}
	}
	st, err := client.Status(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out, levelText(s.words, st.Level))
	if slices.Contains(st.Pinned, "level") {
		s.say(words.StatusPinned, "key", "level")
	}
	return nil
}

// levelText is a level in a sentence.
func levelText(w *words.Catalogue, level string) string {
	switch level {
	case "own":
		return w.Say(words.StatusLevelOwn)
	case "all":
		return w.Say(words.StatusLevelAll)
	}
	return w.Say(words.StatusLevel)
}
