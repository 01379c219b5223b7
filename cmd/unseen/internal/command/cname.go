package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// cnameCommand is what there is to do with other names of hosts.
type cnameCommand struct {
	Ask    cnameAsk    `cmd:"" help:"${help_cname_ask}"`
	List   cnameList   `cmd:"" help:"${help_cname_list}"`
	Forget cnameForget `cmd:"" help:"${help_cname_forget}"`
}

type cnameAsk struct {
	Resolver string `placeholder:"ADDRESS" help:"${help_cname_resolver}"`
	Yes      bool   `short:"y" help:"${help_cname_yes}"`
}

type cnameList struct {
	Format string `enum:"text,json" default:"text" help:"${help_status_format}"`
}

type cnameForget struct {
	Domain string `arg:"" optional:"" help:"${help_cname_domain}"`
}

// Run says whom it would ask for what, and asks after a yes.
func (c *cnameAsk) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	would, err := client.AskAliases(ctx, api.AliasRequest{Resolver: c.Resolver, Dry: true})
	if err != nil {
		return err
	}
	if would.Passed > 0 {
		s.say(words.NamesPassed, "n", would.Passed)
	}
	if len(would.Asking) == 0 {
		s.say(words.NamesNothing)
		return nil
	}
	s.say(words.NamesAsking, "n", len(would.Asking), "server", would.Resolver)
	for _, host := range would.Asking {
		fmt.Fprintln(s.Out, "  "+words.Plain(host))
	}
	s.say(words.NamesLearns)
	if !c.Yes {
		if !isTerminal(s.In) {
			return misuse(s, words.NamesUnconfirmed, words.NamesConfirmHint)
		}
		if !s.confirmed(words.NamesConfirm) {
			return errSaid
		}
	}
	// The same that was announced, whatever the system asks by now.
	done, err := client.AskAliases(ctx, api.AliasRequest{Resolver: would.Resolver})
	if err != nil {
		return err
	}
	found := 0
	for _, a := range done.Known {
		if a.Vendor != "" {
			found++
		}
	}
	s.say(words.NamesAsked, "n", len(done.Asking)-done.Failed, "found", found)
	if done.Failed > 0 {
		s.say(words.NamesFailed, "n", done.Failed)
	}
	s.aliases(done.Known, true)
	return nil
}

// Run lists what was answered.
func (c *cnameList) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	known, err := client.Aliases(ctx)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return s.object(known.Known)
	}
	if len(known.Known) == 0 {
		s.say(words.NamesNone)
	}
	s.aliases(known.Known, false)
	return nil
}

// Run destroys what was answered.
func (c *cnameForget) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	left, err := client.ForgetAliases(ctx, api.AliasForget{Domain: strings.ToLower(c.Domain)})
	if err != nil {
		return err
	}
	s.say(words.NamesForgotten, "n", len(left.Known))
	return nil
}

// aliases lists names, or those alone that lead to a company that is known.
func (s *session) aliases(list []api.HostAlias, known bool) {
	for _, a := range list {
		date := s.words.Date(a.At.Local())
		switch {
		case a.Vendor != "":
			s.say(words.NamesLead, "host", a.Host, "target", a.Target, "name", a.Name, "date", date, "server", a.Resolver)
		case known:
		case a.Target != "":
			s.say(words.NamesLeadTo, "host", a.Host, "target", a.Target, "date", date, "server", a.Resolver)
		default:
			s.say(words.NamesOwn, "host", a.Host, "date", date, "server", a.Resolver)
		}
	}
}
