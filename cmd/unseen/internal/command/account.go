package command

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// Run connects an account.
func (c *accountAdd) Run(ctx context.Context, s *session) error {
	n := api.NewAccount{Address: c.Address, Name: c.Name, NoSMTP: c.NoSMTP, Unchecked: c.NoCheck}
	if _, err := account.ParseAddress(c.Address); err != nil {
		return misuse(s, words.BadAddress, words.BadAddressHint, "address", c.Address)
	}
	switch {
	case c.SMTP != "" && c.NoSMTP:
		return usage(s, words.SMTPTwice)
	case c.Imap != "" && c.SMTP == "" && !c.NoSMTP:
		return misuse(s, words.SMTPMissing, words.SMTPMissingHint)
	}
	var err error
	if n.IMAP, err = endpoint(s, c.Imap, c.TLS, account.IMAP); err != nil {
		return err
	}
	if n.SMTP, err = endpoint(s, c.SMTP, c.SMTPTLS, account.SMTP); err != nil {
		return err
	}
	if c.CA != "" && n.IMAP == nil {
		return usage(s, words.CAAlone)
	}
	for _, e := range []*api.Endpoint{n.IMAP, n.SMTP} {
		if e != nil {
			e.CA = c.CA
		}
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if err := c.lookUp(ctx, s, &n); err != nil {
		return err
	}
	a, err := client.AddAccount(ctx, n)
	if err != nil {
		return err
	}
	status, err := client.Status(ctx)
	if err != nil {
		return err
	}
	printSettings(s, a, status.Gateway.Origin)
	return nil
}

// lookUp asks for the servers of an address where the reader named whom to ask.
func (c *accountAdd) lookUp(ctx context.Context, s *session, n *api.NewAccount) error {
	switch {
	case len(c.Ask) == 0:
		return nil
	case n.IMAP != nil:
		return usage(s, words.AskOrName)
	}
	f, err := c.find(ctx, s, c.Address)
	if err != nil {
		return err
	}
	return f.into(s, n, c.Yes)
}

// endpoint reads a server from its flags; nil if there is none.
func endpoint(s *session, text, tls string, k account.Kind) (*api.Endpoint, error) {
	if text == "" {
		if tls != "" {
			return nil, usage(s, words.TLSAlone, "flag", "--"+string(k))
		}
		return nil, nil
	}
	server, err := account.ParseServer(text, account.TLS(tls), k)
	if err != nil {
		return nil, misuse(s, words.BadServer, words.BadServerHint, "flag", "--"+string(k), "what", err)
	}
	return &api.Endpoint{Host: server.Host, Port: server.Port, TLS: string(server.TLS)}, nil
}

// printSettings writes what a mail program is set to.
func printSettings(s *session, a api.Account, origin string) {
	s.say(words.AccountConnected, "address", a.Address)
	fmt.Fprintln(s.Out)
	printPorts(s.Out, s.words, a.Local)
	fmt.Fprintln(s.Out)
	s.say(words.SettingsLogin)
	s.say(words.SettingsCertificate, "fingerprint", a.Local.Fingerprint)
	s.say(words.SettingsPictures, "origin", origin)
	if _, byPage := catalogue.LoginOf(a.IMAP.Host); byPage {
		s.say(words.SettingsOAuth, "host", a.IMAP.Host)
	}
	if a.SMTP == nil {
		s.say(words.SettingsNoSMTP)
	}
	s.printVouching(a)
	if a.Local.Problem != "" {
		s.complain(a.Local.Problem, "")
	}
}

// printVouching says so where nobody vouches for the senders of an account's mail.
func (s *session) printVouching(a api.Account) {
	switch a.Vouching {
	case "unknown":
		s.say(words.VouchUnknown, "host", a.IMAP.Host, "address", a.Address)
	case "no":
		s.say(words.VouchNone, "host", a.IMAP.Host)
	}
}

// printPorts writes the table of servers and ports.
func printPorts(out io.Writer, w *words.Catalogue, l api.Local) {
	table := tabwriter.NewWriter(out, 0, 4, 3, ' ', 0)
	row := func(what words.Key, port int, security string) {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", w.Say(what), l.Host, w.Say(words.SettingsPort, "port", port), security)
	}
	row(words.SettingsIMAP, l.IMAP, "STARTTLS")
	row(words.SettingsIMAPS, l.IMAPS, "SSL/TLS")
	if l.SMTP != 0 {
		row(words.SettingsSMTP, l.SMTP, "STARTTLS")
	}
	table.Flush()
}

// Run lists the accounts.
func (c *accountList) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	accounts, err := client.Accounts(ctx)
	if err != nil {
		return err
	}
	if len(accounts) == 0 {
		s.say(words.NoAccounts)
		return s.listLogins()
	}
	for i, a := range accounts {
		if i > 0 {
			fmt.Fprintln(s.Out)
		}
		fmt.Fprintln(s.Out, accountLine(s.words, a))
		printPorts(s.Out, s.words, a.Local)
		if a.Local.Problem != "" {
			fmt.Fprintln(s.Out, "  "+words.Plain(a.Local.Problem))
		}
		switch {
		case a.Watch != nil && a.Watch.Problem != "":
			fmt.Fprintln(s.Out, "  "+words.Plain(a.Watch.Problem))
		case a.Watch != nil:
			fmt.Fprintln(s.Out, "  "+s.words.Say(words.WatchListed))
		}
	}
	fmt.Fprintln(s.Out)
	s.say(words.SettingsFingerprint, "fingerprint", accounts[0].Local.Fingerprint)
	return s.listLogins()
}

