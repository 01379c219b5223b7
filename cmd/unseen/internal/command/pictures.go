package command

import (
	"context"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// What is done about pictures.
const (
	pictureOn   = "on"
	pictureOff  = "off"
	pictureOnce = "once"
	pictureRead = "read"
	pictureBare = "bare"
)

type picturesCommand struct {
	Sender  string `arg:"" help:"${help_picture_sender}" predictor:"sender"`
	Switch  string `arg:"" enum:"on,off,once,read,bare" help:"${help_on_off}"`
	Picture int    `placeholder:"N" help:"${help_picture_number}"`
	Output  string `short:"o" type:"path" placeholder:"FILE" help:"${help_picture_output}"`
}

// Run chooses about pictures, or says what a mail says without them.
func (c *picturesCommand) Run(ctx context.Context, s *session) error {
	if (c.Output != "") != (c.Switch == pictureBare) || c.Picture != 0 && c.Switch != pictureBare {
		return usage(s, words.BareNeedsFile)
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.Switch == pictureOn || c.Switch == pictureOff {
		return c.choose(ctx, s, client)
	}
	r, err := client.Reading(ctx, c.Sender)
	if err != nil {
		return err
	}
	switch c.Switch {
	case pictureRead:
		s.printReading(&r)
		return nil
	case pictureBare:
		return c.bare(ctx, s, client, &r)
	}
	permit, err := client.Once(ctx, api.OnceRequest{Message: r.Message, Pictures: true, How: "command"})
	if err != nil {
		return err
	}
	s.say(words.PicturesOnce, "subject", r.Subject, "until", permit.Until.Local().Format("15:04"))
	return nil
}

// choose makes a choice for a sender, or for all.
func (c *picturesCommand) choose(ctx context.Context, s *session, client *api.Client) error {
	p, err := client.ShowPictures(ctx, api.Picture{Sender: c.Sender, Show: c.Switch == pictureOn})
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
