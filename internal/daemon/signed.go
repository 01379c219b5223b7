package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/dkim"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

const (
	// maxVerified is how many of a sender's newest mails are verified at a time, in
	// all mailboxes.
	maxVerified = 200
	// maxSigned is the largest mail that is verified, in octets.
	maxSigned = 32 << 20
)

// A verifying reads a sender's mail from its server as it lies there, and keeps which
// of it bears a signature that verifies.
type verifying struct {
	daemon *Daemon
	relay  *relay
	domain string
	plan   plan.Planner
	keys   dkim.Verifier
	out    api.Signed
}

// signed verifies the signatures of a sender's mail, for an account whose provider
// vouches for nobody. Only here is a key looked up, because the reader said so; it is
// kept, and not looked up again.
func (d *Daemon) signed(ctx context.Context, q api.SignedRequest) (api.Signed, error) {
	r := d.relays.get(strings.ToLower(q.Address))
	if r == nil {
		return api.Signed{}, d.noAccount(q.Address)
	}
	_, domain, isAddress := strings.Cut(strings.ToLower(strings.TrimSpace(q.Sender)), "@")
	if !isAddress {
		domain = strings.ToLower(strings.TrimSpace(q.Sender))
	}
	domain = sender.OrgDomain(domain)
	switch {
	case domain == "" || !strings.Contains(domain, "."):
		return api.Signed{}, d.refusal(api.CodeWrong, words.SignedNoDomain, words.SignedNoDomainHint, "sender", q.Sender)
	case stamps(d.core.provider(r.account)):
		return api.Signed{}, d.refusal(api.CodeConflict, words.SignedNeedless, words.SignedNeedlessHint)
	}
	v, err := d.verifying(r, domain)
	if err != nil {
		return v.out, err
	}
	if err := d.core.store.AllowKeys(ctx, domain, !q.Undo); err != nil {
		return v.out, d.explainStore(err)
	}
	if !q.Undo {
		if err := v.run(ctx, q); err != nil {
			return v.out, err
		}
	}
	defer d.gateway.recheck(context.WithoutCancel(ctx))
	d.core.mails.forget()
	d.policy.wishes.drop()
	if err := d.core.refile(ctx, r.account); err != nil {
		return v.out, d.explainStore(err)
	}
	outcome := "signatures verified"
	if q.Undo {
		outcome = "signatures withdrawn"
	}
	d.hub.add(store.Event{Kind: "account", Outcome: outcome, Account: r.account.ID, Sender: domain, Reason: strings.Join(v.out.Asked, " ")})
	return v.out, nil
}

// stamps says whether a provider writes who a mail is from.
func stamps(p catalogue.Provider) bool {
	return p.Stamps == catalogue.StampsDMARC || p.Stamps == catalogue.StampsDKIMSPF
}

// verifying makes one that notes what it asks for.
func (d *Daemon) verifying(r *relay, domain string) (*verifying, error) {
	v := &verifying{daemon: d, relay: r, domain: domain, out: api.Signed{Domain: domain, Asked: []string{}}}
	key, err := d.core.store.AccountKey(r.account.Address)
	if err != nil {
		return v, d.explainStore(err)
	}
	v.plan = plan.Planner{Key: plan.Key(key), Base: r.restore.base}
	lookup := net.DefaultResolver.LookupTXT
	if d.cfg.Lab != nil {
		lookup = d.cfg.Lab.LookupTXT
	}
	v.keys = dkim.Verifier{
		Pins:    d.core.store.Pins(),
		Allowed: func(of string) bool { return of == domain },
		LookupTXT: func(ctx context.Context, name string) ([]string, error) {
			v.out.Asked = append(v.out.Asked, name)
			if lookup == nil {
				return nil, errors.New("there is no name server")
			}
			return lookup(ctx, name)
		},
	}
	return v, nil
}

// run reads the mail, the newest of each mailbox first. It changes nothing on the
// server.
func (v *verifying) run(ctx context.Context, q api.SignedRequest) error {
	err := v.read(ctx, q)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	var refusal *api.Error
	if errors.As(err, &refusal) {
		return err
	}
	d := v.daemon
	what := words.Plain(oneSentence(err))
	return d.refusal(api.CodeUpstream, words.SignedFailed, words.SignedFailedHint, "host", v.relay.account.IMAP.Host, "what", what)
}

func (v *verifying) read(ctx context.Context, q api.SignedRequest) error {
	c, err := v.relay.logged(ctx, credential{user: q.Login, password: string(q.Password)})
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	boxes, err := c.List("", "*", nil).Collect()
	if err != nil {
		return fmt.Errorf("listing mailboxes: %w", err)
	}
	for _, box := range boxes {
		if !selectable(box) || v.out.Mails >= maxVerified {
			continue
		}
		if err := v.mailbox(ctx, c, box.Mailbox); err != nil {
			return err
		}
	}
	return c.Logout().Wait()
}

// mailbox verifies the sender's mail in one mailbox.
func (v *verifying) mailbox(ctx context.Context, c *imapclient.Client, name string) error {
	if _, err := c.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return c.Noop().Wait() // one that cannot be opened does not keep the others
	}
	from := imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "From", Value: v.domain}}, Smaller: maxSigned}
	found, err := c.UIDSearch(&from, nil).Wait()
	if err != nil {
		return err
	}
	uids := found.AllUIDs()
	if most := maxVerified - v.out.Mails; len(uids) > most {
		uids = uids[len(uids)-most:]
	}
	if len(uids) == 0 {
		return nil
	}
	cmd := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	defer cmd.Close()
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || body.Literal == nil {
				continue
			}
			raw, err := io.ReadAll(body.Literal)
			if err == nil {
				err = v.one(ctx, raw)
			}
			if err != nil {
				return err
			}
		}
	}
	return cmd.Close()
}

// one verifies one mail, as it lies on the server.
func (v *verifying) one(ctx context.Context, raw []byte) error {
	from := sender.Identify(message.Header(raw), v.daemon.core.provider(v.relay.account))
	if from.Domain == "" || sender.OrgDomain(from.Domain) != v.domain {
		return nil // the server finds more than the domain
	}
	v.out.Mails++
	if _, err := v.keys.Verify(ctx, raw, from.Domain); err != nil {
		v.daemon.cfg.Logger.Info("a signature was not verified", "err", errors.Unwrap(err))
		return ctx.Err()
	}
	v.out.Verified++
	if err := v.daemon.core.store.AddProof(ctx, fingerprint(v.plan.Plan(raw)), v.domain); err != nil {
		return v.daemon.explainStore(err)
	}
	return nil
}

// verified says who sent a mail whose signature the reader had verified, where nobody
// else vouches for it.
func (c *core) verified(s sender.Sender, provider catalogue.Provider, p *plan.Plan) sender.Sender {
	if s.Authenticated || s.Key == "" || stamps(provider) || p.HeaderCut() {
		return s
	}
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	ok, err := c.store.Proved(ctx, fingerprint(p), sender.OrgDomain(s.Domain))
	if err != nil {
		c.log.Warn("reading whether a signature verified", "err", err)
	}
	if !ok {
		return s
	}
	return s.Verified()
}

// signedCommand is what to type to have a sender's signatures verified, "" where that
// is not needed or not possible.
func (d *Daemon) signedCommand(who api.Sender) string {
	r := d.relays.get(strings.ToLower(who.Account))
	_, domain, ok := strings.Cut(who.Address, "@")
	if r == nil || !ok || stamps(d.core.provider(r.account)) {
		return ""
	}
	return "unseen account signed " + r.account.Address + " " + domain
}
