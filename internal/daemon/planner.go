package daemon

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
)

// planTime bounds how long the store is asked about one message where the
// relay gives no context of its own.
const planTime = 10 * time.Second

// A planner plans the mail of one account and remembers it.
type planner struct {
	core    *core
	senders *senders
	restore *restorer
	account store.Account
	plan    plan.Planner
	log     *slog.Logger
}

// place is a place on the server as the store names it.
func (p *planner) place(at imapfilter.Place) store.Place {
	return store.Place{Account: p.account.ID, Mailbox: at.Mailbox, UIDValidity: at.UIDValidity, UID: at.UID}
}

// Known returns the overlay stored for the message at a place.
func (p *planner) Known(ctx context.Context, at imapfilter.Place) (*message.Overlay, error) {
	kept, err := p.core.store.PlanAt(ctx, p.place(at))
	if err != nil || kept == nil || !kept.Complete {
		return nil, err
	}
	m, err := p.core.mails.of(ctx, kept)
	if err != nil {
		return nil, err
	}
	return &m.plan.Overlay, nil
}

// Begin plans a message that is about to stream through.
func (p *planner) Begin(at imapfilter.Place) imapfilter.Planning {
	b := &planning{planner: p, at: at}
	b.Session = p.plan.Session(b.known, b.done)
	return b
}

// Appended returns the overlay of a message that was served before, in any
// account.
func (p *planner) Appended(ctx context.Context, header []byte) (*message.Overlay, error) {
	kept, err := p.core.store.PlansByHeader(ctx, 0, sha256.Sum256(header))
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	m, err := p.core.mails.of(ctx, kept[0])
	if err != nil {
		return nil, err
	}
	return &m.plan.Overlay, nil
}

// Restore takes every address of the gateway out of a composed message. One
// that is not known stays: the message was not sent, and is the reader's.
func (p *planner) Restore(ctx context.Context, raw []byte) ([]byte, error) {
	out, unknown, err := p.restore.run(ctx, raw, plan.ByAppend)
	if err != nil {
		return nil, err
	}
	if unknown > 0 {
		p.log.Warn("a stored draft names unknown addresses of this machine", "count", unknown)
	}
	return out, nil
}

// A planning is the plan of one message in the making.
type planning struct {
	message.Session
	planner *planner
	at      imapfilter.Place
	// original is the plan of an earlier copy, nil if there is none; saved
	// is where the plan is stored, 0 before that.
	original *store.Plan
	saved    int64
}

// known returns the overlay that an earlier copy was served with.
func (b *planning) known(header [32]byte) *message.Overlay {
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	p := b.planner
	kept, err := p.core.store.PlansByHeader(ctx, p.account.ID, header)
	if err != nil || len(kept) == 0 {
		return nil
	}
	m, err := p.core.mails.of(ctx, kept[0])
	if err != nil {
		p.log.Warn("reading the plan of an earlier copy", "err", err)
		return nil
	}
	b.original = kept[0]
	return &m.plan.Overlay
}

// done stores the plan. If that is not possible the message was still served,
// and its loads lead nowhere until it is planned again.
func (b *planning) done(made *plan.Plan) {
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	if err := b.save(ctx, made); err != nil {
		b.planner.log.Error("storing a plan", "err", err)
	}
}

// save stores a plan, or notes that it is that of an earlier copy. Without one
// the references served from a known overlay would be listed nowhere.
func (b *planning) save(ctx context.Context, made *plan.Plan) error {
	p := b.planner
	if made.Known && len(tokens(made)) == 0 && b.original != nil {
		b.saved = b.original.ID
		if b.at.UID == 0 {
			return nil
		}
		return p.core.store.Locate(ctx, b.saved, p.place(b.at))
	}
	body, err := made.MarshalBinary()
	if err != nil {
		return fmt.Errorf("writing plan: %w", err)
	}
	m := p.core.mailOf(p.account, made, message.Header(made.Header))
	key := ""
	if m.from.Authenticated {
		key = m.from.Key
	}
	b.saved, err = p.core.store.SavePlan(ctx, p.place(b.at), &store.Plan{
		Account: p.account.ID, Header: made.HeaderSHA256, Sender: key, Mode: string(made.Mode),
		Version: made.Version, Complete: made.Complete, Body: body, Tokens: tokens(made),
	})
	if err != nil {
		return err
	}
	p.senders.saw(m)
	return nil
}

// tokens are the tokens of a plan by the number of their reference, nil if it
// has none. Those that follow a base element share its token, which is its own.
func tokens(p *plan.Plan) []string {
	var list []string
	for i := range p.References {
		r := &p.References[i]
		if r.Token == "" || r.Outcome == plan.ByBase {
			continue
		}
		if list == nil {
			list = make([]string, len(p.References))
		}
		list[i] = r.Token
	}
	return list
}

// Place tells where the message lies, when a server says so only afterwards.
func (b *planning) Place(at imapfilter.Place) {
	b.at = at
	if b.saved == 0 || at.UID == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	if err := b.planner.core.store.Locate(ctx, b.saved, b.planner.place(at)); err != nil {
		b.planner.log.Warn("locating a plan", "err", err)
	}
}
