package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// learned says what mail upon mail showed of a sender.
func (d *Daemon) learned(ctx context.Context, q api.LearnedQuery) ([]api.Learned, error) {
	key := strings.ToLower(strings.TrimSpace(q.Sender))
	if who, err := d.oneSender(ctx, q.Sender, false); err == nil {
		key = who.Key
	}
	out := []api.Learned{}
	for _, vouched := range []bool{true, false} {
		of, err := d.core.memory.find(key, vouched)
		if err != nil {
			return nil, d.explainStore(err)
		}
		one, err := d.core.memory.tell(of, d.language(q.Language))
		if err != nil {
			return nil, fmt.Errorf("telling what was learnt: %w", err)
		}
		if one.Mails > 0 {
			out = append(out, one)
		}
	}
	return out, nil
}

// tell says what is known of a sender.
func (m *memory) tell(of *remembered, in *words.Catalogue) (api.Learned, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := api.Learned{Sender: of.sender, Vouched: of.vouched, Mails: of.history.Mails(of.sender), Forms: []api.LearnedForm{}}
	out.Since, out.Until = of.history.Span(of.sender)
	proofs := of.proofs.All()
	for _, known := range of.history.Forms(of.sender) {
		form := api.LearnedForm{Form: known.Template, Mails: known.Mails, Says: []string{}, Examples: known.Examples}
		for _, p := range proofs {
			if p.Template == known.Template {
				form.Says = append(form.Says, proofText(p, in))
			}
		}
		for _, k := range known.Slots {
			if text := slotText(k, in); text != "" {
				form.Says = append(form.Says, text)
			}
		}
		out.Forms = append(out.Forms, form)
	}
	// Proven forms that mail upon mail pushed out of the history.
	for _, p := range proofs {
		if !slices.ContainsFunc(out.Forms, func(f api.LearnedForm) bool { return f.Form == p.Template }) {
			out.Forms = append(out.Forms, api.LearnedForm{Form: p.Template, Says: []string{proofText(p, in)}})
		}
	}
	var err error
	if out.History, err = of.history.MarshalBinary(); err != nil {
		return out, err
	}
	out.Proofs, err = json.Marshal(proofs)
	return out, err
}

// proofText says what copies of a mailing proved.
func proofText(p twin.Proof, in *words.Catalogue) string {
	code := "twin-own"
	if p.Result == twin.Aggregate {
		code = "twin-same"
	}
	return in.Because(code, []string{p.Date, strconv.Itoa(p.Recipients)})
}

// slotText says what a part of a form stands for, "" where that is not known.
func slotText(k template.Knowledge, in *words.Catalogue) string {
	where := in.PlaceIn(string(k.Slot.Place))
	if k.Slot.Name != "" {
		where = in.Say(words.LearnedNamed, "where", where, "name", k.Slot.Name)
	}
	var say words.Key
	switch k.Class {
	default:
		return ""
	case template.Reader:
		say = words.LearnedReader
	case template.Everybody:
		say = words.LearnedEverybody
	case template.Constant:
		say = words.LearnedConstant
	case template.PerMail:
		say = words.LearnedMail
	case template.PerLink:
		say = words.LearnedLink
	}
	return in.Say(say, "where", where, "mails", k.Mails, "readers", k.Readers)
}
