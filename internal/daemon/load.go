package daemon

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/plan"
)

// A load is one reference of a mail, about to be asked for.
type load struct {
	mail *mail
	// number is that of the reference in the plan.
	number int
	// relative is what was asked for instead: an address relative to a base
	// element that the plan does not list. Nil for all others.
	relative *plan.Reference
	// leaving says that the reader sends it on: then no suspension counts, for
	// whoever gets it suspended nothing.
	leaving bool
	// itself says that the mail program makes the load itself, and asks only for what
	// its own rule on pictures lets it show.
	itself bool
}

// ref is the reference.
func (l *load) ref() *plan.Reference {
	if l.relative != nil {
		return l.relative
	}
	return &l.mail.plan.References[l.number]
}

// below returns the load that a mail program asks for which has resolved a
// relative address against this one, a base element. Where the plan lists that
// address its shape is known; otherwise it is taken for a picture.
func (l *load) below(rest string) (*load, bool) {
	base := l.ref()
	if base.Ref.Kind != reference.Base {
		return nil, false
	}
	address := directory(base.Ref.URL) + rest
	for n := range l.mail.plan.References {
		if r := &l.mail.plan.References[n]; r.Outcome == plan.ByBase && r.Token == base.Token && r.Ref.URL == address {
			return &load{mail: l.mail, number: n}, true
		}
	}
	return &load{mail: l.mail, number: l.number, relative: &plan.Reference{Ref: reference.Reference{
		Vector: reference.ImgSrc, Kind: reference.Image, URL: address, Remote: true, Relative: true,
		Shape: reference.Shape{Width: -1, Height: -1},
	}}}, true
}

// directory is what a relative address is put behind (RFC 3986, section 5.2.3).
func directory(base string) string {
	if i := strings.IndexAny(base, "?#"); i >= 0 {
		base = base[:i]
	}
	if host := strings.Index(base, "//"); host < 0 || strings.LastIndexByte(base, '/') <= host+1 {
		return base + "/"
	}
	return base[:strings.LastIndexByte(base, '/')+1]
}

// find returns the load behind a token, or the link.
func (c *core) find(ctx context.Context, token string) (*load, bool, error) {
	at, ok, err := c.store.ReferenceByToken(ctx, token)
	if err != nil || !ok {
		return nil, false, err
	}
	m, err := c.mails.of(ctx, at.Plan)
	if err != nil {
		return nil, false, err
	}
	if at.Number < 0 || at.Number >= len(m.plan.References) {
		return nil, false, fmt.Errorf("reading plan %d: it has no reference %d", at.Plan.ID, at.Number)
	}
	return &load{mail: m, number: at.Number}, true, nil
}

// question is what the gate is asked about a load at an address, its own or one
// that it was redirected to, by today's rules.
func (c *core) question(l *load, at *url.URL) *gate.Load {
	ref := l.ref().Ref
	ref.URL = at.String()
	return &gate.Load{
		Kind: ref.Kind, Host: at.Hostname(), Judgement: c.books.judge().Judge(ref, c.facts(l.mail)), Message: l.mail.name(),
		Sender: l.mail.from, Recipient: l.mail.to, Clear: l.mail.clear,
	}
}
