package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/gui/launch"
	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/keyring"
	"github.com/unseen-mail/unseen/internal/login"
	"github.com/unseen-mail/unseen/internal/oauth"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// agreeTime is how long somebody is waited for who reads a page and agrees.
const agreeTime = 10 * time.Minute

// accountLogin lets Unseen itself log in by OAuth.
type accountLogin struct {
	Address  string `arg:"" help:"${help_address}"`
	Device   bool   `help:"${help_login_device}"`
	ClientID string `name:"client-id" placeholder:"ID" help:"${help_login_client}"`
	Imap     string `placeholder:"HOST:PORT" help:"${help_imap}"`
	TLS      string `placeholder:"HOW" help:"${help_tls}"`
	Login    string `help:"${help_login_user}"`
	InFile   bool   `name:"in-file" help:"${help_login_file}"`
}

// Run lets the reader agree, tries the login at the mail server, and keeps what worked.
func (c *accountLogin) Run(ctx context.Context, s *session) error {
	address, err := account.ParseAddress(c.Address)
	if err != nil {
		return misuse(s, words.BadAddress, words.BadAddressHint, "address", c.Address)
	}
	paths, settings, err := s.paths()
	if err != nil {
		return err
	}
	server, connected, err := c.server(ctx, s, address)
	if err != nil {
		return err
	}
	flow, register, err := login.At(server.Host, c.ClientID, settings.OAuth)
	if err != nil {
		return s.noFlow(err, server.Host, register)
	}
	flow.HTTP = webClient(settings)
	book := login.Open(paths.Data, login.System(), flow.HTTP)
	if !c.InFile {
		ring, cancel := context.WithTimeout(ctx, keyringTime)
		defer cancel()
		if err := book.Ready(ring, address); err != nil {
			return s.unkept(err)
		}
	}
	tokens, err := c.agree(ctx, s, flow, address)
	if err != nil {
		return err
	}
	user := cmp.Or(c.Login, address)
	if err := c.try(ctx, s, trial{account.Account{Address: address, IMAP: server}, connected, account.Login{User: user, Token: tokens.Access}}); err != nil {
		return errors.Join(err, given(flow.Revoke(ctx, tokens)))
	}
	if err := book.Keep(ctx, login.New{Address: address, Host: server.Host, User: user, Flow: flow, Tokens: tokens, InFile: c.InFile}); err != nil {
		return errors.Join(s.unkept(err), given(flow.Revoke(ctx, tokens)))
	}
	if c.InFile {
		s.say(words.LoginKeptFile, "address", address, "path", book.Path())
		return nil
	}
	s.say(words.LoginKept, "address", address)
	return nil
}

// given is what stood in the way of giving up what is of no use. A provider that has no
// way to be told lets it lapse.
func given(err error) error {
	if errors.Is(err, oauth.ErrNone) {
		return nil
	}
	return err
}

// webClient reaches the pages of providers: by the proxy that config.toml names, else by
// the one of the environment.
func webClient(settings config.Settings) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	if u, err := url.Parse(settings.Proxy.Upstream); err == nil && settings.Proxy.Upstream != "" {
		t.Proxy = http.ProxyURL(u)
	}
	return &http.Client{Transport: t, Timeout: 30 * time.Second}
}

// server finds the mail server: the one that was named, that of the connected account, or
// that of the table.
func (c *accountLogin) server(ctx context.Context, s *session, address string) (server account.Server, connected bool, err error) {
	if c.Imap != "" {
		e, err := endpoint(s, c.Imap, c.TLS, account.IMAP)
		if err != nil {
			return server, false, err
		}
		return account.Server{Host: e.Host, Port: e.Port, TLS: account.TLS(e.TLS)}, false, nil
	}
	client, err := s.client(ctx)
	if err != nil {
		return server, false, err
	}
	list, err := client.Accounts(ctx)
	if err != nil && !errors.Is(err, api.ErrNotRunning) {
		return server, false, err
	}
	for _, a := range list {
		if strings.EqualFold(a.Address, address) {
			return account.Server{Host: a.IMAP.Host, Port: a.IMAP.Port, TLS: account.TLS(a.IMAP.TLS), CA: a.IMAP.CA}, true, nil
		}
	}
	rules, err := catalogue.Load()
	if err != nil {
		return server, false, fmt.Errorf("reading the catalogue: %w", err)
	}
	p, ok := rules.Provider(address)
	if !ok || len(p.IMAP) == 0 {
		return server, false, s.fault(nil, words.NoProvider, words.NoProviderHint, "address", address)
	}
	server, err = account.ParseServer(p.IMAP[0], "", account.IMAP)
	return server, false, err
}

