package command

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"github.com/posener/complete"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// patience is how long a shell waits for names from the Unseen that runs.
const patience = 500 * time.Millisecond

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"${help_completion_shell}"`
}

// Run prints the lines for a shell's start-up file. They name the program alone, so
// that they are right wherever it is installed, and stay so.
func (c *completionCommand) Run(s *session) error {
	_, err := fmt.Fprintln(s.Out, strings.ReplaceAll(shellLines()[c.Shell], "PROGRAM", s.program()))
	if err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// shellLines are what each shell wants. The program is called with the line so far in
// COMP_LINE, as bash does it, and prints a word a line.
func shellLines() map[string]string {
	return map[string]string{
		"bash": "complete -o default -o bashdefault -C PROGRAM PROGRAM",
		"zsh":  "#compdef PROGRAM\nautoload -U +X bashcompinit && bashcompinit\ncomplete -o default -o bashdefault -C PROGRAM PROGRAM",
		"fish": `function __complete_unseen
    set -lx COMP_LINE (commandline -cp)
    test -z (commandline -ct)
    and set COMP_LINE "$COMP_LINE "
    PROGRAM
end
complete -c PROGRAM -a "(__complete_unseen)"`,
	}
}

// completes answers a shell that asks how a line goes on, and says whether one did.
func (s *session) completes(parser *kong.Kong) bool {
	if s.Getenv("COMP_LINE") == "" {
		return false
	}
	// The library asks the environment of the process, which a test's session is
	// not: only the one that the process was started with counts.
	if os.Getenv("COMP_LINE") == "" {
		return false
	}
	asked := false
	kongcompletion.Register(parser,
		kongcompletion.WithExitFunc(func(int) { asked = true }),
		kongcompletion.WithErrorHandler(func(error) {}),
		kongcompletion.WithPredictor("sender", complete.PredictFunc(s.senders)),
		kongcompletion.WithPredictor("account", complete.PredictFunc(s.accounts)),
		kongcompletion.WithPredictor("purpose", complete.PredictFunc(purposes)),
	)
	return asked
}

// senders are those that the Unseen that runs has seen; none if none runs.
func (s *session) senders(complete.Args) []string {
	return s.known(func(ctx context.Context, client *api.Client) []string {
		list, err := client.Senders(ctx)
		if err != nil {
			return nil
		}
		var names []string
		for _, one := range list {
			names = append(names, one.Key)
		}
		return names
	})
}

// accounts are the addresses of the connected accounts.
func (s *session) accounts(complete.Args) []string {
	return s.known(func(ctx context.Context, client *api.Client) []string {
		status, err := client.Status(ctx)
		if err != nil {
			return nil
		}
		var names []string
		for _, one := range status.Accounts {
			names = append(names, one.Address)
		}
		return names
	})
}

// known asks the Unseen that runs, and not for long.
func (s *session) known(ask func(context.Context, *api.Client) []string) []string {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client, err := s.client(ctx)
	if err != nil {
		return nil
	}
	return ask(ctx, client)
}

// purposes are those that can be granted.
func purposes(complete.Args) []string {
	var names []string
	for _, p := range purpose.All() {
		if p.Grantable {
			names = append(names, string(p.ID))
		}
	}
	return names
}
