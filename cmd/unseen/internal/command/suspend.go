package command

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

type suspendCommand struct {
	For     string `arg:"" optional:"" name:"for" help:"${help_suspend_for}"`
	Account string `placeholder:"ADDRESS" help:"${help_suspend_whose}"`
	Yes     bool   `short:"y" help:"${help_suspend_yes}"`
}

// Run turns protection off, once it was said what that does.
func (c *suspendCommand) Run(ctx context.Context, s *session) error {
	seconds, err := seconds(s, c.For)
	if err != nil {
		return err
	}
	if !c.Yes && !isTerminal(s.In) {
		return misuse(s, words.NobodySuspends, words.SuspendYesHint)
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.Account == "" {
		s.say(words.SuspendWhole)
	} else {
		s.say(words.SuspendOne, "account", c.Account)
	}
	s.say(words.SuspendSays)
	if !c.Yes && !s.confirmed(words.AskSuspend) {
		s.say(words.NotSuspended)
		return nil
	}
	off, err := client.Suspend(ctx, api.SuspendRequest{Seconds: seconds, Account: c.Account})
	if err != nil {
		return err
	}
	if off.Account == "" {
		s.say(words.SuspendedAll, "until", s.ending(off.Until))
	} else {
		s.say(words.SuspendedOne, "account", off.Account, "until", s.ending(off.Until))
	}
	return nil
}

// confirmed asks whoever types. All but a yes is a no.
func (s *session) confirmed(question words.Key, pairs ...any) bool {
	yes, no := s.words.Say(words.LetterYes), s.words.Say(words.LetterNo)
	fmt.Fprint(s.Out, s.words.Say(question, append(pairs, "yes", yes, "no", no)...)+" ")
	line, _ := bufio.NewReader(s.In).ReadString('\n') // none is a no
	return strings.ToLower(strings.TrimSpace(line)) == yes
}
