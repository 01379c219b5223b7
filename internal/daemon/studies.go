package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
)

const (
	// settingStudies is where permissions to studies are kept.
	settingStudies = "studies"
	// maxStudies is how many there may be.
	maxStudies = 64
	// studyPage is how many plans are read at once.
	studyPage = 200
)

// studies are the methods about studies.
func (d *Daemon) studies() api.Studies {
	return api.Studies{Permits: d.studyPermits, Permit: d.permitStudy, Withdraw: d.withdrawStudy, Mails: d.studyMails}
}

// studyPermits lists the reader's permissions.
func (d *Daemon) studyPermits(ctx context.Context) ([]api.StudyPermit, error) {
	list := []api.StudyPermit{}
	text, ok, err := d.core.store.Setting(ctx, settingStudies)
	if err == nil && ok {
		err = json.Unmarshal([]byte(text), &list)
	}
	if err != nil {
		return nil, d.explainStore(fmt.Errorf("reading permissions to studies: %w", err))
	}
	return list, nil
}

// changeStudies reads the permissions, has them changed and keeps them.
func (d *Daemon) changeStudies(ctx context.Context, change func([]api.StudyPermit) ([]api.StudyPermit, error)) error {
	d.studying.Lock()
	defer d.studying.Unlock()
	list, err := d.studyPermits(ctx)
	if err != nil {
		return err
	}
	if list, err = change(list); err != nil {
		return err
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("keeping permissions to studies: %w", err)
	}
	return d.explainStore(d.core.store.SetSetting(ctx, settingStudies, string(text)))
}

// ofStudy is where a study's permission is.
func ofStudy(list []api.StudyPermit, id string) int {
	return slices.IndexFunc(list, func(p api.StudyPermit) bool { return p.ID == id })
}

// permitStudy keeps a permission, in the place of one that was given before.
func (d *Daemon) permitStudy(ctx context.Context, p api.StudyPermit) (api.StudyPermit, error) {
	if p.ID == "" || p.Title == "" || p.K < 1 || p.Kind != "participants" && p.Kind != "seeds" {
		return p, &api.Error{Code: api.CodeWrong, Text: "reading the request: a study has an id, a title, a kind and a k of 1 or more"}
	}
	p.At, p.Read, p.Mails = time.Now().UTC().Truncate(time.Second), time.Time{}, 0
	return p, d.changeStudies(ctx, func(list []api.StudyPermit) ([]api.StudyPermit, error) {
		if at := ofStudy(list, p.ID); at >= 0 {
			list = slices.Delete(list, at, at+1)
		}
		if len(list) >= maxStudies {
			return nil, d.refusal(api.CodeConflict, words.StudiesFull, words.StudiesFullHint, "n", maxStudies)
		}
		return append(list, p), nil
	})
}

// withdrawStudy takes a permission back.
func (d *Daemon) withdrawStudy(ctx context.Context, q api.StudyQuery) (gone api.StudyPermit, err error) {
	return gone, d.changeStudies(ctx, func(list []api.StudyPermit) ([]api.StudyPermit, error) {
		at := ofStudy(list, q.ID)
		if at < 0 {
			return nil, d.unpermitted()
		}
		gone = list[at]
		return slices.Delete(list, at, at+1), nil
	})
}

// unpermitted is the refusal of a study that may not read.
func (d *Daemon) unpermitted() error {
	return d.refusal(api.CodeConflict, words.StudyUnpermitted, words.StudyUnpermittedHint)
}

// mayRead says whether a study may read as it is now.
func (d *Daemon) mayRead(ctx context.Context, q api.StudyQuery) error {
	list, err := d.studyPermits(ctx)
	if err != nil {
		return err
	}
	at := ofStudy(list, q.ID)
	if at < 0 {
		return d.unpermitted()
	}
	if p := &list[at]; q.Kind != p.Kind || q.K < p.K {
		return d.refusal(api.CodeConflict, words.StudyOtherwise, words.StudyOtherwiseHint, "title", p.Title)
	}
	return nil
}

