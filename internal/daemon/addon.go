package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/page"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// localAddress names the account for mail that lies in no mailbox of a
// server, as in local folders. Nobody vouches for its senders.
const localAddress = "local mail"

// addOnService answers add-ons of mail programs.
func (d *Daemon) addOnService() api.AddOn {
	return api.AddOn{
		Hello: d.addOnHello, Message: d.addOnMessage, Rewrite: d.rewrite, Again: d.addOnAgain, Hop: d.addOnHop,
		Happened: d.addOnHappened, Follow: d.addOnFollow, Compose: d.addOnCompose,
		Pair: d.addOnPair, Unpair: d.addOnUnpair,
	}
}

// addOnHello says what an add-on has to know before it asks anything.
func (d *Daemon) addOnHello(ctx context.Context) (api.AddOnHello, error) {
	st, err := d.status(ctx)
	if err != nil {
		return api.AddOnHello{}, err
	}
	return api.AddOnHello{
		Version: api.AddOnVersion, Program: d.cfg.Version, Gateway: d.gateway.origin(), DeadEnd: d.deadEnd.port(), Way: d.releases.way(),
		Paused: st.Paused != nil, Suspended: len(st.Suspended) > 0, Problems: st.Problems,
	}, nil
}

// addOnMessage takes a mail that a mail program shows. It is planned as a relay would,
// and known from now on as if it had come through one; a mail that did is found again.
func (d *Daemon) addOnMessage(ctx context.Context, q api.AddOnQuestion, body io.Reader) (api.AddOnMessage, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return api.AddOnMessage{}, d.refusal(api.CodeWrong, words.AddOnTooLarge, words.AddOnTooLargeHint, "mib", api.MaxAddOnMail>>20)
		}
		return api.AddOnMessage{}, fmt.Errorf("reading the mail: %w", err)
	}
	account, err := d.addOnAccount(ctx, q)
	if err != nil {
		return api.AddOnMessage{}, d.explainStore(err)
	}
	if raw, err = d.served(ctx, asSent(raw)); err != nil {
		return api.AddOnMessage{}, d.explainStore(err)
	}
	d.core.marks.offer(raw, mark.Had{How: mark.ByAddOn, Account: account.Address})
	id, err := d.planShown(ctx, account, raw)
	if err != nil {
		return api.AddOnMessage{}, d.explainStore(err)
	}
	return d.addOnAgain(ctx, api.AddOnAgain{Plan: id, Language: q.Language})
}

// rewrite takes a mail of an account for a filter, and returns it as a relay would serve
// it. The account has to be known: its provider vouches for senders.
func (d *Daemon) rewrite(ctx context.Context, address string, body io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("reading the mail: %w", err)
	}
	account, ok, err := d.core.store.Account(ctx, address)
	if err != nil {
		return nil, d.explainStore(err)
	}
	if !ok {
		return nil, d.noAccount(address)
	}
	id, err := d.planShown(ctx, account, raw)
	if err != nil {
		return nil, d.explainStore(err)
	}
	m, err := d.planned(ctx, id)
	if err != nil {
		return nil, err
	}
	if m.plan.Overlay.Apply(raw, 0) > 0 {
		return nil, d.refusal(api.CodeFailed, words.CleanOtherMail, words.CleanOtherMailHint)
	}
	return raw, nil
}

// planShown plans a mail and keeps the plan, if it is not kept already.
func (d *Daemon) planShown(ctx context.Context, a store.Account, raw []byte) (int64, error) {
	key, err := d.core.store.AccountKey(a.Address)
	if err != nil {
		return 0, err
	}
	p := &planner{
		core: d.core, restore: &restorer{backend: d.gateway.backend, base: d.gateway.origin()}, account: a,
		log:  d.cfg.Logger.With("account", a.ID),
		plan: plan.Planner{Key: plan.Key(key), Base: d.gateway.origin(), Mode: plan.ModeAll},
	}
	in := p.plan
	in.Links = p.linker()
	b := &planning{planner: p, links: in.Links != nil}
	if !a.AddOn && modeOf(&a) != plan.ModeAll {
		// The relay serves its mail otherwise.
		b.mark = rebuiltMode
	}
	made := in.Plan(raw)
	if err := b.find(ctx, made.HeaderSHA256); err != nil {
		return 0, err
	}
	if err := b.save(ctx, made); err != nil {
		return 0, err
	}
	return b.saved, nil
}

// served gives a mail its addresses back if it came through the relay: its plan says
// which octets were others.
func (d *Daemon) served(ctx context.Context, raw []byte) ([]byte, error) {
	kept, err := d.core.store.PlansByHeader(ctx, 0, headerOf(raw))
	if err != nil {
		return nil, err
	}
	var best []byte
	most := 0
	for _, one := range kept {
		m, err := d.core.mails.of(ctx, one)
		if err != nil {
			return nil, err
		}
		o := &m.plan.Overlay
		if len(o.Edits) <= most || o.Size != len(raw) {
			continue
		}
		was := append([]byte(nil), raw...)
		if o.Undo(was, 0) == 0 {
			best, most = was, len(o.Edits)
		}
	}
	if best != nil {
		return best, nil
	}
	return raw, nil
}

