package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// asked is whom a command may ask for servers.
type asked struct {
	Ask []string `placeholder:"WHOM" enum:"dns,provider,thunderbird" help:"${help_ask}"`
}

// A found is the servers of an address, and who named them.
type found struct {
	account.Offer
	// by is the source, "" for the table in the program.
	by account.Source
}

// find looks for the servers of an address: in the table that comes with the
// program, which tells nobody anything, else with those that the reader named, in
// the order in which they learn least. Whatever is asked and answered is said.
func (a *asked) find(ctx context.Context, s *session, address string) (found, error) {
	parsed, err := account.ParseAddress(address)
	if err != nil {
		return found{}, misuse(s, words.BadAddress, words.BadAddressHint, "address", address)
	}
	domain := parsed[strings.LastIndexByte(parsed, '@')+1:]
	rules, err := catalogue.Load()
	if err != nil {
		return found{}, fmt.Errorf("reading the catalogue: %w", err)
	}
	if p, ok := rules.Provider(domain); ok && len(p.IMAP) > 0 {
		offer, err := listed(p)
		s.say(words.FindKnown, "domain", domain, "provider", p.ID)
		return found{Offer: offer}, err
	}
	s.say(words.FindUnknown, "domain", domain)
	finder := new(account.Finder)
	for _, source := range account.Sources() {
		if !slices.Contains(a.Ask, string(source)) {
			continue
		}
		s.say(askingOf(source), "domain", domain)
		o, err := finder.Ask(ctx, source, domain)
		switch {
		case err == nil:
			return found{o, source}, nil
		case ctx.Err() != nil:
			return found{}, ctx.Err()
		case errors.Is(err, account.ErrNotFound) && o.POP:
			s.say(words.FindPopAlone)
		case errors.Is(err, account.ErrNotFound):
			s.say(words.FindNothing)
		default:
			s.say(words.FindNoAnswer, "what", err)
		}
	}
	hint := words.FindAskHint
	if len(a.Ask) > 0 {
		hint = words.NoProviderHint
	}
	return found{}, s.fault(nil, words.NoProvider, hint, "address", address)
}

// askingOf says who is asked, and what they learn.
func askingOf(source account.Source) words.Key {
	return map[account.Source]words.Key{account.DNS: words.FindAskingDns, account.Provider: words.FindAskingProvider,
		account.Database: words.FindAskingDatabase}[source]
}

// listed are the servers of a provider of the table.
func listed(p catalogue.Provider) (account.Offer, error) {
	var o account.Offer
	for _, list := range []struct {
		names []string
		to    *[]account.Server
		kind  account.Kind
	}{{p.IMAP[:1], &o.IMAP, account.IMAP}, {p.SMTP[:min(1, len(p.SMTP))], &o.SMTP, account.SMTP}} {
		for _, name := range list.names {
			server, err := account.ParseServer(name, "", list.kind)
			if err != nil {
				return o, fmt.Errorf("reading the catalogue: %w", err)
			}
			*list.to = append(*list.to, server)
		}
	}
	return o, nil
}

// print says which servers were found, and what is to be known about them.
func (f *found) print(s *session) {
	for _, server := range slices.Concat(f.IMAP[:1], f.SMTP[:min(1, len(f.SMTP))]) {
		kind := words.SettingsIMAP
		if len(f.SMTP) > 0 && server == f.SMTP[0] {
			kind = words.SettingsSMTP
		}
		fmt.Fprintln(s.Out, "  "+words.Plain(s.words.Say(kind)+"  "+server.Addr()+"  "+security(s.words, string(server.TLS))))
	}
	if f.LocalPart {
		s.say(words.FindLocalPart)
	}
	if f.OAuth {
		s.say(words.FindOAuth)
	}
	if f.Enable != "" {
		s.say(words.FindEnable, "page", f.Enable)
	}
}

// foreign are the servers that lie outside the domain of an address.
func (f *found) foreign(address string) []string {
	domain := address[strings.LastIndexByte(address, '@')+1:]
	var hosts []string
	for _, server := range slices.Concat(f.IMAP[:1], f.SMTP[:min(1, len(f.SMTP))]) {
		if !account.Within(server.Host, domain) && !slices.Contains(hosts, server.Host) {
			hosts = append(hosts, server.Host)
		}
	}
	return hosts
}

// into takes over what was found into a request, once the reader has agreed to
// servers that somebody on the net named and that are not in their own domain.
func (f *found) into(s *session, n *api.NewAccount, yes bool) error {
	f.print(s)
	if hosts := f.foreign(n.Address); f.by != "" && len(hosts) > 0 && !yes {
		if !isTerminal(s.In) {
			return s.fault(nil, words.FindForeign, words.FindForeignHint, "hosts", strings.Join(hosts, ", "))
		}
		s.say(words.FindForeign, "hosts", strings.Join(hosts, ", "))
		if !s.confirmed(words.AskForeign) {
			return errSaid
		}
	}
	if f.by == "" {
		return nil // the daemon has the same table
	}
	wish := func(list []account.Server) *api.Endpoint {
		if len(list) == 0 {
			return nil
		}
		return &api.Endpoint{Host: list[0].Host, Port: list[0].Port, TLS: string(list[0].TLS)}
	}
	n.IMAP = wish(f.IMAP)
	if !n.NoSMTP {
		n.SMTP = wish(f.SMTP)
	}
	return nil
}

// accountCheck tries the servers of an address that need not be connected.
type accountCheck struct {
	Address  string `arg:"" help:"${help_address}"`
	Login    string `help:"${help_login}"`
	Password bool   `help:"${help_with_password}"`
	asked
}

// Run finds the servers and tries them, without Unseen running.
func (c *accountCheck) Run(ctx context.Context, s *session) error {
	f, err := c.find(ctx, s, c.Address)
	if err != nil {
		return err
	}
	f.print(s)
	login, err := c.credentials(ctx, s, f.IMAP[0])
	if err != nil {
		return err
	}
	rules, err := catalogue.Load()
	if err != nil {
		return fmt.Errorf("reading the catalogue: %w", err)
	}
	provider, _ := rules.Provider(c.Address)
	checker := &account.Checker{Words: s.words, AuthServIDs: provider.Named}
	a := account.Account{Address: c.Address, IMAP: f.IMAP[0]}
	if len(f.SMTP) > 0 {
		a.SMTP = &f.SMTP[0]
	}
	failed := false
	for _, step := range checker.Check(ctx, a, login) {
		if step.OK {
			fmt.Fprintln(s.Out, words.Plain(step.Text))
			continue
		}
		failed = true
		s.complain(step.Text, step.Hint)
	}
	if failed {
		return errSaid
	}
	s.say(words.FindThenAdd, "address", c.Address)
	return nil
}

// credentials are what a login is tried with: the password if the reader wants that, else
// the login that Unseen keeps of the address at this server, if it keeps one.
func (c *accountCheck) credentials(ctx context.Context, s *session, at account.Server) (account.Login, error) {
	l := account.Login{User: c.Login}
	if c.Password {
		var err error
		l.Password, err = s.password(ctx, s.words.Say(words.AskPassword, "address", c.Address))
		return l, err
	}
	book, err := s.logins()
	if err != nil {
		return l, err
	}
	box := source.Mailbox{User: cmp.Or(c.Login, c.Address), Host: at.Host}
	l.Token, err = s.mailToken(ctx, book, box)
	return l, err
}
