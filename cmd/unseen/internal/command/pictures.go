package command

import (
	"context"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// Run chooses about pictures.
func (c *picturesCommand) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	p, err := client.ShowPictures(ctx, api.Picture{Sender: c.Sender, Show: c.Switch == "on"})
	if err != nil {
		return err
	}
	switch {
	case p.Sender == "all" && p.Show:
		s.say(words.PicturesAllOn)
	case p.Sender == "all":
		s.say(words.PicturesAllOff)
	case p.Show:
		s.say(words.PicturesOn, "sender", p.Sender)
	default:
		s.say(words.PicturesOff, "sender", p.Sender)
	}
	return nil
}
