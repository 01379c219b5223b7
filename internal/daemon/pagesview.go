package daemon

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/page"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/purpose"
)

const (
	// heldListed is of how many mails what was held is listed, and heldSearched in
	// how many of the newest events it is looked for.
	heldListed   = 50
	heldSearched = 5000
)

// overview is the first page.
func (p *pages) overview(ctx context.Context, f *page.Frame, r proxy.PageRequest) (proxy.PageAnswer, error) {
	var o page.Overview
	var err error
	if o.Status, err = p.d.status(ctx); err != nil {
		return proxy.PageAnswer{}, err
	}
	if o.Waiting, err = p.d.questions(ctx, true); err != nil {
		return proxy.PageAnswer{}, err
	}
	if o.Senders, err = p.d.listSenders(ctx); err != nil {
		return proxy.PageAnswer{}, err
	}
	if o.Standings, err = p.d.standings(ctx); err != nil {
		return proxy.PageAnswer{}, err
	}
	if o.Receipts, err = p.d.receipts(ctx); err != nil {
		return proxy.PageAnswer{}, err
	}
	o.Turned = page.Turned{
		Elsewhere: r.Refused[proxy.RefusedElsewhere], Used: r.Refused[proxy.RefusedToken],
		Session: r.Refused[proxy.RefusedSession], Form: r.Refused[proxy.RefusedForm],
	}
	return shown(f.Overview(o))
}

// ask is the question of one sender about one address. That it was opened is no
// answer, and is not noted: the reader asked for it.
func (p *pages) ask(ctx context.Context, f *page.Frame, r proxy.PageRequest) (proxy.PageAnswer, error) {
	q := r.Query
	until := endOf(q["until"])
	list, err := p.d.ask(ctx, api.Ask{
		Sender: q["sender"], Address: q["address"], Language: f.Words.Lang(), OneAddress: q["one"] == "1", Until: until,
	})
	if err != nil {
		return proxy.PageAnswer{}, err
	}
	if len(list) > 1 {
		return goTo("sender", "sender", list[0].Sender), nil
	}
	a := page.Ask{Question: list[0], One: q["one"] == "1", Mail: q["mail"], Back: back(q["back"])}
	if until != nil {
		a.Until = q["until"]
	}
	if a.Mail == "" && len(list[0].Mails) > 0 {
		a.Mail = list[0].Mails[0]
	}
	if a.Mail != "" {
		// What cannot be told of the mail is no reason not to ask.
		a.Sendings, _ = p.d.wouldSend(ctx, api.SendingRequest{Message: a.Mail, Language: f.Words.Lang()})
	}
	return shown(f.Ask(a))
}

// sender is the page of one sender.
func (p *pages) sender(ctx context.Context, f *page.Frame, r proxy.PageRequest) (proxy.PageAnswer, error) {
	who, err := p.d.oneSender(ctx, r.Query["sender"], false)
	if err != nil {
		return proxy.PageAnswer{}, err
	}
	everything := func(purpose.ID) bool { return true }
	s := page.Sender{Key: who.Key, Vouched: who.Authenticated, Granted: len(p.d.takenBack(who.Key, "", everything)) > 0}
	if s.Vouched {
		s.Display = who.Display
	}
	if !s.Vouched {
		s.Signed = p.d.signedCommand(who)
	}
	if s.Pictures, err = p.d.policy.shown(ctx, who.Key); err != nil {
		return proxy.PageAnswer{}, p.d.explainStore(err)
	}
	s.Questions, err = p.d.ask(ctx, api.Ask{Sender: who.Key, Language: f.Words.Lang()})
	if err != nil && !errors.As(err, &s.Refusal) {
		return proxy.PageAnswer{}, err
	}
	if s.History, err = p.d.history(ctx, who.Key); err != nil {
		return proxy.PageAnswer{}, err
	}
	if about, err := p.d.aboutSender(ctx, api.AboutRequest{Sender: who.Key, Language: f.Words.Lang()}); err == nil && about.Looked > 0 {
		s.About = &about // what cannot be told of its mail is no reason not to show the rest
	}
	return shown(f.Sender(s))
}

