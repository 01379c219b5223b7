package daemon

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/page"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A link is one sealed link of a mail, with what is known of it.
type link struct {
	load *load
	page page.Link
	// vendor is who would learn, purposes what a yes has to be for.
	vendor   string
	purposes []purpose.ID
}

// linkOf finds a sealed link. Where it leads is told without asking anybody.
func (d *Daemon) linkOf(ctx context.Context, token string, in *words.Catalogue) (*link, bool, error) {
	l, ok, err := d.core.find(ctx, token)
	if err != nil || !ok || l.ref().Ref.Kind != reference.Link {
		return nil, false, err
	}
	ref := l.ref().Ref
	at, err := url.Parse(ref.URL)
	if err != nil {
		return nil, false, nil
	}
	j := d.core.question(l, at).Judgement
	out := &link{load: l, vendor: gate.Vendor(&j, at.Hostname()), purposes: j.Purposes}
	if len(out.purposes) == 0 {
		out.purposes = []purpose.ID{purpose.Click}
	}
	out.page = page.Link{
		Token: token, Address: ref.URL, Host: at.Hostname(), Sender: who(l.mail),
		Vendor: d.vendor(out.vendor, l.mail.from.Key).Name, Reasons: reasons(&j, in),
		Clean:     d.core.leads(l),
		Grantable: l.mail.from.Authenticated && l.mail.clear && l.mail.to != "",
	}
	if out.page.Clean == "" {
		if host, _, ok := d.core.books.rules().LeadsTo(ref.URL); ok {
			out.page.Somewhere = host
		}
	}
	return out, true, nil
}

// answered says how the reader answered for all links like one: granted, refused,
// or neither. What was decided for the address in From stands before what was
// decided for its domain.
func (d *Daemon) answered(l *link, now time.Time) consent.Decision {
	if !l.page.Grantable || d.core.clockWrong(now) != "" || d.core.ledger.Broken() != nil {
		return consent.Unasked
	}
	m := l.load.mail
	all := consent.Granted
	for _, id := range l.purposes {
		at := d.core.ledger.Standing(gate.AddressKey(&m.from), m.to, id, now)
		if at.Decision == consent.Unasked {
			at = d.core.ledger.Standing(m.from.Key, m.to, id, now)
		}
		switch {
		case at.Decision == consent.Refused, at.Decision == consent.Withdrawn:
			return consent.Refused
		case at.Decision != consent.Granted || !at.Covers(l.vendor):
			all = consent.Unasked
		}
	}
	return all
}

// settled is where a link leads that was decided on before, "" if its page is to
// be shown.
func (d *Daemon) settled(l *link, now time.Time) string {
	switch d.answered(l, now) {
	case consent.Granted:
		return l.page.Address
	case consent.Refused:
		return l.page.Clean
	}
	return ""
}

// Link answers for a sealed link outside of any session.
func (p *pages) Link(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	f := p.frame(r)
	l, ok, err := p.d.linkOf(ctx, r.Route.Token, f.Words)
	if err != nil {
		return proxy.PageAnswer{}, err
	}
	if !ok {
		return proxy.PageAnswer{}, proxy.ErrUnknownToken
	}
	away, outcome := p.d.settled(l, time.Now()), proxy.Held
	if away == l.page.Address {
		outcome = proxy.Released
	}
	p.d.hub.add(store.Event{
		Kind: "link", Outcome: string(outcome), Account: l.load.mail.account.ID, Plan: l.load.mail.id, Number: l.load.number,
		Sender: l.page.Sender, Recipient: l.load.mail.to, Host: l.page.Host, Vendor: l.vendor,
	})
	if away != "" {
		return proxy.PageAnswer{Away: away}, nil
	}
	if l.page.Sender != "" {
		l.page.Command = "unseen open " + l.page.Sender
	}
	return shown(f.Link(l.page))
}

// linkInSession is the page of a link on which all links like it can be decided on.
func (p *pages) linkInSession(ctx context.Context, f *page.Frame, r proxy.PageRequest) (proxy.PageAnswer, error) {
	l, ok, err := p.d.linkOf(ctx, r.Route.Token, p.frame(r).Words)
	if err != nil {
		return proxy.PageAnswer{}, p.d.explainStore(err)
	}
	if !ok {
		return proxy.PageAnswer{Status: http.StatusNotFound, Body: f.Missing()}, nil
	}
	if r.Query["go"] == "1" {
		l.page.To = p.d.settled(l, time.Now())
	}
	if l.page.Grantable {
		n := p.d.linkNotice(l, f.Words.Lang())
		l.page.Notice, l.page.NoticeSHA256 = n.Text(), n.SHA256
	}
	return shown(f.Link(l.page))
}

// linkNotice is what has to be shown before a yes to all links like one.
func (d *Daemon) linkNotice(l *link, language string) notice.Notice {
	m := l.load.mail
	s := &subject{who: api.Sender{Key: m.from.Key}, key: m.from.Key}
	w := &wishes{
		recipient: m.to, how: m.from.How, addresses: []string{m.from.Address}, vendors: make(map[purpose.ID][]string),
		evidence: []string{m.name()},
	}
	w.add(l.vendor, l.purposes)
	return d.notice(s, w, nil, d.language(language))
}

// decideLink answers for all links like one, and sends the reader on to where the
// link leads by that answer.
func (p *pages) decideLink(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	l, ok, err := p.d.linkOf(ctx, r.Route.Token, p.frame(r).Words)
	if err != nil {
		return proxy.PageAnswer{}, p.d.explainStore(err)
	}
	if !ok || !l.page.Grantable {
		return proxy.PageAnswer{}, p.wrongForm()
	}
	switch r.Form["do"] {
	case "always":
		err = p.d.allowLinks(ctx, l, r.Form)
	case "never":
		a := api.Answer{Sender: l.page.Sender, Address: l.load.mail.to, How: onPage, No: names(l.purposes)}
		_, err = p.d.answer(ctx, a)
	default:
		err = p.wrongForm()
	}
	return goTo("link/"+r.Route.Token, "go", "1", "note", string(page.Saved)), err
}

// allowLinks writes a yes to all links like one, for each of its purposes. It needs
// the notice that was shown to be the one that is true now.
func (d *Daemon) allowLinks(ctx context.Context, l *link, form map[string]string) error {
	if err := d.core.ledger.Broken(); err != nil {
		return d.brokenLedger(err)
	}
	if wrong := d.core.clockWrong(time.Now()); wrong != "" {
		return &api.Error{Code: api.CodeFailed, Text: wrong}
	}
	shown := d.linkNotice(l, form["language"])
	if form["notice"] != shown.SHA256 {
		return d.noticeChanged(l.page.Sender)
	}
	m := l.load.mail
	var records []consent.Record
	for _, id := range l.purposes {
		one := consent.Record{
			Sender: m.from.Key, SenderHow: m.from.How, SenderAddress: m.from.Address, Recipient: m.to, Purpose: id,
			Vendors: []string{l.vendor}, Decision: consent.Granted, Evidence: []string{m.name()}, Scope: consent.OnePurpose,
		}
		keep(&one, &shown)
		if days := d.policy.lapseDays(); days > 0 {
			one.Until = time.Now().UTC().AddDate(0, 0, days)
		}
		records = append(records, one)
	}
	_, err := d.write(ctx, records, consent.Page)
	return err
}

// noticeChanged says that what was shown is not true any more.
func (d *Daemon) noticeChanged(key string) error {
	return d.refusal(api.CodeConflict, words.NoticeChanged, words.NoticeChangedHint, "sender", key)
}
