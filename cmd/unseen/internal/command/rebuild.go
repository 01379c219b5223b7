package command

import (
	"context"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// rebuildCommand makes again what was lost with the store.
type rebuildCommand struct {
	Address string `arg:"" help:"${help_address}" predictor:"account"`
	Login   string `help:"${help_login}"`
}

// Run asks for the password and tells how far it is.
func (c *rebuildCommand) Run(ctx context.Context, s *session) error {
	paths, _, err := s.paths()
	if err != nil {
		return err
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	password, err := s.passwordOf(ctx, c.Address)
	if err != nil {
		return err
	}
	q := api.RebuildRequest{Address: c.Address, Login: c.Login, Password: api.Secret(password)}
	for at, err := range client.Rebuild(ctx, q) {
		switch {
		case ctx.Err() != nil:
			s.hint(s.words.Say(words.RebuildInterrupted))
			return ctx.Err()
		case err != nil:
			return err
		case !at.Done:
			s.say(words.RebuildProgress, "read", at.Read, "messages", at.Messages, "mailbox", at.Mailbox, "mailboxes", at.Mailboxes)
		default:
			s.say(words.RebuildDone, "n", at.Read, "known", at.References)
			if at.Unread > 0 {
				s.say(words.RebuildUnread, "n", at.Unread)
			}
		}
	}
	s.say(words.RebuildKey, "path", filepath.Join(paths.Data, "key"))
	return nil
}
