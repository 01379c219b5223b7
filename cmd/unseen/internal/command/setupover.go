package command

import (
	"context"
	"slices"

	"github.com/unseen-mail/unseen/internal/profiles"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// over changes a profile over that is set up another way, by servers where a proxy is
// wanted, or the other way round: what was changed for that is taken back first, exactly,
// or nothing is done. It says whether to go on with the profile.
func (c *setupThunderbird) over(ctx context.Context, s *session, p profiles.Profile) (bool, error) {
	journal, err := s.journal()
	if err != nil {
		return false, err
	}
	notes, err := journal.Notes()
	if err != nil {
		return false, err
	}
	notes = slices.DeleteFunc(notes, func(n setup.Note) bool {
		return n.Profile != p.Dir || (n.Way == "") == (c.Way == byRelay)
	})
	if len(notes) == 0 {
		return true, nil
	}
	var names []string
	for _, n := range notes {
		names = append(names, s.noteName(n))
	}
	s.say(words.SetupProfile, "name", p.Name, "path", p.Dir)
	s.say(words.SetupOver, "ways", s.words.List(names))
	if c.DryRun {
		return false, nil // what would be changed can be listed once that is taken back
	}
	if profiles.Open(p.Dir) {
		return false, s.unlooked(p.Dir, setup.ErrOpen)
	}
	switch {
	case c.Yes:
	case !isTerminal(s.In):
		return false, s.fault(nil, words.SetupNobody, words.SetupYesHint)
	case !s.confirmed(words.AskOver):
		return false, nil
	}
	for _, n := range slices.Backward(notes) {
		if err := s.undo(ctx, journal, n); err != nil {
			return false, err
		}
	}
	return true, nil
}
