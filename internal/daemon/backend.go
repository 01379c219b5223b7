package daemon

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/proxy"
)

// A backend answers the gateway's questions.
type backend struct {
	core   *core
	policy *policy
	hub    *hub
}

// Find returns the load behind a token, or behind what was resolved against one
// that stands in a base element.
func (b *backend) Find(ctx context.Context, token, rest string) (proxy.Load, error) {
	l, ok, err := b.core.find(ctx, token)
	if err != nil {
		return proxy.Load{}, fmt.Errorf("finding load: %w", err)
	}
	if ok && l.ref().Ref.Kind == reference.Link {
		ok = false // a link is followed, and never loaded
	}
	if ok && rest != "" {
		l, ok = l.below(rest)
	}
	if !ok {
		return proxy.Load{}, proxy.ErrUnknownToken
	}
	return asked(l, token), nil
}

// asked describes a load to the gateway, by the name that it was asked for.
func asked(l *load, token string) proxy.Load {
	ref := &l.ref().Ref
	out := proxy.Load{
		Token: token, URL: ref.URL, Sender: who(l.mail), Pixel: ref.Kind == reference.Pixel,
		Width: ref.Shape.Width, Height: ref.Shape.Height, Ref: l,
	}
	switch ref.Vector {
	case reference.ImgSrc, reference.ImgSrcset, reference.SourceSrcset, reference.InputSrc:
		out.Picture = true
	}
	if ref.Kind == reference.Resource || ref.Kind == reference.Base {
		out.Resource = proxy.ResourceMedia
		if ref.Vector == reference.StyleImport {
			out.Resource = proxy.ResourceStyle
		}
	}
	return out
}

// who names a sender to the reader: by the key that consent is for, where it is
// sure; what a mail merely claims is not repeated.
func who(m *mail) string {
	if m.from.Authenticated {
		return m.from.Key
	}
	return ""
}

// Decide says what becomes of a load at an address.
func (b *backend) Decide(ctx context.Context, l proxy.Load, at *url.URL) (proxy.Decision, error) {
	what := l.Ref.(*load)
	d, err := b.decide(ctx, what, at)
	if err != nil {
		return proxy.Decision{}, fmt.Errorf("deciding on load: %w", err)
	}
	out := proxy.Decision{Release: d.Release, Keep: d.Keep, Reason: d.Reason}
	if d.Consented && !b.policy.eachOpening() {
		// Who may know is told of one opening a day, and of no habit.
		out.Keep, out.Until = true, midnight(time.Now()).AddDate(0, 0, 1)
	}
	return out, nil
}

// decide asks the gate.
func (b *backend) decide(ctx context.Context, l *load, at *url.URL) (gate.Decision, error) {
	return b.decideBy(ctx, l, at, l.itself)
}

// decideBy asks the gate about a load that the mail program makes itself, or that
// the gateway makes for it.
func (b *backend) decideBy(ctx context.Context, l *load, at *url.URL, itself bool) (gate.Decision, error) {
	q := b.core.question(l, at)
	q.Itself = itself
	var err error
	if q.Pictures, err = b.policy.shownBy(ctx, l.mail.from.Key, itself); err != nil {
		return gate.Decision{}, err
	}
	q.Level, _ = b.policy.level()
	q.Elsewhere = b.core.elsewhere(q.Judgement.Vendor, l.mail.from.Key) || b.core.leaves(q.Host, l.mail.from.Key)
	now := time.Now()
	q.Unprotected = !l.leaving && b.policy.guard.suspended(l.mail.account.Address, now)
	if wrong := b.core.clockWrong(now); wrong != "" {
		return gate.Decision{Verdict: q.Judgement.Verdict, Reason: wrong}, nil
	}
	return b.core.gate.Decide(q, now), nil
}

// Record notes what became of a load. Verdict and vendor are those of the
// address in the mail, wherever it was redirected to.
func (b *backend) Record(_ context.Context, l proxy.Load, e proxy.Event) {
	what := l.Ref.(*load)
	note := store.Event{
		Kind: "load", Outcome: string(e.Outcome), Account: what.mail.account.ID, Plan: what.mail.id, Number: what.number,
		Sender: who(what.mail), Recipient: what.mail.to, Host: strings.Join(e.Asked, " "), Reason: e.Reason,
	}
	if at, err := url.Parse(l.URL); err == nil {
		q := b.core.question(what, at)
		note.Vector = string(what.ref().Ref.Vector)
		if q.Judgement.Holds() {
			note.Purposes = strings.Join(names(gate.Purposes(&q.Judgement)), " ")
		}
		note.Verdict, note.Vendor = string(q.Judgement.Verdict), gate.Vendor(&q.Judgement, q.Host)
		if note.Host == "" {
			note.Host = q.Host
		}
	}
	if (e.Outcome == proxy.Released || e.Outcome == proxy.Failed) && len(e.Asked) > 0 && l.Pixel {
		b.told(l)
	}
	b.hub.add(note)
}

// told notes that whoever is behind a pixel was asked, also if no picture came:
// there was nothing to see in it anyway, and they are not told again today.
func (b *backend) told(l proxy.Load) {
	if b.policy.eachOpening() {
		return
	}
	now, kept := time.Now(), newCopies(b.core)
	if _, ok := kept.Get(l.URL); ok {
		return
	}
	kept.Put(l.URL, proxy.Copy{
		Type: "image/gif", Body: []byte(nothing), Fetched: now, Until: midnight(now).AddDate(0, 0, 1),
	})
}

// nothing is a picture of one point that shows nothing.
const nothing = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" +
	"!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
