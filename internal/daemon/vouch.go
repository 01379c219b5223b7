package daemon

import (
	"context"
	"strings"
	"sync"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// countedStamps is how many of an account's newest plans are looked through for
// whose results stand on top.
const countedStamps = 500

// confirmations are the names that the reader confirmed since the daemon runs, by
// account: relays hold an account as it was when they began.
type confirmations struct {
	mu sync.Mutex // guards what follows
	by map[int64]string
}

// set notes what the reader said.
func (c *confirmations) set(account int64, by string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = make(map[int64]string)
	}
	c.by[account] = by
}

// of returns the confirmed name of an account, "" if there is none.
func (c *confirmations) of(a *store.Account) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if by, ok := c.by[a.ID]; ok {
		return by
	}
	return a.Authserv
}

// forget drops the mails that were read: who sent them may be known now.
func (m *mails) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.ready)
	m.order = nil
}

// vouchingOf says how it stands with the vouching of an account's provider.
func (d *Daemon) vouchingOf(ctx context.Context, address string) (api.Vouch, error) {
	r := d.relays.get(strings.ToLower(address))
	if r == nil {
		return api.Vouch{}, d.noAccount(address)
	}
	a := &r.account
	c, err := d.core.countStamps(ctx, a)
	if err != nil {
		return api.Vouch{}, d.explainStore(err)
	}
	confirmed := d.core.confirmed.of(a)
	v := api.Vouch{Address: a.Address, Host: a.IMAP.Host, Vouching: d.vouching(a), Confirmed: confirmed,
		By: c.By, Mails: c.Mails, Domains: c.Domains, NeedMails: account.VouchMails, NeedDomains: account.VouchDomains}
	v.Ready = c.Enough() && v.Vouching != "yes"
	return v, nil
}

// countStamps counts in the newest mails of an account. What the reader wrote
// themselves came from no server, and does not count.
func (c *core) countStamps(ctx context.Context, a *store.Account) (account.Count, error) {
	plans, err := c.store.PlansOf(ctx, a.ID, countedStamps)
	if err != nil {
		return account.Count{}, err
	}
	var newest []account.Stamp
	seen := make(map[[32]byte]bool)
	for _, p := range plans {
		if seen[p.Header] {
			continue
		}
		seen[p.Header] = true
		decoded := new(plan.Plan)
		if err := decoded.UnmarshalBinary(p.Body); err != nil {
			return account.Count{}, err
		}
		header := message.Header(decoded.Header)
		top, ok := sender.TopStamp(header)
		from := sender.Mailboxes(header.Get("From"))
		if !ok && len(from) == 1 && strings.EqualFold(from[0], a.Address) {
			continue
		}
		newest = append(newest, account.Stamp{Top: top, OK: ok && !decoded.HeaderCut()})
	}
	return account.CountStamps(newest), nil
}

// confirmVouching keeps the reader's word that the name on top of their mail is
// their provider's, or takes it back. It counts again: what was shown may be old.
func (d *Daemon) confirmVouching(ctx context.Context, q api.VouchRequest) (api.Vouch, error) {
	v, err := d.vouchingOf(ctx, q.Address)
	if err != nil {
		return v, err
	}
	by, outcome := v.By, "vouching confirmed"
	switch {
	case q.Undo && v.Confirmed == "":
		return v, d.refusal(api.CodeConflict, words.VouchNoneConfirmed, words.VouchNoneConfirmedHint, "address", v.Address)
	case q.Undo:
		by, outcome = "", "vouching withdrawn"
	case v.Vouching == "yes":
		return v, d.refusal(api.CodeConflict, words.VouchKnown, words.VouchKnownHint, "host", v.Host)
	case v.By == "" || !v.Ready || !strings.EqualFold(q.By, v.By):
		return v, d.refusal(api.CodeConflict, words.VouchTooFew, words.VouchTooFewHint,
			"n", v.Mails, "domains", v.Domains, "mails", v.NeedMails, "need", v.NeedDomains)
	}
	kept, ok, err := d.core.store.Account(ctx, v.Address)
	if err != nil || !ok {
		return v, d.noAccount(v.Address)
	}
	kept.Authserv = by
	if err := d.core.store.PutAccount(ctx, &kept); err != nil {
		return v, d.explainStore(err)
	}
	d.core.confirmed.set(kept.ID, by)
	d.core.mails.forget()
	if err := d.core.refile(ctx, kept); err != nil {
		return v, d.explainStore(err)
	}
	d.hub.add(store.Event{Kind: "account", Outcome: outcome, Account: kept.ID, Recipient: kept.Address})
	return d.vouchingOf(ctx, v.Address)
}

// refile finds out again who sent the mail of an account.
func (c *core) refile(ctx context.Context, a store.Account) error {
	return c.store.Refile(ctx, a.ID, func(p *store.Plan) (store.Sender, error) {
		decoded := new(plan.Plan)
		if err := decoded.UnmarshalBinary(p.Body); err != nil {
			return store.Sender{}, err
		}
		return from(c.mailOf(a, decoded, message.Header(decoded.Header))), nil
	})
}

// vouchingStep is how far it is, for the check of an account; nothing where it is
// known what the provider writes.
func (d *Daemon) vouchingStep(ctx context.Context, address string) []api.Step {
	v, err := d.vouchingOf(ctx, address)
	if err != nil || v.Vouching == "yes" && v.Confirmed == "" {
		return nil
	}
	say := func(k words.Key) string {
		return d.cfg.Words.Say(k, "by", v.By, "n", v.Mails, "domains", v.Domains, "mails", v.NeedMails, "need", v.NeedDomains)
	}
	step := api.Step{OK: true}
	switch {
	case v.Confirmed != "":
		step.Text = d.cfg.Words.Say(words.VouchConfirmed, "by", v.Confirmed)
	case v.By == "":
		step.Text = say(words.VouchNobody)
	case v.Ready:
		step.Text = say(words.VouchReady) + " " + d.cfg.Words.Say(words.VouchReadyHint, "address", v.Address)
	default:
		step.Text = say(words.VouchFar)
	}
	return []api.Step{step}
}
