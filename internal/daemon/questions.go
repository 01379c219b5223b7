package daemon

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// maxQuestions is how many senders are asked about at a time.
const maxQuestions = 200

// Why there is a question.
const (
	askFirst    = "first"
	askVendor   = "new-vendor"
	askLapsed   = "lapsed"
	askAgain    = "again"
	askAnswered = "answered"
)

// A state is how the wishes of one sender for one address stand.
type state struct {
	// kind is why there is a question, askAnswered if there is none.
	kind string
	// what tells this question from others that were put before.
	what string
	// purposes and vendors are what no decision covers.
	purposes []purpose.ID
	vendors  []string
	switches []api.Switch
}

// questions lists who waits for an answer, the last held first.
func (d *Daemon) questions(ctx context.Context, all bool) ([]api.Waiting, error) {
	held, err := d.core.store.HeldSenders(ctx, maxQuestions)
	if err != nil {
		return nil, d.explainStore(err)
	}
	asked, err := d.core.store.AllAsked(ctx)
	if err != nil {
		return nil, d.explainStore(err)
	}
	keys := make([]string, 0, len(held))
	for _, h := range held {
		keys = append(keys, h.Sender)
	}
	senders, err := d.core.store.VouchedSenders(ctx, keys...)
	if err != nil {
		return nil, d.explainStore(err)
	}
	names := make(map[string]string)
	for i := range senders {
		names[senders[i].Key] = senders[i].Display
	}
	list := []api.Waiting{}
	for _, h := range held {
		w, err := d.waiting(ctx, h, asked)
		if err != nil {
			return nil, err
		}
		if w != nil && (all || w.Asked == nil) {
			w.Display = names[w.Sender]
			list = append(list, *w)
		}
	}
	return list, nil
}

// waiting says whether a sender of whom something was held waits for an answer,
// nil if not.
func (d *Daemon) waiting(ctx context.Context, h store.Held, asked map[store.Asked]time.Time) (*api.Waiting, error) {
	found, err := d.wishesOf(ctx, h.Sender, "")
	if err != nil {
		return nil, d.explainStore(err)
	}
	s := &subject{who: api.Sender{Key: h.Sender}, key: h.Sender, wishes: found}
	for _, w := range s.at(h.Recipient) {
		st := d.stateOf(s, w, time.Now())
		if st.kind == askAnswered {
			continue
		}
		out := &api.Waiting{
			Sender: h.Sender, Address: w.recipient, Kind: st.kind, Purposes: names(st.purposes), Vendors: st.vendors,
			Held: h.N, Last: h.Last,
		}
		if at, ok := asked[store.Asked{Sender: h.Sender, Recipient: w.recipient, What: st.what}]; ok {
			out.Asked = &at
		}
		return out, nil
	}
	return nil, nil
}

// stateOf looks up how wishes stand.
func (d *Daemon) stateOf(s *subject, w *wishes, now time.Time) *state {
	st := &state{kind: askAnswered}
	seen := make(map[string]uint64)
	granted := func(vendor string, id purpose.ID) bool {
		at := d.standing(s, w, id, now)
		return at.Covers(vendor)
	}
	for _, id := range w.wanted() {
		at := d.standing(s, w, id, now)
		one := api.Switch{Purpose: string(id), Decision: string(at.Decision), On: at.Covers(w.vendors[id]...)}
		one.Needs = names(notice.Needs(w.loads, id, granted))
		if !at.When.IsZero() {
			one.When = &at.When
		}
		if !at.Until.IsZero() {
			one.Until = &at.Until
		}
		kind := kindOf(&at, &one, w.vendors[id], now)
		st.switches = append(st.switches, one)
		if kind == "" {
			continue
		}
		seen[kind] = max(seen[kind], at.Seq)
		if kind != askAnswered {
			st.purposes = append(st.purposes, id)
			st.vendors = append(st.vendors, one.New...)
			if len(one.New) == 0 {
				st.vendors = append(st.vendors, w.vendors[id]...)
			}
		}
	}
	slices.Sort(st.vendors)
	st.vendors = slices.Compact(st.vendors)
	st.settle(seen)
	return st
}