// addOnAccount is the account that a shown mail lies in. Whether its senders are
// vouched for depends on whose server it was read from, which the address of the
// document tells; where that is not what is known of the account, nobody vouches.
func (d *Daemon) addOnAccount(ctx context.Context, q api.AddOnQuestion) (store.Account, error) {
	at, err := url.Parse(q.Document)
	if err != nil || at.Scheme != "imap" || q.Account == "" || at.Query().Has("part") {
		// A mail within a mail is whatever the sender of that one wrote.
		return d.putAddOn(ctx, localAddress, "local")
	}
	host := strings.ToLower(at.Hostname())
	if loopback(host) {
		for _, r := range d.relays.list() {
			if p := at.Port(); p == strconv.Itoa(r.account.IMAPPort) || p == strconv.Itoa(r.account.IMAPSPort) {
				return r.account, nil
			}
		}
	}
	kept, ok, err := d.core.store.Account(ctx, q.Account)
	if err != nil {
		return store.Account{}, err
	}
	if !ok || kept.AddOn || kept.Removed {
		return d.putAddOn(ctx, q.Account, host)
	}
	if strings.EqualFold(kept.IMAP.Host, host) || d.sameProvider(kept.IMAP.Host, host) {
		return kept, nil
	}
	return d.putAddOn(ctx, localAddress, "local")
}

// sameProvider says that two names are servers of one provider of the catalogue.
func (d *Daemon) sameProvider(a, b string) bool {
	rules := d.core.books.rules()
	one, ok := rules.Provider(a)
	other, same := rules.Provider(b)
	return ok && same && one.ID == other.ID
}

// loopback says that a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// putAddOn returns an account of which an add-on hands the mail over, and keeps it if
// it is new.
func (d *Daemon) putAddOn(ctx context.Context, address, host string) (store.Account, error) {
	kept, ok, err := d.core.store.Account(ctx, address)
	if err != nil || ok && kept.AddOn && !kept.Removed && kept.IMAP.Host == host {
		return kept, err
	}
	kept.Address, kept.AddOn, kept.SMTP = address, true, nil
	kept.IMAP = store.Server{Host: host, TLS: store.Implicit}
	kept.Mode = string(plan.ModeAll)
	if err := d.core.store.PutAccount(ctx, &kept); err != nil {
		return store.Account{}, err
	}
	return kept, nil
}

// addOnHop says what becomes of a load that was released and is redirected.
func (d *Daemon) addOnHop(ctx context.Context, q api.AddOnHop) (api.AddOnHopped, error) {
	m, err := d.planned(ctx, q.Plan)
	if err != nil {
		return api.AddOnHopped{}, err
	}
	at, err := url.Parse(q.URL)
	if err != nil || q.Number < 0 || q.Number >= len(m.plan.References) {
		return api.AddOnHopped{}, d.refusal(api.CodeUnknown, words.NoSuchMessage, words.NoSuchMessageHint)
	}
	got, err := d.gateway.backend.decideShown(ctx, &load{mail: m, number: q.Number}, at)
	if err == nil && got.Release {
		d.releases.follow(q.Plan, q.Number, at)
	}
	return api.AddOnHopped{Release: got.Release, Reason: got.Reason}, err
}

// planned is the mail of a stored plan.
func (d *Daemon) planned(ctx context.Context, id int64) (*mail, error) {
	kept, err := d.core.store.Plan(ctx, id)
	if err != nil {
		return nil, d.explainStore(err)
	}
	if kept == nil {
		return nil, d.refusal(api.CodeUnknown, words.NoSuchMessage, words.NoSuchMessageHint)
	}
	return d.core.mails.of(ctx, kept)
}

// addOnFollow opens the page of a link, within a session.
func (d *Daemon) addOnFollow(ctx context.Context, q api.AddOnLinkRequest) (api.Opened, error) {
	if _, ok, err := d.linkOf(ctx, q.Token, d.cfg.Words); err != nil || !ok {
		if err == nil {
			err = d.refusal(api.CodeUnknown, words.NoSuchMessage, words.NoSuchMessageHint)
		}
		return api.Opened{}, err
	}
	if d.gateway.port.problem() != nil {
		return api.Opened{}, d.refusal(api.CodeFailed, words.OpenShut, words.OpenShutHint)
	}
	path, until := d.gateway.config.Sessions.Open()
	below := page.Below("link/"+q.Token, "go", "1")
	return api.Opened{Address: api.Secret(d.gateway.origin() + path + below), Until: until.UTC()}, nil
}

// addOnHappened notes what became of loads, as the gateway does of its own.
func (d *Daemon) addOnHappened(ctx context.Context, q api.AddOnReport) (api.AddOnNoted, error) {
	var out api.AddOnNoted
	for _, one := range append([]api.AddOnBecame{{Plan: q.Plan, Held: q.Held, Released: q.Released}}, q.Others...) {
		m, err := d.planned(ctx, one.Plan)
		if err != nil {
			return out, err
		}
		out.Noted += d.noteAll(ctx, m, "held", one.Held) + d.noteAll(ctx, m, "released", one.Released)
	}
	return out, nil
}

// noteAll notes one outcome of loads of a mail, and returns of how many.
func (d *Daemon) noteAll(ctx context.Context, m *mail, outcome string, list []int) int {
	noted := 0
	for _, n := range list {
		if n >= 0 && n < len(m.plan.References) {
			d.noteShown(ctx, &load{mail: m, number: n}, outcome)
			noted++
		}
	}
	return noted
}

// noteShown notes what became of one load of a mail that is shown.
func (d *Daemon) noteShown(ctx context.Context, l *load, outcome string) {
	at, err := url.Parse(l.ref().Ref.URL)
	if err != nil {
		return
	}
	got, err := d.gateway.backend.decideShown(ctx, l, at)
	if err != nil {
		return
	}
	d.hub.add(store.Event{
		At: time.Now(), Kind: "load", Outcome: outcome, Account: l.mail.account.ID, Plan: l.mail.id, Number: l.number,
		Sender: who(l.mail), Recipient: l.mail.to, Host: at.Hostname(), Reason: got.Reason,
		Verdict: string(got.Verdict), Vendor: got.Vendor,
	})
}
