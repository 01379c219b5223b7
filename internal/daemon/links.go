package daemon

import (
	"context"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// linkedMode marks the mode of a plan in which links were decided on. No planner
// makes such a plan again: it is served as it was made.
const linkedMode = " +links"

// linker returns what decides on the links of the next message, by the rules as
// they are now; nil if links are left: the reader wants it so, or what is sent does
// not go through Unseen, so that an answer would carry addresses of this machine.
func (p *planner) linker() plan.Linker {
	if p.plan.Mode == plan.ModePixels || !p.restore.backend.policy.protectsLinks() {
		return nil
	}
	return &linker{core: p.core, account: p.account, judge: p.core.books.judge()}
}

// protectsLinks says whether links of mail that is planned from now on are
// rewritten.
func (p *policy) protectsLinks() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings.Links != "leave"
}

// A linker decides on the links of one message, by one edition of the rules.
type linker struct {
	core    *core
	account store.Account
	judge   *detect.Judge
}

// Edition implements [plan.Linker].
func (l *linker) Edition() string { return l.judge.Catalogue.Edition() }

// Links implements [plan.Linker].
func (l *linker) Links(header, cells []byte, refs []reference.Reference) []plan.LinkDecision {
	fields := message.Header(header)
	provider := l.core.provider(l.account)
	if len(header) >= plan.HeaderLimit {
		provider = catalogue.Provider{}
	}
	to, _ := sender.Recipient(fields, provider, l.account.Address)
	facts := detect.Gather(fields, refs, to)
	words := exempt.Texts(cells, refs)
	facts.Authentication = l.judge.Authenticating(fields.Text("Subject"), words, refs)
	out := make([]plan.LinkDecision, len(refs))
	for i, p := range l.judge.Links(refs, words, facts) {
		switch p.Action {
		case detect.ActionUnwrap:
			out[i].To = p.Destination
		case detect.ActionGate:
			out[i].Seal = true
		}
	}
	return out
}

// sealEach decides that every link is sealed. With it a rebuilding finds the tokens
// of all links that any edition of the rules may have sealed.
type sealEach struct{}

// Edition implements [plan.Linker].
func (sealEach) Edition() string { return "each" }

// Links implements [plan.Linker].
func (sealEach) Links(_, _ []byte, refs []reference.Reference) []plan.LinkDecision {
	out := make([]plan.LinkDecision, len(refs))
	for i := range out {
		out[i].Seal = true
	}
	return out
}

// keep has the plan of a message stored before links of it are sent.
func (b *planning) keep(made *plan.Plan) error {
	if b.mark != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	kept, err := b.record(made)
	if err != nil {
		return err
	}
	kept.Completes, kept.Spare = b.kept, true
	if b.kept, err = b.planner.core.store.KeepPlan(ctx, kept); err != nil {
		b.planner.log.Warn("links are left, since what becomes of them could not be kept", "err", err)
	}
	return err
}

// begun returns the plan that was kept when this one was incomplete, now or by a
// planning that came to no end; 0 if there is none.
func (b *planning) begun(ctx context.Context, made *plan.Plan) int64 {
	if b.kept != 0 || made.Links == "" {
		return b.kept
	}
	for _, one := range b.copies {
		if one.Complete || one.Mode != string(made.Mode)+linkedMode {
			continue
		}
		if m, err := b.planner.core.mails.of(ctx, one); err == nil && begins(m.plan, made) {
			return one.ID
		}
	}
	return 0
}

// begins says whether the references of a plan come first in another, under the
// same tokens.
func begins(part, whole *plan.Plan) bool {
	if part.HeaderSHA256 != whole.HeaderSHA256 || len(part.References) > len(whole.References) {
		return false
	}
	for i := range part.References {
		a, b := &part.References[i], &whole.References[i]
		if a.Token != b.Token || a.Section != b.Section || a.Outcome != b.Outcome || a.Ref.URL != b.Ref.URL {
			return false
		}
	}
	return true
}

// leads returns where a link leads in the end, as far as that is known today without
// asking anybody; "" if it is not. What is beside a choice, or in a mail that is there
// for a login, leads where its sender wrote.
func (c *core) leads(l *load) string {
	ref, judge, facts := l.ref().Ref, c.books.judge(), c.facts(l.mail)
	facts.Beside = l.mail.beside(l.number, judge)
	return judge.Link(ref, judge.Judge(ref, facts), facts).Destination
}
