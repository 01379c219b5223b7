package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/restore"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// setupUndo takes back what setup changed.
type setupUndo struct {
	Address string `arg:"" optional:"" help:"${help_undo_address}"`
	Yes     bool   `short:"y" help:"${help_undo_yes}"`
}

// Run takes the notes back, the newest first, and puts the mail that the program
// stored meanwhile back.
func (c *setupUndo) Run(ctx context.Context, s *session) error {
	journal, err := s.journal()
	if err != nil {
		return err
	}
	notes, err := journal.Notes()
	if err != nil {
		return err
	}
	notes = slices.DeleteFunc(notes, func(n setup.Note) bool { return c.Address != "" && !strings.EqualFold(n.Address, c.Address) })
	if len(notes) == 0 {
		s.say(words.UndoNothing)
		return nil
	}
	for _, n := range notes {
		s.say(words.UndoNote, "address", s.noteName(n), "path", n.Profile, "n", len(n.Changes), "when", s.words.Date(n.When))
	}
	if !c.Yes {
		if !isTerminal(s.In) {
			return s.fault(nil, words.SetupNobody, words.SetupYesHint)
		}
		if !s.confirmed(words.AskUndo) {
			return nil
		}
	}
	var stores []string
	for _, n := range slices.Backward(notes) {
		if err := s.undo(ctx, journal, n); err != nil {
			return err
		}
		for _, dir := range append(n.Dirs, n.Dir) {
			if _, err := os.Stat(dir); err == nil {
				stores = append(stores, dir)
			}
		}
	}
	client, err := s.client(ctx)
	if err == nil {
		_, err = client.Status(ctx)
	}
	if err != nil {
		s.say(words.UndoStoresLater)
		return nil
	}
	return s.putBack(ctx, client, stores)
}

// undo takes one note back, and says what was left as it is.
func (s *session) undo(ctx context.Context, journal setup.Journal, n setup.Note) error {
	left, err := journal.Undo(ctx, n)
	if err != nil {
		return s.unlooked(n.Profile, err)
	}
	s.say(words.Undone, "address", s.noteName(n), "path", n.Profile)
	for _, one := range left {
		s.say(words.UndoLeft, "file", one.File, "key", one.Key)
	}
	return s.turnOff(ctx, journal, n)
}

// originals asks Unseen for originals.
func originals(client *api.Client) restore.Source {
	return func(ctx context.Context, raw []byte) (restore.State, []byte, error) {
		kept, out, err := client.Original(ctx, raw)
		switch kept {
		case api.KeptServed:
			return restore.Served, out, err
		case api.KeptWritten:
			return restore.Written, out, err
		case api.KeptUnknown:
			return restore.Unknown, raw, err
		}
		return restore.Original, raw, err
	}
}

// putBack puts stores of mail programs back and says what came of it. What is left
// is errSaid.
func (s *session) putBack(ctx context.Context, client *api.Client, stores []string) error {
	r := restore.Restorer{Source: originals(client)}
	n, err := r.Run(ctx, stores)
	s.say(words.BackMails, "n", n.Mails, "files", n.Files, "served", n.Served, "written", n.Written)
	left := false
	for path, name := range n.Open {
		left = true
		s.complain(s.words.Say(words.BackOpen, "path", path, "program", name), s.words.Say(words.BackOpenHint))
	}
	for path, why := range n.Failed {
		left = true
		s.complain(s.words.Say(words.BackFailed, "path", path, "what", bareText(why)), s.words.Say(words.BackFailedHint))
	}
	for _, path := range n.Unknown {
		left = true
		s.complain(s.words.Say(words.BackUnknown, "path", path), s.words.Say(words.BackUnknownHint))
	}
	switch {
	case err != nil:
		return err
	case left:
		return errSaid
	}
	return nil
}

// bareText is what an error says without the path, which is said already.
func bareText(err error) string {
	if inner := errors.Unwrap(err); inner != nil {
		return inner.Error()
	}
	return fmt.Sprint(err)
}
