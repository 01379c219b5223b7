package daemon

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"strings"
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
	if kept == nil && err == nil && at.Object != "" {
		if kept, err = p.core.store.PlanAt(ctx, store.ObjectPlace(p.account.ID, at.Object)); kept != nil && kept.Complete {
			err = p.core.store.Locate(ctx, kept.ID, p.place(at))
		}
	}
	if err != nil || kept == nil || !kept.Complete {
		return nil, err
	}
	made, err := p.core.mails.planOf(kept)
	if err != nil {
		return nil, err
	}
	return &made.Overlay, nil
}

// Copied notes where messages lie as well: a plan holds for each copy.
func (p *planner) Copied(ctx context.Context, from, to []imapfilter.Place) error {
	for i := range from {
		kept, err := p.core.store.PlanAt(ctx, p.place(from[i]))
		if err == nil && kept != nil {
			err = p.core.store.Locate(ctx, kept.ID, p.place(to[i]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Begin plans a message that is about to stream through.
func (p *planner) Begin(at imapfilter.Place) imapfilter.Planning {
	b := &planning{planner: p, at: at}
	in := p.plan
	in.Links, in.Keep, in.Own, in.Text = p.linker(), b.keep, b.own, b.hear
	b.links = in.Links != nil
	b.Session = in.Session(b.known, b.done)
	return p.core.hearing(b)
}

// Appended returns the overlays of the messages with this header that were
// served before, in any account: a copy that went from one account to another
// has a plan in each.
func (p *planner) Appended(ctx context.Context, header []byte) ([]*message.Overlay, error) {
	kept, err := p.core.store.PlansByHeader(ctx, 0, sha256.Sum256(header))
	if err != nil {
		return nil, err
	}
	var list []*message.Overlay
	for _, one := range kept {
		made, err := p.core.mails.planOf(one)
		if err != nil {
			return list, err
		}
		list = append(list, &made.Overlay)
	}
	// What was served with more edits also holds those of the plan with fewer.
	slices.SortStableFunc(list, func(a, b *message.Overlay) int { return cmp.Compare(len(b.Edits), len(a.Edits)) })
	return list, nil
}

// Restore takes every address of the gateway out of a composed message. One
// that is not known stays: the message was not sent, and is the reader's.
func (p *planner) Restore(ctx context.Context, raw []byte) ([]byte, error) {
	out, unknown, err := p.restore.stored(ctx, raw)
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
	// copies are stored plans of messages with this header, in this account.
	copies []*store.Plan
	// placed says that the first of them is that of the message itself.
	placed bool
	// sought says that they were looked for, gathered that those of its copies were;
	// read are those that were read, by ID.
	sought, gathered bool
	read             map[int64]*plan.Plan
	// settled says that the message's own plan is stored, and that this
	// planner makes the same.
	settled bool
	// links says that links are decided on.
	links bool
	// kept is where the plan was stored when it was incomplete, 0 if it was not.
	kept int64
	// saved is where the plan is stored, 0 before that; whole says that it is
	// complete.
	saved int64
	whole bool
	// mark is added to the mode that is stored: see [rebuiltMode].
	mark string
	// heard is the text of the message.
	heard heard
}

// known returns the plans that the message may have been served with, where
// this planner would make others: a stored plan is served for ever.
func (b *planning) known(header [32]byte) []*plan.Plan {
	if !b.looked(header) || !b.settled && !b.gather(header) {
		return nil
	}
	var known []*plan.Plan
	for _, one := range b.copies {
		if b.makes(one) || strings.HasSuffix(one.Mode, rebuiltMode) {
			continue
		}
		if made := b.planOf(one); made != nil {
			known = append(known, made)
		}
	}
	return known
}

// own returns the plan that is stored for this message where it lies, if another
// planner than this one made it, or may have.
func (b *planning) own(header [32]byte) *plan.Plan {
	if !b.looked(header) || !b.placed || strings.HasSuffix(b.copies[0].Mode, rebuiltMode) {
		return nil
	}
	return b.planOf(b.copies[0])
}

// looked looks for plans, once. For those of copies only where none is stored for the
// message itself: nearly all mail that is served again has its own.
func (b *planning) looked(header [32]byte) bool {
	if b.sought {
		return true
	}
	b.sought = true
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	if err := b.here(ctx, header); err != nil {
		b.planner.log.Warn("reading the plan of an earlier copy", "err", err)
		return false
	}
	return b.settled || b.placed && b.copies[0].Complete || b.gather(header)
}

// gather looks for the plans of copies, once, and says so if that is not possible.
func (b *planning) gather(header [32]byte) bool {
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	if err := b.elsewhere(ctx, header); err != nil {
		b.planner.log.Warn("reading the plan of an earlier copy", "err", err)
		return false
	}
	return true
}

// planOf reads a stored plan, once; nil if it cannot be read.
func (b *planning) planOf(kept *store.Plan) *plan.Plan {
	if made := b.read[kept.ID]; made != nil {
		return made
	}
	made, err := b.planner.core.mails.planOf(kept)
	if err != nil {
		b.planner.log.Warn("reading the plan of an earlier copy", "err", err)
		return nil
	}
	if b.read == nil {
		b.read = make(map[int64]*plan.Plan)
	}
	b.read[kept.ID] = made
	return made
}

// makes says whether this planner would make the same plan of the same message.
// Where links are decided on, or were, it may not: rules change.
func (b *planning) makes(stored *store.Plan) bool {
	return !b.links && stored.Complete && stored.Version == plan.Version && stored.Mode == string(b.planner.plan.Mode)
}

// find looks for the plan of the message where it lies, and for those of its
// copies. That of its own place goes first.
func (b *planning) find(ctx context.Context, header [32]byte) error {
	if err := b.here(ctx, header); err != nil || b.settled {
		return err
	}
	return b.elsewhere(ctx, header)
}

// here looks for the plan of the message where it lies.
func (b *planning) here(ctx context.Context, header [32]byte) error {
	p := b.planner
	if b.at.UID == 0 {
		return nil
	}
	here, err := p.core.store.PlanAt(ctx, p.place(b.at))
	if err != nil || here == nil || here.Header != header {
		return err
	}
	if b.settled = b.makes(here); b.settled {
		b.saved = here.ID
		return nil
	}
	b.copies, b.placed = append(b.copies, here), true
	return nil
}

// elsewhere looks for the plans of copies.
func (b *planning) elsewhere(ctx context.Context, header [32]byte) error {
	if b.gathered {
		return nil
	}
	list, err := b.planner.core.store.PlansByHeader(ctx, b.planner.account.ID, header)
	b.gathered, b.copies = err == nil, append(b.copies, list...)
	return err
}

// done stores the plan. If that is not possible the message was still served,
// and its loads lead nowhere until it is planned again.
func (b *planning) done(made *plan.Plan) {
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	if err := b.save(ctx, made); err != nil {
		b.planner.log.Error("storing a plan", "err", err)
	}
	b.heard.message = fingerprint(made)
	b.planner.core.listener.offer(b.heard)
}

// save stores a plan, or notes that it is that of an earlier copy.
func (b *planning) save(ctx context.Context, made *plan.Plan) error {
	b.whole = made.Complete
	if err := b.store(ctx, made); err != nil || !made.Complete {
		return err
	}
	return b.name(ctx)
}

// name notes what the server calls the message whose plan is stored.
func (b *planning) name(ctx context.Context) error {
	at := store.ObjectPlace(b.planner.account.ID, b.at.Object)
	if at.UID == 0 || b.saved == 0 {
		return nil
	}
	known, err := b.planner.core.store.PlanAt(ctx, at)
	if err != nil || known != nil {
		return err
	}
	return b.planner.core.store.Locate(ctx, b.saved, at)
}

// store stores a plan that is not stored.
func (b *planning) store(ctx context.Context, made *plan.Plan) error {
	p := b.planner
	if b.settled {
		return nil
	}
	one := b.serving(made)
	if one == nil && !b.gathered && b.gather(made.HeaderSHA256) {
		one = b.serving(made)
	}
	if one != nil {
		b.saved = one.ID
		if b.at.UID == 0 || b.placed && one == b.copies[0] {
			return nil
		}
		return p.core.store.Locate(ctx, b.saved, p.place(b.at))
	}
	kept, err := b.record(made)
	if err != nil {
		return err
	}
	m := p.core.mailOf(p.account, made, message.Header(made.Header))
	if m.from.Authenticated {
		kept.Sender = m.from.Key
	}
	kept.From, kept.Ungated, kept.Spare = from(m), ungated(made), b.mark != ""
	kept.Completes = b.begun(ctx, made)
	if b.saved, err = p.core.store.SavePlan(ctx, p.place(b.at), kept); err == nil && b.mark == "" {
		m.id = b.saved
		p.core.memory.learn(m)
	}
	return err
}

// serving returns the first of the plans that are stored which says all that a plan
// does, nil if there is none.
func (b *planning) serving(made *plan.Plan) *store.Plan {
	for _, one := range b.copies {
		if before := b.planOf(one); before != nil && before.Serves(made) {
			return one
		}
	}
	return nil
}

// record is what the store keeps of any plan.
func (b *planning) record(made *plan.Plan) (*store.Plan, error) {
	body, err := made.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("writing plan: %w", err)
	}
	mode := string(made.Mode) + b.mark
	if made.Links != "" && b.mark == "" {
		mode += linkedMode
	}
	return &store.Plan{
		Account: b.planner.account.ID, Header: made.HeaderSHA256, Mode: mode, Version: made.Version,
		Complete: made.Complete, Body: body, Tokens: tokens(made), Loads: loadsOf(made),
	}, nil
}

// ungated are the reasons why something in a message is not held, each once.
func ungated(p *plan.Plan) []string {
	var list []string
	add := func(reason string) {
		if !slices.Contains(list, reason) {
			list = append(list, reason)
		}
	}
	for i := range p.References {
		if r := &p.References[i]; r.Outcome == plan.Ungated {
			add(r.Reason)
		}
	}
	for _, g := range p.Gaps {
		add(g.Reason)
	}
	return list
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
	err := b.planner.core.store.Locate(ctx, b.saved, b.planner.place(at))
	if err == nil && b.whole {
		err = b.name(ctx)
	}
	if err != nil {
		b.planner.log.Warn("locating a plan", "err", err)
	}
}
