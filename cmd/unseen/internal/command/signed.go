package command

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// accountSigned verifies a sender's signatures on this computer.
type accountSigned struct {
	Address string `arg:"" help:"${help_address}" predictor:"account"`
	Sender  string `arg:"" help:"${help_signed_sender}"`
	Login   string `help:"${help_login}"`
	Yes     bool   `short:"y" help:"${help_signed_yes}"`
	Undo    bool   `help:"${help_signed_undo}"`
}

// Run says who would see that somebody asked, asks, and tells what came of it.
func (c *accountSigned) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	q := api.SignedRequest{Address: c.Address, Sender: c.Sender, Login: c.Login, Undo: c.Undo}
	if c.Undo {
		done, err := client.Signed(ctx, q)
		if err == nil {
			s.say(words.SignedUndone, "domain", done.Domain)
		}
		return err
	}
	s.say(words.SignedAsks, "domain", c.Sender)
	if agreed, err := c.agreed(s); err != nil || !agreed {
		return err
	}
	password, err := s.passwordOf(ctx, c.Address)
	if err != nil {
		return err
	}
	q.Password = api.Secret(password)
	done, err := client.Signed(ctx, q)
	if err != nil {
		return err
	}
	for _, name := range done.Asked {
		s.say(words.SignedAsked, "name", name)
	}
	s.say(words.SignedDone, "verified", done.Verified, "n", done.Mails, "domain", done.Domain)
	return nil
}

// agreed asks whoever types. All but a yes is a no.
func (c *accountSigned) agreed(s *session) (bool, error) {
	if c.Yes {
		return true, nil
	}
	if !isTerminal(s.In) {
		return false, misuse(s, words.SignedNoTerminal, words.SignedNoTerminalHint)
	}
	yes, no := s.words.Say(words.LetterYes), s.words.Say(words.LetterNo)
	fmt.Fprint(s.Out, s.words.Say(words.SignedAsk, "yes", yes, "no", no)+" ")
	line, _ := bufio.NewReader(s.In).ReadString('\n') // the end of input is a no
	if strings.ToLower(strings.TrimSpace(line)) == yes {
		return true, nil
	}
	s.say(words.SignedLeft)
	return false, nil
}