// listLogins says as whom Unseen itself logs in.
func (s *session) listLogins() error {
	book, err := s.logins()
	if err != nil {
		return err
	}
	for _, address := range book.Addresses() {
		if kept, ok := book.Kept(address); ok {
			s.say(words.LoginSince, "address", address, "when", s.words.Date(kept.Since))
		}
	}
	return nil
}

// accountLine names an account and where its mail comes from and goes to.
func accountLine(w *words.Catalogue, a api.Account) string {
	name := a.Address
	if a.Name != a.Address {
		name += " (" + a.Name + ")"
	}
	if a.SMTP == nil {
		return w.Say(words.AccountReceives, "name", name, "imap", serverName(w, a.IMAP))
	}
	return w.Say(words.AccountBoth, "name", name, "imap", serverName(w, a.IMAP), "smtp", serverName(w, *a.SMTP))
}

// serverName names a provider's server. One on this machine is named by its
// port too, for there may be several.
func serverName(w *words.Catalogue, e api.Endpoint) string {
	if account.Loopback(e.Host) {
		return w.Say(words.ServerHere, "port", e.Port)
	}
	return e.Host
}

// Run tries the servers of an account.
func (c *accountTest) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	request := api.CheckRequest{Address: c.Address, Login: c.Login}
	if c.Password {
		password, err := s.passwordOf(ctx, c.Address)
		if err != nil {
			return err
		}
		request.Password = api.Secret(password)
	}
	steps, err := client.CheckAccount(ctx, request)
	if err != nil {
		return err
	}
	status, err := client.Status(ctx)
	if err != nil {
		return err
	}
	failed := false
	for _, step := range append(steps, s.tryPicture(ctx, status.Gateway.Origin)) {
		if step.OK {
			fmt.Fprintln(s.Out, words.Plain(step.Text))
			continue
		}
		failed = true
		s.complain(step.Text, step.Hint)
	}
	s.say(words.ReachPointer)
	if failed {
		return errSaid
	}
	return nil
}

// tryPicture asks for a picture where those of mail lead to, as a mail program
// does: without a proxy. Nothing is known under this name, and Unseen says so.
func (s *session) tryPicture(ctx context.Context, origin string) api.Step {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, origin+"/p/0000000000000000000000", nil)
	if err == nil {
		var resp *http.Response
		if resp, err = client.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusNotFound {
				return api.Step{OK: true, Text: s.words.Say(words.CheckPictures, "origin", origin)}
			}
		}
	}
	return api.Step{Text: s.words.Say(words.CheckNoPictures, "origin", origin), Hint: s.words.Say(words.CheckNoPicturesHint)}
}

// Run disconnects an account.
func (c *accountRemove) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	a, err := client.RemoveAccount(ctx, c.Address)
	if err != nil {
		return err
	}
	s.say(words.AccountRemoved, "address", a.Address)
	table := tabwriter.NewWriter(s.Out, 0, 4, 3, ' ', 0)
	row := func(what words.Key, e api.Endpoint, local string) {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", s.words.Say(what), words.Plain(e.Host),
			s.words.Say(words.SettingsPort, "port", e.Port), security(s.words, e.TLS), local)
	}
	row(words.SettingsIMAP, a.IMAP, s.words.Say(words.InsteadOfTwo, "host", a.Local.Host, "one", a.Local.IMAP, "other", a.Local.IMAPS))
	if a.SMTP != nil {
		row(words.SettingsSMTP, *a.SMTP, s.words.Say(words.InsteadOf, "host", a.Local.Host, "port", a.Local.SMTP))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing settings: %w", err)
	}
	s.say(words.AccountKept)
	return nil
}

// security is how a server is spoken to, as mail programs call it.
func security(w *words.Catalogue, tls string) string {
	switch tls {
	case "implicit":
		return "SSL/TLS"
	case "starttls":
		return "STARTTLS"
	}
	return w.Say(words.SecurityNone)
}
