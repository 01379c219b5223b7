package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// standings lists where consent stands.
func (d *Daemon) standings(context.Context) ([]api.Standing, error) {
	list := []api.Standing{}
	for _, s := range d.core.ledger.List(time.Now()) {
		list = append(list, standingOf(s))
	}
	return list, nil
}

// standingOf is a standing as the control API tells it.
func standingOf(s consent.Standing) api.Standing {
	out := api.Standing{
		Sender: s.Sender, Address: s.Recipient, Purpose: string(s.Purpose), Decision: string(s.Decision),
		Vendors: s.Vendors, When: s.When,
	}
	if !s.Until.IsZero() {
		out.Until = &s.Until
	}
	return out
}

// decide writes decisions into the ledger.
func (d *Daemon) decide(ctx context.Context, q api.Decision) ([]api.Standing, error) {
	if err := d.core.ledger.Broken(); err != nil {
		return nil, d.brokenLedger(err)
	}
	var records []consent.Record
	var err error
	switch consent.Decision(q.Decision) {
	case consent.Granted:
		if wrong := d.core.clockWrong(time.Now()); wrong != "" {
			// The record would prove a day that never was.
			return nil, &api.Error{Code: api.CodeFailed, Text: wrong, Hint: d.cfg.Words.Say(words.ClockWrongHint)}
		}
		records, err = d.asked(ctx, q)
	case consent.Refused:
		records, err = d.asked(ctx, q)
	case consent.Withdrawn:
		records, err = d.granted(ctx, q)
	default:
		err = &api.Error{Code: api.CodeWrong, Text: fmt.Sprintf("reading the request: a decision cannot be %q", q.Decision)}
	}
	if err != nil {
		return nil, err
	}
	return d.write(ctx, records)
}

// write adds records to the ledger. Each is on disk before the next. What was on
// its way and is held now is cut before it returns.
func (d *Daemon) write(ctx context.Context, records []consent.Record) ([]api.Standing, error) {
	// Also if whoever asked has gone.
	defer d.gateway.recheck(context.WithoutCancel(ctx))
	var out []api.Standing
	for _, r := range records {
		r.How, r.Actor, r.When = consent.Command, fmt.Sprintf("uid %d", os.Getuid()), time.Now().UTC()
		if _, err := d.core.ledger.Append(ctx, r); err != nil {
			if errors.Is(err, consent.ErrInvalid) {
				return out, &api.Error{Code: api.CodeWrong, Text: err.Error()}
			}
			return out, d.explainStore(err)
		}
		d.hub.add(store.Event{
			Kind: "consent", Outcome: string(r.Decision), Sender: r.Sender, Recipient: r.Recipient,
			Vendor: strings.Join(r.Vendors, " "), Reason: string(r.Purpose),
		})
		out = append(out, standingOf(d.core.ledger.Standing(r.Sender, r.Recipient, r.Purpose, r.When)))
	}
	return out, nil
}

// asked makes records of a grant or a refusal: one for each address that the
// sender wrote to and each purpose.
func (d *Daemon) asked(ctx context.Context, q api.Decision) ([]consent.Record, error) {
	who, err := d.oneSender(ctx, q.Sender, consent.Decision(q.Decision) == consent.Granted)
	if err != nil {
		return nil, err
	}
	wishes, err := d.wishesOf(ctx, who.Key)
	if err != nil {
		return nil, err
	}
	var records []consent.Record
	for _, w := range wishes {
		if q.Address != "" && !strings.EqualFold(q.Address, w.recipient) {
			continue
		}
		for _, p := range w.purposes(q) {
			r := consent.Record{
				Sender: who.Key, SenderHow: w.how, Recipient: w.recipient, Purpose: p, Vendors: w.vendors[p],
				Decision: consent.Decision(q.Decision), Evidence: w.evidence,
			}
			if q.Until != nil {
				r.Until = q.Until.UTC()
			} else if days := d.policy.lapseDays(); days > 0 && r.Decision == consent.Granted {
				r.Until = time.Now().UTC().AddDate(0, 0, days)
			}
			if r.Decision == consent.Refused || len(r.Vendors) > 0 {
				records = append(records, r)
			}
		}
	}
	if len(records) == 0 && consent.Decision(q.Decision) == consent.Refused {
		records = refusals(q, who, wishes)
	}
	if len(records) == 0 {
		return nil, d.nothingAsked(who.Key, q, wishes)
	}
	return records, nil
}

