package daemon

import (
	"context"
	"strings"

	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// from is who a mail says it is from, as the store counts senders.
func from(m *mail) store.Sender {
	return store.Sender{
		Key: m.from.Key, Authenticated: m.from.Authenticated, Display: m.from.Display, Address: m.from.Address, Recipient: m.to,
	}
}

// listSenders returns who wrote, the last first. A sender that is vouched for in
// some mails and not in others is listed twice.
func (d *Daemon) listSenders(ctx context.Context) ([]api.Sender, error) {
	seen, err := d.core.store.Senders(ctx)
	if err != nil {
		return nil, d.explainStore(err)
	}
	accounts := d.addresses()
	list := make([]api.Sender, 0, len(seen))
	for i := range seen {
		list = append(list, senderOf(&seen[i], accounts))
	}
	return list, nil
}

// senderOf is a sender as the control API tells it.
func senderOf(s *store.Sender, accounts map[int64]string) api.Sender {
	one := api.Sender{
		Key: s.Key, Display: s.Display, Address: s.Address, Authenticated: s.Authenticated,
		Messages: s.Mails, Last: s.Last, Account: s.Recipient,
	}
	if one.Account == "" {
		one.Account = accounts[s.Account]
	}
	return one
}

// match returns those of a list that what the reader typed may mean: a key as it
// is, an address, a domain or one above it, or the name they give themselves.
func match(list []api.Sender, typed string) []api.Sender {
	typed = strings.ToLower(strings.TrimSpace(typed))
	_, domain, isAddress := strings.Cut(typed, "@")
	if !isAddress {
		domain = typed
	}
	var exact, loose []api.Sender
	for _, k := range list {
		switch {
		case k.Key == typed:
			exact = append(exact, k)
		case k.Address == typed, k.Key == sender.OrgDomain(domain), strings.EqualFold(k.Display, typed),
			!isAddress && strings.HasPrefix(k.Key, typed+" "):
			loose = append(loose, k)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return loose
}

// vouched parts senders that are vouched for from those that are not.
func vouched(list []api.Sender) (yes, no []api.Sender) {
	for _, s := range list {
		if s.Authenticated {
			yes = append(yes, s)
		} else {
			no = append(no, s)
		}
	}
	return yes, no
}

// oneSender finds whom the reader means. A yes needs somebody to vouch for them;
// a no lets nobody through and needs nobody.
func (d *Daemon) oneSender(ctx context.Context, typed string, yes bool) (api.Sender, error) {
	// A key as it is says all: the others need not be read.
	exact, err := d.core.store.VouchedSenders(ctx, strings.ToLower(strings.TrimSpace(typed)))
	if err != nil {
		return api.Sender{}, d.explainStore(err)
	}
	if len(exact) == 1 {
		return senderOf(&exact[0], d.addresses()), nil
	}
	all, err := d.listSenders(ctx)
	if err != nil {
		return api.Sender{}, err
	}
	known, claimed := vouched(all)
	found, others := match(known, typed), match(claimed, typed)
	if len(found) == 0 && !yes {
		found = others
	}
	if len(found)+len(others) == 0 {
		// One that was forgotten is known by its mail alone.
		if found, err = d.byMail(ctx, typed); err != nil {
			return api.Sender{}, d.explainStore(err)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return api.Sender{}, d.refusal(api.CodeUnknown, words.ManySenders, words.ManySendersHint,
			"sender", typed, "known", keysOf(found))
	case len(others) > 0:
		return api.Sender{}, d.refusal(api.CodeUnknown, words.UnvouchedSender, words.UnvouchedSenderHint, "sender", typed)
	}
	if !yes {
		known = all
	}
	if len(all) == 0 {
		return api.Sender{}, d.refusal(api.CodeUnknown, words.NoMail, words.NoSendersHint, "sender", typed)
	}
	if len(known) == 0 {
		return api.Sender{}, d.refusal(api.CodeUnknown, words.NoSenders, words.UnvouchedSenderHint, "sender", typed)
	}
	return api.Sender{}, d.refusal(api.CodeUnknown, words.UnknownSender, words.UnknownSenderHint,
		"sender", typed, "known", keysOf(known))
}

// byMail finds a sender that is vouched for by the newest mail that came from it:
// by its key, by an address, or by a domain below its own.
func (d *Daemon) byMail(ctx context.Context, typed string) ([]api.Sender, error) {
	typed = strings.ToLower(strings.TrimSpace(typed))
	_, domain, isAddress := strings.Cut(typed, "@")
	if !isAddress {
		domain = typed
	}
	for _, key := range []string{typed, sender.OrgDomain(domain)} {
		if key == "" {
			continue
		}
		plans, err := d.core.store.PlansBySender(ctx, key, 1)
		if err != nil {
			return nil, err
		}
		if len(plans) == 0 {
			continue
		}
		m, err := d.core.mails.of(ctx, plans[0])
		if err != nil {
			return nil, err
		}
		if m.from.Authenticated && m.from.Key == key {
			return []api.Sender{{
				Key: key, Display: m.from.Display, Address: m.from.Address, Authenticated: true, Messages: 1, Last: plans[0].Saved, Account: m.to,
			}}, nil
		}
	}
	return nil, nil
}
