package daemon

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// settingName begins the setting that keeps what the reader calls an account.
const settingName = "account name "

// listAccounts lists the connected accounts.
func (d *Daemon) listAccounts(ctx context.Context) ([]api.Account, error) {
	list := []api.Account{}
	for _, r := range d.relays.list() {
		list = append(list, d.accountOf(ctx, r))
	}
	return list, nil
}

// accountOf is an account as the control API tells it.
func (d *Daemon) accountOf(ctx context.Context, r *relay) api.Account {
	a := &r.account
	problem, _ := r.problem()
	name, ok, err := d.core.store.Setting(ctx, settingName+a.Address)
	if err != nil || !ok {
		name = a.Address
	}
	out := api.Account{
		Address: a.Address, Name: name, IMAP: endpointOf(a.IMAP), Mode: string(modeOf(a)), Vouching: d.vouching(a),
		Local: api.Local{
			Host: "127.0.0.1", IMAP: a.IMAPPort, IMAPS: a.IMAPSPort,
			Fingerprint: d.relays.certs.fingerprint(), Problem: problem,
		},
	}
	if w := d.watched(ctx, a.Address); w.On {
		out.Watch = &w
	}
	if a.SMTP != nil {
		smtp := endpointOf(*a.SMTP)
		out.SMTP, out.Local.SMTP = &smtp, a.SMTPPort
	}
	return out
}

// vouching says whether it is known how the provider vouches for senders.
func (d *Daemon) vouching(a *store.Account) string {
	switch d.core.provider(*a).Stamps {
	case catalogue.StampsDMARC, catalogue.StampsDKIMSPF:
		return "yes"
	case catalogue.StampsNone:
		return "no"
	}
	return "unknown"
}

func endpointOf(s store.Server) api.Endpoint {
	return api.Endpoint{Host: s.Host, Port: s.Port, TLS: string(tlsOf(s.TLS)), CA: s.CA}
}

// tlsOf and tlsFor translate between what people write and what is stored.
func tlsOf(t store.TLS) account.TLS {
	switch t {
	case store.StartTLS:
		return account.StartTLS
	case store.Plain:
		return account.None
	}
	return account.Implicit
}

func tlsFor(t account.TLS) store.TLS {
	switch t {
	case account.StartTLS:
		return store.StartTLS
	case account.None:
		return store.Plain
	}
	return store.Implicit
}

// wished makes a server of what was asked for; nil stays nil.
func wished(e *api.Endpoint) *account.Server {
	if e == nil {
		return nil
	}
	return &account.Server{Host: e.Host, Port: e.Port, TLS: account.TLS(e.TLS), CA: e.CA}
}

func serverOf(s store.Server) account.Server {
	return account.Server{Host: s.Host, Port: s.Port, TLS: tlsOf(s.TLS), CA: s.CA}
}

func serverFor(s account.Server) store.Server {
	return store.Server{Host: s.Host, Port: s.Port, TLS: tlsFor(s.TLS), CA: s.CA}
}

// addAccount connects an account, after its servers were tried.
func (d *Daemon) addAccount(ctx context.Context, n api.NewAccount) (api.Account, error) {
	a, err := d.resolve(n)
	if err != nil {
		return api.Account{}, err
	}
	d.relays.adding.Lock()
	defer d.relays.adding.Unlock()
	if d.relays.get(strings.ToLower(a.Address)) != nil {
		return api.Account{}, d.refusal(api.CodeConflict, words.AccountThere, words.AccountThereHint, "address", a.Address)
	}
	if !n.Unchecked {
		if err := d.tryServers(ctx, &a); err != nil {
			return api.Account{}, err
		}
	}
	r, err := d.connect(ctx, &a)
	if err != nil {
		return api.Account{}, err
	}
	d.hub.add(store.Event{Kind: "account", Outcome: "connected", Account: r.account.ID, Recipient: r.account.Address})
	return d.accountOf(ctx, r), nil
}

// connect keeps an account and begins to relay it. One that was connected
// before gets its ports again.
func (d *Daemon) connect(ctx context.Context, a *account.Account) (*relay, error) {
	kept, _, err := d.core.store.Account(ctx, a.Address)
	if err != nil {
		return nil, err
	}
	kept.Address, kept.IMAP, kept.SMTP, kept.AddOn = a.Address, serverFor(a.IMAP), nil, false
	if a.SMTP != nil {
		smtp := serverFor(*a.SMTP)
		kept.SMTP = &smtp
	}
	held, err := d.relays.reserve(ctx, &kept)
	if err != nil && !errors.Is(err, account.ErrPorts) {
		return nil, err
	}
	if err != nil {
		return nil, d.refusal(api.CodeFailed, words.NoPorts, words.NoPortsHint, "address", a.Address)
	}
	kept.Mode = string(modeOf(&kept))
	if err := d.core.store.PutAccount(ctx, &kept); err != nil {
		held.close()
		return nil, err
	}
	if err := d.core.store.SetSetting(ctx, settingName+kept.Address, a.Name); err != nil {
		held.close()
		return nil, err
	}
	defer d.ways.write() // the account is there by then
	return d.relays.add(kept, held)
}