// held lists what was held, by mail, and each load once.
func (p *pages) held(ctx context.Context, f *page.Frame, _ proxy.PageRequest) (proxy.PageAnswer, error) {
	events, err := p.d.core.store.Events(ctx, -1, heldSearched)
	if err != nil {
		return proxy.PageAnswer{}, p.d.explainStore(err)
	}
	type place struct {
		plan   int64
		number int
	}
	seen, mails := make(map[place]bool), make(map[int64]int)
	var list []page.Held
	for i := len(events) - 1; i >= 0; i-- {
		e := &events[i]
		if e.Kind != "load" || e.Outcome != string(proxy.Held) || seen[place{e.Plan, e.Number}] {
			continue
		}
		seen[place{e.Plan, e.Number}] = true
		at, known := mails[e.Plan]
		if !known {
			if len(list) == heldListed {
				continue
			}
			at = len(list)
			mails[e.Plan] = at
			list = append(list, page.Held{At: e.At, Sender: e.Sender})
		}
		tells := e.Verdict == string(detect.Tracker) || e.Verdict == string(detect.Suspected)
		if same := func(l page.HeldLoad) bool { return l.Host == e.Host && !l.Tells }; !tells && slices.ContainsFunc(list[at].Loads, same) {
			continue // one picture of a host explains the others
		}
		list[at].Loads = append(list[at].Loads, page.HeldLoad{Host: e.Host, Tells: tells, Token: p.d.tokenOf(ctx, e)})
	}
	for i := range list {
		// What would have told stands first.
		slices.SortStableFunc(list[i].Loads, func(a, b page.HeldLoad) int {
			switch {
			case a.Tells == b.Tells:
				return 0
			case a.Tells:
				return -1
			}
			return 1
		})
	}
	return shown(f.Held(list))
}

// tokenOf is the token of the load that an event is about, "" if that is not known
// any more.
func (d *Daemon) tokenOf(ctx context.Context, e *store.Event) string {
	kept, err := d.core.store.Plan(ctx, e.Plan)
	if err != nil || kept == nil {
		return ""
	}
	m, err := d.core.mails.of(ctx, kept)
	if err != nil || e.Number < 0 || e.Number >= len(m.plan.References) {
		return ""
	}
	return m.plan.References[e.Number].Token
}

// load explains one load.
func (p *pages) load(ctx context.Context, f *page.Frame, r proxy.PageRequest) (proxy.PageAnswer, error) {
	l, ok, err := p.d.core.find(ctx, r.Route.Token)
	if err != nil {
		return proxy.PageAnswer{}, p.d.explainStore(err)
	}
	if !ok || !l.ref().Ref.Kind.Load() {
		return proxy.PageAnswer{Status: 404, Body: f.Missing()}, nil
	}
	at, err := url.Parse(l.ref().Ref.URL)
	if err != nil {
		return proxy.PageAnswer{Status: 404, Body: f.Missing()}, nil
	}
	decision, err := p.d.gateway.backend.decide(ctx, l, at)
	if err != nil {
		return proxy.PageAnswer{}, p.d.explainStore(err)
	}
	q := p.d.core.question(l, at)
	decision.Reason = p.d.core.gate.Sentence(q, &decision, f.Words)
	j := q.Judgement
	v := page.Load{
		Host: at.Hostname(), Address: l.ref().Ref.URL, Sender: who(l.mail), Released: decision.Release, Reason: decision.Reason,
		Certainty: string(j.Certainty), Reasons: reasons(&j, f.Words), ReasonIn: f.Words.Lang(), Edition: j.Edition, Mail: l.mail.name(), To: l.mail.to,
		Token: r.Route.Token, Tells: j.Verdict == detect.Tracker || j.Verdict == detect.Suspected,
	}
	// What cannot be told of the mail is no reason not to explain the load.
	v.Reading, _ = p.d.reading(ctx, v.Mail)
	v.Reading.Lines = slices.DeleteFunc(v.Reading.Lines, func(l api.ReadingLine) bool { return l.Kind != "picture" || l.Text == "" })
	v.Sendings = p.d.sendings([]*load{l}, true, f.Words)
	v.Bare = !v.Released && p.d.bareOf(l) != nil
	return shown(f.Load(v))
}

// tell is how a sender can be told that something was taken back.
func (p *pages) tell(ctx context.Context, f *page.Frame, r proxy.PageRequest) (proxy.PageAnswer, error) {
	key := r.Query["sender"]
	list, err := p.d.tell(ctx, api.TellRequest{Sender: key, Address: r.Query["address"], Language: f.Words.Lang()})
	if err != nil {
		return proxy.PageAnswer{}, err
	}
	return shown(f.Tell(list[0].Sender, list, time.Now()))
}

// reasons are what something is judged by, in a language; in English where they
// are newer than its texts.
func reasons(j *detect.Judgement, in *words.Catalogue) []string {
	list := slices.Clone(j.Reasons)
	for i, r := range j.Because {
		if said := in.Because(r.Code, r.Args); said != "" && i < len(list) {
			list[i] = said
		}
	}
	return list
}
