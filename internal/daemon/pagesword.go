package daemon

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/page"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/statement"
)

// endOf is the end of a day that a form names, nil for none, for one that cannot be
// read and for one that is over.
func endOf(day string) *time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, time.Local)
	if err != nil {
		return nil
	}
	if t = t.AddDate(0, 0, 1); !t.After(time.Now()) {
		return nil
	}
	return &t
}

// state keeps the reader's own word about a sender.
func (p *pages) state(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	form := r.Form
	s := api.Statement{Sender: form["sender"], Answer: statement.Answer(form["answer"]), Way: statement.Way(form["way"])}
	if s.Sender == "" {
		return proxy.PageAnswer{}, p.wrongForm()
	}
	text := func(name string) string { return strings.TrimSpace(form[name]) }
	switch s.Answer {
	case statement.Told:
		s.ToldOn = text("told")
	case statement.Yes:
		s.AgreedOn, s.Where, s.By, s.AddressGiven, s.Note = text("on"), text("where"), text("by"), text("given"), text("note")
		if s.By != "" && s.Way == "" {
			s.Way = statement.ThirdParty
		}
	default:
		// Details are asked for beside every answer, and belong to a yes.
		s.Way, s.AddressGiven, s.Note = "", text("given"), text("note")
	}
	kept, err := p.d.state(ctx, s)
	if err != nil {
		return proxy.PageAnswer{}, err
	}
	return goTo("sender", "sender", kept.Sender, "note", string(page.Word)), nil
}

// wouldForget says what would be destroyed of a sender.
func (p *pages) wouldForget(ctx context.Context, f *page.Frame, r proxy.PageRequest) (proxy.PageAnswer, error) {
	if r.Query["sender"] == "" {
		return proxy.PageAnswer{}, p.wrongForm()
	}
	would, err := p.d.forgetIn(ctx, api.ForgetRequest{Sender: r.Query["sender"], Dry: true}, f.Words)
	if err != nil {
		return proxy.PageAnswer{}, err
	}
	return shown(f.Forget(r.Query["sender"], would))
}

// forget destroys what is known of a sender.
func (p *pages) forget(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	switch {
	case r.Form["sender"] == "":
		return proxy.PageAnswer{}, p.wrongForm()
	case r.Form["do"] == "keep":
		return goTo("sender", "sender", r.Form["sender"]), nil
	case r.Form["do"] != "forget":
		return proxy.PageAnswer{}, p.wrongForm()
	}
	_, err := p.d.forget(ctx, api.ForgetRequest{Sender: r.Form["sender"], How: string(consent.Page)})
	return goTo("", "note", string(page.Forgotten)), err
}

// receipt takes the reader's word on one notice of reading.
func (p *pages) receipt(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	done := page.ReceiptStays
	switch r.Form["do"] {
	case "send":
		done = page.ReceiptGoes
	case "refuse":
	default:
		return proxy.PageAnswer{}, p.wrongForm()
	}
	_, err := p.d.answerReceipt(ctx, api.ReceiptAnswer{ID: r.Form["id"], Send: done == page.ReceiptGoes})
	return goTo("", "note", string(done)), err
}

// bare asks for a picture without what names the reader, because they said so, and
// shows what came.
func (p *pages) bare(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	pic, err := p.d.bare(ctx, api.BareRequest{Message: r.Form["mail"], Token: r.Route.Token})
	if err != nil {
		return proxy.PageAnswer{}, err
	}
	alt := ""
	if reading, err := p.d.reading(ctx, r.Form["mail"]); err == nil {
		if i := slices.IndexFunc(reading.Lines, func(l api.ReadingLine) bool { return l.Token == r.Route.Token }); i >= 0 {
			alt = reading.Lines[i].Text
		}
	}
	return shown(p.frame(r).Bare(r.Route.Token, alt, pic))
}