// studyMails tells a study of each mail once, the last planned first. Before each, the
// permission is asked for anew: one that is taken back ends it at once.
func (d *Daemon) studyMails(ctx context.Context, q api.StudyQuery, tell func(api.StudyMail) bool) error {
	if err := d.mayRead(ctx, q); err != nil {
		return err
	}
	if err := d.core.ledger.Broken(); err != nil {
		return d.brokenLedger(err)
	}
	entries, err := d.core.ledger.History(ctx, "")
	if err != nil {
		return err
	}
	told := make(map[[32]byte]bool)
	for before := int64(0); ; {
		plans, err := d.core.store.PlansBefore(ctx, before, studyPage)
		if err != nil {
			return d.explainStore(err)
		}
		for _, p := range plans {
			before = p.ID
			// What was not seen to its end will be, or has another plan.
			if !p.Complete || told[p.Header] {
				continue
			}
			told[p.Header] = true
			if err := d.mayRead(ctx, q); err != nil {
				return err
			}
			m, err := d.studyMail(ctx, p, entries)
			if err != nil {
				return err
			}
			if !tell(m) {
				return ctx.Err()
			}
		}
		if len(plans) < studyPage {
			return d.noteReading(ctx, q.ID, len(told))
		}
	}
}

// noteReading notes what a study was told, for the reader to see.
func (d *Daemon) noteReading(ctx context.Context, id string, mails int) error {
	return d.changeStudies(ctx, func(list []api.StudyPermit) ([]api.StudyPermit, error) {
		if at := ofStudy(list, id); at >= 0 {
			list[at].Read, list[at].Mails = time.Now().UTC().Truncate(time.Second), mails
		}
		return list, nil
	})
}

// studyMail is what a study is told of a mail.
func (d *Daemon) studyMail(ctx context.Context, p *store.Plan, entries []consent.Entry) (api.StudyMail, error) {
	m, err := d.core.mails.of(ctx, p)
	if err != nil {
		return api.StudyMail{}, err
	}
	out := api.StudyMail{ID: m.name(), Header: m.plan.Header, References: []api.StudyReference{}, Gaps: []string{}, Decisions: []api.StudyDecision{}}
	if m.clear {
		out.Address = m.to
	}
	if m.from.Authenticated {
		out.Sender, out.From = m.from.Key, gate.AddressKey(&m.from)
	}
	for i := range m.plan.References {
		out.References = append(out.References, studyReference(&m.plan.References[i]))
	}
	for _, g := range m.plan.Gaps {
		out.Gaps = append(out.Gaps, g.Reason)
	}
	if m.plan.HeaderCut() {
		out.Gaps = append(out.Gaps, "header")
	}
	for i := range entries {
		r := &entries[i].Record
		if entries[i].Forgotten || r.Sender == "" || r.Recipient != out.Address || r.Sender != out.Sender && r.Sender != out.From {
			continue
		}
		out.Decisions = append(out.Decisions, api.StudyDecision{Sender: r.Sender, Address: r.Recipient, Purpose: string(r.Purpose),
			Vendors: append([]string{}, r.Vendors...), Decision: string(r.Decision), When: r.When, Until: r.Until})
	}
	return out, nil
}

// studyReference is what a study is told of a reference.
func studyReference(r *plan.Reference) api.StudyReference {
	f := &r.Ref
	return api.StudyReference{Part: r.Section, Offset: r.Raw.Start, Length: r.Raw.Len(), Vector: string(f.Vector), Kind: string(f.Kind), URL: f.URL,
		Remote: f.Remote, Relative: f.Relative, Text: f.Text, Alt: f.Shape.Alt, Width: f.Shape.Width, Height: f.Shape.Height, Hidden: f.Shape.Hidden,
		Outcome: string(r.Outcome)}
}
