package command

import (
	"context"
	"fmt"

	"github.com/unseen-mail/unseen/gui/launch"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

type openCommand struct {
	Sender string `arg:"" optional:"" help:"${help_open_sender}"`
	Print  bool   `help:"${help_open_print}"`
}

// Run opens the pages. Their address is a key for an hour, so it is handed to a
// browser where there is one, and printed only where there is none or the reader
// asks for it.
func (c *openCommand) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	opened, err := client.Open(ctx, api.OpenRequest{Sender: c.Sender})
	if err != nil {
		return err
	}
	address := string(opened.Address)
	if c.Print {
		fmt.Fprintln(s.Out, address)
		return nil
	}
	if launch.Browse(s.Getenv, address) {
		return nil
	}
	s.say(words.OpenAddress, "address", address)
	return nil
}
