package command

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// accountConfirm is the reader's word that the name on top of their mail is their
// provider's.
type accountConfirm struct {
	Address string `arg:"" help:"${help_address}" predictor:"account"`
	Yes     bool   `help:"${help_confirm_yes}"`
	Undo    bool   `help:"${help_confirm_undo}"`
}

// Run says what was counted, and asks.
func (c *accountConfirm) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.Undo {
		if _, err := client.ConfirmVouching(ctx, api.VouchRequest{Address: c.Address, Undo: true}); err != nil {
			return err
		}
		s.say(words.VouchUndone)
		return nil
	}
	v, err := client.Vouching(ctx, c.Address)
	if err != nil {
		return err
	}
	switch {
	case v.Confirmed != "":
		s.say(words.VouchConfirmed, "by", v.Confirmed)
		return nil
	case v.Ready:
		s.say(words.VouchReady, "by", v.By, "n", v.Mails, "domains", v.Domains)
		if agreed, err := c.agreed(s, v.By); err != nil || !agreed {
			return err
		}
	}
	// The daemon counts again, and says what is missing.
	if v, err = client.ConfirmVouching(ctx, api.VouchRequest{Address: c.Address, By: v.By}); err != nil {
		return err
	}
	s.say(words.VouchConfirmed, "by", v.Confirmed)
	return nil
}

// agreed asks whoever types. All but a yes is a no.
func (c *accountConfirm) agreed(s *session, by string) (bool, error) {
	if c.Yes {
		return true, nil
	}
	if !isTerminal(s.In) {
		return false, misuse(s, words.VouchNoTerminal, words.VouchNoTerminalHint)
	}
	yes, no := s.words.Say(words.LetterYes), s.words.Say(words.LetterNo)
	fmt.Fprint(s.Out, s.words.Say(words.AskVouch, "by", by, "yes", yes, "no", no)+" ")
	line, _ := bufio.NewReader(s.In).ReadString('\n') // the end of input is a no
	if strings.ToLower(strings.TrimSpace(line)) == yes {
		return true, nil
	}
	s.say(words.VouchNotConfirmed)
	return false, nil
}