// refusals are a no to a sender of whom it is not known what they want: because
// nobody vouches for them, or because nothing they wrote asks for anything.
func refusals(q api.Decision, who api.Sender, known []*wishes) []consent.Record {
	addresses := []string{who.Account}
	for _, w := range known {
		addresses = append(addresses, w.recipient)
	}
	slices.Sort(addresses)
	var records []consent.Record
	for _, address := range slices.Compact(addresses) {
		if address == "" || q.Address != "" && !strings.EqualFold(q.Address, address) {
			continue
		}
		for _, p := range purpose.All() {
			if p.Grantable && wants(q, p.ID) {
				records = append(records, consent.Record{
					Sender: who.Key, Recipient: address, Purpose: p.ID, Decision: consent.Refused,
				})
			}
		}
	}
	return records
}

// nothingAsked says why a decision would decide nothing.
func (d *Daemon) nothingAsked(key string, q api.Decision, wishes []*wishes) *api.Error {
	var addresses, purposes []string
	for _, w := range wishes {
		addresses = append(addresses, w.recipient)
		for p := range w.vendors {
			purposes = append(purposes, string(p))
		}
	}
	switch {
	case len(purposes) == 0:
		return d.refusal(api.CodeUnknown, words.NothingWanted, words.NothingWantedHint, "sender", key)
	case q.Address != "" && !containsFold(addresses, q.Address):
		return d.refusal(api.CodeUnknown, words.NotToAddress, words.NotToAddressHint,
			"sender", key, "address", q.Address, "known", sorted(addresses))
	}
	return d.refusal(api.CodeUnknown, words.NotThatPurpose, words.NotThatPurposeHint,
		"sender", key, "purposes", strings.Join(q.Purposes, ", "), "known", sorted(purposes))
}

// granted makes records of a withdrawal: one for each grant that it takes back.
// It asks the ledger alone, so that taking back needs no mail.
func (d *Daemon) granted(ctx context.Context, q api.Decision) ([]consent.Record, error) {
	key := q.Sender
	if who, err := d.oneSender(ctx, q.Sender, false); err == nil {
		key = who.Key
	}
	var records []consent.Record
	var givers []string
	for _, s := range d.core.ledger.List(time.Now()) {
		if s.Decision != consent.Granted {
			continue
		}
		givers = append(givers, s.Sender)
		if !strings.EqualFold(s.Sender, key) && !strings.EqualFold(s.Sender, q.Sender) ||
			q.Address != "" && !strings.EqualFold(q.Address, s.Recipient) ||
			!q.All && !containsFold(q.Purposes, string(s.Purpose)) {
			continue
		}
		records = append(records, consent.Record{
			Sender: s.Sender, Recipient: s.Recipient, Purpose: s.Purpose, Vendors: s.Vendors, Decision: consent.Withdrawn,
		})
	}
	if len(records) > 0 {
		return records, nil
	}
	if len(givers) == 0 {
		return nil, d.refusal(api.CodeUnknown, words.NothingGranted, words.NothingGrantedHint)
	}
	return nil, d.refusal(api.CodeUnknown, words.NotGranted, words.NotGrantedHint, "sender", q.Sender, "known", sorted(givers))
}

// verify checks the whole ledger on disk, and that it goes on from a head that was
// noted elsewhere, if there is one.
func (d *Daemon) verify(ctx context.Context, against string) (api.Verification, error) {
	check := d.core.ledger.Verify
	if against != "" {
		noted, err := consent.ParseHead(against)
		if err != nil {
			return api.Verification{}, d.refusal(api.CodeWrong, words.BadHead, words.BadHeadHint, "head", against)
		}
		check = func(ctx context.Context) error { return d.core.ledger.VerifyAgainst(ctx, noted) }
	}
	if err := check(ctx); err != nil {
		var broken *consent.BrokenError
		if errors.As(err, &broken) {
			return api.Verification{}, d.brokenLedger(err)
		}
		return api.Verification{}, err
	}
	head := d.core.ledger.Head()
	return api.Verification{Records: int(head.Seq), Head: head.String()}, nil
}

// brokenLedger says what is wrong with the ledger and what that means.
func (d *Daemon) brokenLedger(err error) *api.Error {
	var broken *consent.BrokenError
	what := err.Error()
	if errors.As(err, &broken) {
		what = broken.Error()
	}
	return d.refusal(api.CodeFailed, words.LedgerBroken, words.LedgerBrokenHint, "what", what)
}

// wants says whether a purpose is meant by a decision.
func wants(q api.Decision, p purpose.ID) bool {
	if q.All {
		return p.NeedsConsent()
	}
	return containsFold(q.Purposes, string(p))
}