// resolve makes an account of a request and of what the catalogue knows.
func (d *Daemon) resolve(n api.NewAccount) (account.Account, error) {
	provider, _ := d.core.books.rules().Provider(n.Address)
	a, err := account.Resolve(account.Wish{
		Address: n.Address, Name: n.Name, IMAP: wished(n.IMAP), SMTP: wished(n.SMTP), NoSMTP: n.NoSMTP,
	}, account.Known{IMAP: provider.IMAP, SMTP: provider.SMTP})
	switch {
	case errors.Is(err, account.ErrAddress):
		return a, d.refusal(api.CodeWrong, words.BadAddress, words.BadAddressHint, "address", n.Address)
	case errors.Is(err, account.ErrProvider):
		return a, d.refusal(api.CodeUnknown, words.NoProvider, words.NoProviderHint, "address", n.Address)
	case err != nil:
		return a, &api.Error{Code: api.CodeWrong, Text: err.Error()}
	}
	return a, nil
}

// tryServers refuses an account whose servers cannot be used. A submission
// server from the table may want the other of the two usual ports.
func (d *Daemon) tryServers(ctx context.Context, a *account.Account) error {
	check, err := d.checker(a)
	if err != nil {
		return err
	}
	if step, failed := account.Failed(check.CheckIMAP(ctx, a.IMAP, account.Login{User: a.Address})); failed {
		return &api.Error{Code: api.CodeUpstream, Text: step.Text, Hint: step.Hint}
	}
	if a.SMTP == nil {
		return nil
	}
	step, failed := account.Failed(check.CheckSMTP(ctx, *a.SMTP))
	if !failed {
		return nil
	}
	if other, ok := a.SMTP.Other(); ok {
		if _, failed := account.Failed(check.CheckSMTP(ctx, other)); !failed {
			a.SMTP = &other
			return nil
		}
	}
	return &api.Error{Code: api.CodeUpstream, Text: step.Text, Hint: step.Hint}
}

// checker tries servers as the relay of the account would reach them.
func (d *Daemon) checker(a *account.Account) (*account.Checker, error) {
	roots, err := rootsOf(d.cfg.Lab, a.IMAP.CA)
	if err != nil {
		hint := words.ReadingFileHint
		if !errors.Is(err, os.ErrNotExist) && !errors.Is(err, os.ErrPermission) {
			hint = words.BadCAHint
		}
		return nil, &api.Error{Code: api.CodeWrong, Text: err.Error(), Hint: d.cfg.Words.Say(hint)}
	}
	provider := d.core.provider(store.Account{Address: a.Address, IMAP: serverFor(a.IMAP)})
	return &account.Checker{Dial: d.dial, Words: d.cfg.Words, Roots: roots, AuthServIDs: provider.Named}, nil
}

// checkAccount tries the servers of a connected account.
func (d *Daemon) checkAccount(ctx context.Context, q api.CheckRequest) ([]api.Step, error) {
	r := d.relays.get(strings.ToLower(q.Address))
	if r == nil {
		return nil, d.noAccount(q.Address)
	}
	a := account.Account{Address: r.account.Address, IMAP: serverOf(r.account.IMAP)}
	if r.account.SMTP != nil {
		smtp := serverOf(*r.account.SMTP)
		a.SMTP = &smtp
	}
	check, err := d.checker(&a)
	if err != nil {
		return nil, err
	}
	// The reader may have confirmed a name.
	check.AuthServIDs = d.core.provider(r.account).Named
	with, err := d.credentialOf(ctx, &r.account, credential{q.Login, string(q.Password), string(q.Token)})
	if err != nil {
		return nil, err
	}
	var steps []api.Step
	for _, s := range check.Check(ctx, a, account.Login{User: with.user, Password: with.password, Token: with.token}) {
		steps = append(steps, api.Step{OK: s.OK, Text: s.Text, Hint: s.Hint})
	}
	steps = append(steps, d.vouchingStep(ctx, q.Address)...)
	if text, hint := r.problem(); text != "" {
		steps = append(steps, api.Step{Text: text, Hint: d.cfg.Words.Say(hint)})
	}
	if text := d.gatewayTaken(); text != "" {
		steps = append(steps, api.Step{Text: text, Hint: d.cfg.Words.Say(d.gateway.port.remedy())})
	}
	return steps, nil
}

// gatewayTaken says that the gateway does not listen, "" if it does.
func (d *Daemon) gatewayTaken() string { return d.gateway.port.lost(d.cfg.Words, words.GatewayTaken) }

// noAccount says that there is no such account, and which there are.
func (d *Daemon) noAccount(address string) *api.Error {
	var known []string
	for _, r := range d.relays.list() {
		known = append(known, r.account.Address)
	}
	if len(known) == 0 {
		return d.refusal(api.CodeUnknown, words.NoSuchAccount, words.AddAccountHint, "address", address)
	}
	return d.refusal(api.CodeUnknown, words.NoSuchAccount, words.KnownAccounts,
		"address", address, "known", strings.Join(known, ", "))
}

// removeAccount disconnects an account. Its plans and key stay, for mail
// programs keep what they were served.
func (d *Daemon) removeAccount(ctx context.Context, address string) (api.Account, error) {
	r := d.relays.get(strings.ToLower(address))
	if r == nil {
		return api.Account{}, d.noAccount(address)
	}
	out := d.accountOf(ctx, r)
	if _, err := d.core.store.RemoveAccount(ctx, r.account.Address); err != nil {
		return api.Account{}, err
	}
	if err := d.unwatch(ctx, r.account.Address); err != nil {
		return api.Account{}, err
	}
	if dropped := d.relays.drop(r.account.Address); dropped != nil {
		dropped.stop()
	}
	d.ways.write()
	d.hub.add(store.Event{Kind: "account", Outcome: "disconnected", Account: r.account.ID, Recipient: r.account.Address})
	return out, nil
}
