package command

import (
	"context"
	"os"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// printReading says what a mail says without its pictures.
func (s *session) printReading(r *api.Reading) {
	s.say(words.ReadingHead, "subject", r.Subject, "n", r.Pictures)
	if r.InPictures {
		s.say(words.ReadingInPictures)
	}
	if r.Plain != "" {
		s.say(words.ReadingPlain)
	}
	if len(r.Lines) == 0 {
		s.say(words.ReadingNothing)
	}
	n := 0
	for _, line := range r.Lines {
		if line.Kind != "picture" {
			s.say(words.ReadingLink, "text", line.Text)
			continue
		}
		n++
		switch {
		case line.Text == "":
			s.say(words.ReadingMute, "n", n)
		default:
			s.say(words.ReadingPicture, "n", n, "text", line.Text)
		}
		if line.Token != "" {
			s.say(words.ReadingBare, "n", n)
		}
	}
}

// bare asks for one picture by its address without the identifier.
func (c *picturesCommand) bare(ctx context.Context, s *session, client *api.Client, r *api.Reading) error {
	token, n := "", 0
	for _, line := range r.Lines {
		if line.Kind != "picture" {
			continue
		}
		if n++; line.Token != "" && token == "" && (c.Picture == 0 || c.Picture == n) {
			token = line.Token
		}
	}
	if token == "" {
		return s.fault(nil, words.NoBare, words.NoBareHint)
	}
	pic, err := client.Bare(ctx, api.BareRequest{Message: r.Message, Token: token})
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Output, pic.Body, 0o600); err != nil {
		return s.fault(err, words.WritingFile, words.WritingFileHint, "file", c.Output, "what", err)
	}
	s.say(words.BareWritten, "file", c.Output, "host", pic.Host)
	return nil
}
