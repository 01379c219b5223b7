package daemon

import (
	"cmp"
	"context"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// messageRows is how many messages a page has where nothing is said, and
	// maxMessageRows how many at most.
	messageRows, maxMessageRows = 50, 500
	// messagesSearched is among how many of the newest messages is searched:
	// subjects stand in the plans, and each has to be opened.
	messagesSearched = 2000
)

// messages lists messages in pages.
func (d *Daemon) messages(ctx context.Context, q api.MessageQuery) (api.MessagePage, error) {
	page := api.MessagePage{Messages: []api.Message{}}
	limit := cmp.Or(q.Limit, messageRows)
	if limit > maxMessageRows {
		return page, &api.Error{Code: api.CodeWrong, Text: fmt.Sprintf("reading the request: limit is over %d", maxMessageRows)}
	}
	offset, read := q.Offset, limit+1
	if q.Search != "" {
		offset, read = 0, messagesSearched
	}
	plans, err := d.core.store.PlanPage(ctx, q.Sender, offset, read)
	if err != nil {
		return page, d.explainStore(err)
	}
	if q.Search == "" && len(plans) > limit {
		plans, page.More = plans[:limit], true
	}
	skip := q.Offset
	for _, p := range newestCopies(plans) {
		m, err := d.core.mails.of(ctx, p)
		if err != nil {
			return page, err
		}
		if q.Search != "" {
			page.Searched++
			if !mentions(m, q.Search) {
				continue
			}
			if skip--; skip >= 0 {
				continue
			}
			if len(page.Messages) == limit {
				page.More = true
				break
			}
		}
		page.Messages = append(page.Messages, d.messageRow(m, p))
	}
	return page, nil
}

// mentions says whether a mail's subject or sender hold a text.
func mentions(m *mail, text string) bool {
	text = strings.ToLower(text)
	for _, in := range []string{message.Header(m.plan.Header).Text("Subject"), m.from.Display, m.from.Address, m.from.Key} {
		if strings.Contains(strings.ToLower(in), text) {
			return true
		}
	}
	return false
}

// messageRow is a mail as lists show it.
func (d *Daemon) messageRow(m *mail, p *store.Plan) api.Message {
	header := message.Header(m.plan.Header)
	row := api.Message{
		ID: m.name(), Sender: m.from.Key, Display: m.from.Display, From: m.from.Address, Authenticated: m.from.Authenticated,
		Subject: header.Text("Subject"), Sent: p.Saved, Seen: p.Saved, Address: m.to,
	}
	if at, err := netmail.ParseDate(header.Get("Date")); err == nil {
		row.Sent = at.UTC()
	}
	judge, facts := d.core.books.judge(), d.core.facts(m)
	for i := range m.plan.References {
		r := &m.plan.References[i]
		if !r.Ref.Remote || r.Ref.Kind == reference.Base {
			continue
		}
		if r.Outcome == plan.Ungated {
			row.Ungated++
		}
		verdict := judge.Judge(r.Ref, facts).Verdict
		switch {
		case r.Ref.Kind == reference.Link && verdict == detect.Tracker:
			row.Links++
		case r.Ref.Kind.Load() && verdict == detect.Tracker:
			row.Trackers++
		case r.Ref.Kind.Load() && verdict == detect.Suspected:
			row.Suspected++
		}
	}
	return row
}

// messageFacts explains one message.
func (d *Daemon) messageFacts(ctx context.Context, q api.MessageFactsQuery) (api.MessageFacts, error) {
	m, err := d.messageNamed(ctx, q.ID)
	if err != nil {
		return api.MessageFacts{}, err
	}
	kept, err := d.core.store.Plan(ctx, m.id)
	if err != nil {
		return api.MessageFacts{}, d.explainStore(err)
	}
	if kept == nil {
		return api.MessageFacts{}, d.refusal(api.CodeUnknown, words.NoSuchMessage, words.NoSuchMessageHint)
	}
	out := api.MessageFacts{
		Message: d.messageRow(m, kept), References: []api.MessageReference{}, Edition: d.core.books.rules().Edition(),
	}
	in := d.language(q.Language)
	for n := range m.plan.References {
		ref := &m.plan.References[n].Ref
		at, err := url.Parse(ref.URL)
		if err != nil || !ref.Remote || ref.Kind == reference.Base {
			continue
		}
		one, err := d.referenceOf(ctx, &load{mail: m, number: n}, at, in)
		if err != nil {
			return out, d.explainStore(err)
		}
		out.References = append(out.References, one)
	}
	return out, nil
}

// referenceOf explains one address of a mail by today's rules and choices.
func (d *Daemon) referenceOf(ctx context.Context, l *load, at *url.URL, in *words.Catalogue) (api.MessageReference, error) {
	planned := &l.mail.plan.References[l.number]
	ref := &planned.Ref
	q := d.core.question(l, at)
	j := &q.Judgement
	out := api.MessageReference{
		Vector: string(ref.Vector), Kind: string(ref.Kind), Part: planned.Section, URL: ref.URL, Host: at.Hostname(),
		Text: cmp.Or(ref.Shape.Alt, strings.Join(strings.Fields(ref.Text), " ")), Width: ref.Shape.Width, Height: ref.Shape.Height,
		Hidden: ref.Shape.Hidden, Verdict: string(j.Verdict), Certainty: string(j.Certainty), Reasons: reasons(j, in),
		Outcome: string(planned.Outcome),
	}
	if j.Verdict == detect.Tracker || j.Verdict == detect.Suspected {
		out.Vendor = gate.Vendor(j, q.Host)
		out.Name = d.vendor(out.Vendor, l.mail.from.Key).Name
		out.Purposes = names(gate.Purposes(j))
		out.Sends = d.sending(l, q, at, in).Text
	}
	if ref.Kind == reference.Link {
		switch planned.Outcome {
		case plan.Unwrapped:
			out.Action = "unwrap"
		case plan.Sealed:
			out.Action = "gate"
		default:
			out.Action = "leave"
		}
		return out, nil
	}
	if planned.Outcome == plan.Ungated {
		out.Action, out.Why = "ungated", planned.Reason
		return out, nil
	}
	decision, err := d.gateway.backend.decide(ctx, l, at)
	out.Action, out.Why = "hold", decision.Reason
	if decision.Release {
		out.Action = "release"
	}
	return out, err
}