// kindOf says why one purpose is asked about: askAnswered for a no that stands,
// "" for a yes that does. It notes whom a yes does not cover.
func kindOf(at *consent.Standing, one *api.Switch, vendors []string, now time.Time) string {
	switch at.Decision {
	case consent.Granted:
		for _, v := range vendors {
			if !at.Covers(v) {
				one.New = append(one.New, v)
			}
		}
		if len(one.New) > 0 {
			return askVendor
		}
		return ""
	case consent.Unasked:
		return askFirst
	case consent.Lapsed:
		return askLapsed
	case consent.Refused:
		if !at.Until.IsZero() && !now.Before(at.Until) {
			return askAgain
		}
	}
	return askAnswered
}

// settle finds the one reason to ask. A no that stands answers for what is asked
// for beside it, unless something was agreed to.
func (st *state) settle(seen map[string]uint64) {
	_, no := seen[askAnswered]
	for _, kind := range []string{askVendor, askLapsed, askFirst, askAgain} {
		seq, ok := seen[kind]
		if !ok || no && (kind == askFirst || kind == askAgain) {
			continue
		}
		st.kind = kind
		switch kind {
		case askVendor:
			st.what = kind + " " + strings.Join(st.vendors, " ")
		case askLapsed, askAgain:
			st.what = fmt.Sprint(kind, " ", seq)
		default:
			st.what = kind
		}
		return
	}
}

// standing is how one purpose stands, for the address of a subject or its domain.
func (d *Daemon) standing(s *subject, w *wishes, id purpose.ID, now time.Time) consent.Standing {
	at := d.core.ledger.Standing(s.key, w.recipient, id, now)
	if s.one && at.Decision == consent.Unasked {
		return d.core.ledger.Standing(s.who.Key, w.recipient, id, now)
	}
	return at
}

// ask composes the notices of a sender, and notes that they are put to the reader
// if the reader did not ask for them.
func (d *Daemon) ask(ctx context.Context, a api.Ask) ([]api.Question, error) {
	if err := d.core.ledger.Broken(); err != nil {
		return nil, d.brokenLedger(err)
	}
	if a.Shown {
		if err := d.silenced(time.Now()); err != nil {
			return nil, err
		}
	}
	s, err := d.subjectOf(ctx, a.Sender, a.OneAddress, true)
	if err != nil {
		return nil, err
	}
	var list []api.Question
	for _, w := range s.at(a.Address) {
		if len(w.vendors) == 0 {
			continue
		}
		st := d.stateOf(s, w, time.Now())
		q := api.Question{
			Sender: s.key, Address: w.recipient, Kind: st.kind, Switches: st.switches, Mails: w.evidence,
			Notice: d.notice(s, w, a.Until, d.language(a.Language)),
		}
		if !strings.Contains(s.who.Key, "@") {
			q.Addresses = w.addresses
		}
		if a.Shown && st.kind != askAnswered {
			if err := d.core.store.NoteAsked(ctx, store.Asked{Sender: s.key, Recipient: w.recipient, What: st.what}); err != nil {
				return nil, d.explainStore(err)
			}
		}
		list = append(list, q)
	}
	if len(list) == 0 {
		return nil, d.nothingAsked(s, a.Address, nil)
	}
	return list, nil
}

// nothingAsked says why there is nothing to decide.
func (d *Daemon) nothingAsked(s *subject, address string, named []string) *api.Error {
	var addresses, purposes []string
	for _, w := range s.wishes {
		addresses = append(addresses, w.recipient)
		purposes = append(purposes, names(w.wanted())...)
	}
	switch {
	case len(purposes) == 0:
		return d.refusal(api.CodeUnknown, words.NothingWanted, words.NothingWantedHint, "sender", s.key)
	case address != "" && !containsFold(addresses, address):
		return d.refusal(api.CodeUnknown, words.NotToAddress, words.NotToAddressHint,
			"sender", s.key, "address", address, "known", sorted(addresses))
	}
	return d.refusal(api.CodeUnknown, words.NotThatPurpose, words.NotThatPurposeHint,
		"sender", s.key, "purposes", strings.Join(named, ", "), "known", sorted(purposes))
}

// names are purposes as words.
func names(ids []purpose.ID) []string {
	list := make([]string, 0, len(ids))
	for _, id := range ids {
		list = append(list, string(id))
	}
	return list
}
