package daemon

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/alias"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

const (
	// aliasMails is in how many of the newest mails names are looked for.
	aliasMails = 2000
	// aliasBatch is how many names are asked for at once, those that stand in most
	// mails.
	aliasBatch = 500
	// aliasDays is how long an answer is not asked for again.
	aliasDays = 30
)

// hostNames are what the DNS said of hosts: as many as the reader had asked for.
type hostNames map[string]detect.Alias

// alias is what is known of a host. It asks nobody.
func (b *books) alias(host string) (detect.Alias, bool) {
	known := b.aliases.Load()
	if known == nil {
		return detect.Alias{}, false
	}
	a, ok := (*known)[host]
	return a, ok
}

// readAliases takes over what is kept.
func (c *core) readAliases(ctx context.Context) ([]store.Alias, error) {
	list, err := c.store.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	known := make(hostNames, len(list))
	for _, a := range list {
		if a.Target != "" {
			known[a.Host] = detect.Alias{Target: a.Target, Date: dayOf(a.At)}
		}
	}
	c.books.aliases.Store(&known)
	return list, nil
}

// listAliases says what is known of names.
func (d *Daemon) listAliases(ctx context.Context) (api.Aliases, error) {
	out := api.Aliases{Asking: []string{}, Known: []api.HostAlias{}}
	list, err := d.core.readAliases(ctx)
	if err != nil {
		return out, d.explainStore(err)
	}
	for _, a := range list {
		one := api.HostAlias{Host: a.Host, Target: a.Target, At: a.At, Resolver: a.Resolver}
		if naming, ok := d.core.books.rules().CNAME(a.Target); ok && a.Target != "" {
			one.Vendor, one.Name = naming.Vendor.ID, naming.Vendor.Name
		}
		out.Known = append(out.Known, one)
	}
	return out, nil
}

// askAliases looks up the names of hosts in the reader's mail, in one batch, or says
// which it would. It is never called for a mail that is opened.
func (d *Daemon) askAliases(ctx context.Context, q api.AliasRequest) (api.Aliases, error) {
	server, err := alias.System()
	if q.Resolver != "" {
		server, err = alias.Server(q.Resolver)
	}
	if err != nil {
		return api.Aliases{}, d.refusal(api.CodeWrong, words.NamesNoServer, words.NamesNoServerHint)
	}
	out, err := d.listAliases(ctx)
	if err != nil {
		return out, err
	}
	out.Resolver = server
	if out.Asking, out.Passed, err = d.unasked(ctx, out.Known); err != nil {
		return out, d.explainStore(err)
	}
	if q.Dry || len(out.Asking) == 0 {
		return out, nil
	}
	var found []store.Alias
	failed := 0
	asking := (&alias.Resolver{Server: server}).Ask(ctx, out.Asking, func(a alias.Answer) {
		if a.Err != nil {
			failed++
			return
		}
		found = append(found, store.Alias{Host: a.Host, Target: a.Target, At: time.Now(), Resolver: server})
	})
	// What was answered is kept, also if whoever asked has gone.
	if err := d.core.store.SetAliases(context.WithoutCancel(ctx), found); err != nil {
		return out, d.explainStore(err)
	}
	if asking != nil {
		return out, asking
	}
	d.hub.add(store.Event{Kind: "names", Outcome: "asked"})
	return d.renamed(ctx, out, failed)
}

// renamed takes over new names, and cuts loads on their way that are held by now.
func (d *Daemon) renamed(ctx context.Context, done api.Aliases, failed int) (api.Aliases, error) {
	out, err := d.listAliases(ctx)
	if err != nil {
		return out, err
	}
	out.Resolver, out.Asking, out.Passed, out.Failed = done.Resolver, done.Asking, done.Passed, failed
	if out.Asking == nil {
		out.Asking = []string{}
	}
	d.policy.wishes.drop()
	d.gateway.recheck(context.WithoutCancel(ctx))
	return out, nil
}

// forgetAliases destroys what is known of names.
func (d *Daemon) forgetAliases(ctx context.Context, q api.AliasForget) (api.Aliases, error) {
	if err := d.core.store.ForgetAliases(ctx, q.Domain); err != nil {
		return api.Aliases{}, d.explainStore(err)
	}
	return d.renamed(ctx, api.Aliases{}, 0)
}

// forgetNames destroys what is known of the hosts of a sender.
func (d *Daemon) forgetNames(ctx context.Context, key string) {
	if strings.ContainsAny(key, "@ ") {
		return // one of many on a shared domain
	}
	err := d.core.store.ForgetAliases(ctx, key)
	if err == nil {
		_, err = d.core.readAliases(ctx)
	}
	if err != nil {
		d.cfg.Logger.Warn("what was asked of names is still known", "err", err)
	}
}

// unasked are the hosts of the reader's mail that nothing is known of, those in most
// mails first, and how many more may carry an identifier.
func (d *Daemon) unasked(ctx context.Context, known []api.HostAlias) (hosts []string, passed int, err error) {
	fresh := make(map[string]bool)
	for _, a := range known {
		fresh[a.Host] = time.Since(a.At) < aliasDays*24*time.Hour
	}
	counts, odd := make(map[string]int), make(map[string]bool)
	const page = 100
	for offset := 0; offset < aliasMails; offset += page {
		plans, err := d.core.store.PlanPage(ctx, "", offset, page)
		if err != nil {
			return nil, 0, err
		}
		for _, p := range plans {
			m, err := d.core.mails.of(ctx, p)
			if err != nil {
				return nil, 0, err
			}
			for host := range d.strange(m) {
				switch {
				case !alias.Askable(host):
					odd[host] = true
				case !fresh[host]:
					counts[host]++
				}
			}
		}
		if len(plans) < page {
			break
		}
	}
	hosts = slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return hosts[:min(len(hosts), aliasBatch)], len(odd), nil
}

// strange are the hosts of a mail that the catalogue knows nobody behind.
func (d *Daemon) strange(m *mail) map[string]bool {
	hosts, rules := make(map[string]bool), d.core.books.rules()
	for i := range m.plan.References {
		ref := &m.plan.References[i].Ref
		if !ref.Remote {
			continue
		}
		at, ok := catalogue.Split(ref.URL)
		if !ok || hosts[at.Host] {
			continue
		}
		if hit, known := rules.MatchAddress(at); known && !hit.Generic {
			continue
		}
		hosts[at.Host] = true
	}
	return hosts
}