// agree lets the reader agree on the provider's page.
func (c *accountLogin) agree(ctx context.Context, s *session, flow *oauth.Flow, address string) (oauth.Tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, agreeTime)
	defer cancel()
	host := login.Page(flow.Provider)
	if c.Device {
		tokens, err := flow.Device(ctx, func(code oauth.Code) {
			n := int(time.Until(code.Until).Round(time.Minute) / time.Minute)
			s.say(words.LoginCode, "page", words.Plain(code.Page), "code", words.Plain(code.Code), "n", max(n, 1))
			if code.Whole != "" {
				s.say(words.LoginWhole, "page", words.Plain(code.Whole))
			}
		})
		return tokens, s.disagreed(err, host, flow.Client.ID)
	}
	if flow.Provider.Authorize == "" {
		return oauth.Tokens{}, s.fault(login.ErrUnknown, words.LoginUnknown, words.LoginUnknownHint, "host", host)
	}
	tokens, err := flow.Browser(ctx, address, s.loginPages(), func(page string) {
		minutes := int(agreeTime / time.Minute)
		if launch.Browse(s.Getenv, page) {
			s.say(words.LoginOpened, "host", host, "n", minutes)
			return
		}
		s.say(words.LoginOpen, "host", host, "n", minutes, "address", page)
	})
	return tokens, s.disagreed(err, host, flow.Client.ID)
}

// loginPages are what the browser shows in the end.
func (s *session) loginPages() oauth.Pages {
	page := func(title, text words.Key) oauth.Page {
		return oauth.Page{Title: s.words.Say(title), Text: s.words.Say(text), Lang: s.words.Lang()}
	}
	return oauth.Pages{
		Agreed: page(words.LoginPageAgreed, words.LoginPageAgreedText),
		Not:    page(words.LoginPageNot, words.LoginPageNotText),
		Stray:  page(words.LoginPageStray, words.LoginPageStrayText),
	}
}

// noFlow says why a server cannot be logged in to.
func (s *session) noFlow(err error, host, register string) error {
	if errors.Is(err, login.ErrNoClient) {
		return s.fault(err, words.LoginNoClient, words.LoginNoClientHint, "host", host, "page", cmp.Or(register, host))
	}
	return s.fault(err, words.LoginUnknown, words.LoginUnknownHint, "host", host)
}

// unkept says why nothing could be kept.
func (s *session) unkept(err error) error {
	if errors.Is(err, keyring.ErrNone) {
		return s.fault(err, words.NoKeyring, words.LoginFileHint)
	}
	return s.ringed(err)
}

// disagreed says in plain words why there is no login.
func (s *session) disagreed(err error, host, client string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	for _, known := range []struct {
		is         error
		text, hint words.Key
	}{
		{oauth.ErrDenied, words.LoginDenied, words.LoginAgainHint},
		{oauth.ErrExpired, words.LoginExpired, words.LoginAgainHint},
		{oauth.ErrClient, words.LoginClientUnknown, words.LoginClientUnknownHint},
		{oauth.ErrIssuer, words.LoginIssuer, words.LoginIssuerHint},
		{oauth.ErrShort, words.LoginShort, words.LoginShortHint},
		{oauth.ErrNone, words.LoginNoDevice, words.LoginNoDeviceHint},
	} {
		if errors.Is(err, known.is) {
			return s.fault(err, known.text, known.hint, "host", host, "what", words.Plain(client))
		}
	}
	return s.fault(err, words.LoginOther, words.LoginAgainHint, "host", host, "what", words.Plain(oneCause(err)))
}

// oneCause is the last of what stood in the way.
func oneCause(err error) string {
	var refused *oauth.Refusal
	if errors.As(err, &refused) {
		return refused.Error()
	}
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// A trial is a login that was made and is to be tried.
type trial struct {
	account   account.Account
	connected bool
	login     account.Login
}

// try logs in to the mail server: as the relay would where the account is connected.
func (c *accountLogin) try(ctx context.Context, s *session, t trial) error {
	var steps []account.Step
	if t.connected {
		client, err := s.client(ctx)
		if err != nil {
			return err
		}
		told, err := client.CheckAccount(ctx, api.CheckRequest{Address: t.account.Address, Login: t.login.User, Token: api.Secret(t.login.Token)})
		if err != nil {
			return err
		}
		for _, step := range told {
			steps = append(steps, account.Step{OK: step.OK, Text: step.Text, Hint: step.Hint})
		}
	} else {
		steps = (&account.Checker{Words: s.words}).CheckIMAP(ctx, t.account.IMAP, t.login)
	}
	if step, failed := account.Failed(steps); failed {
		s.complain(step.Text, step.Hint)
		return errSaid
	}
	return nil
}
