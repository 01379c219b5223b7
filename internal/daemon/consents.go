package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
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

// decide writes one decision into the ledger: a yes or a no as [Daemon.answer]
// does, or takes back.
func (d *Daemon) decide(ctx context.Context, q api.Decision) ([]api.Standing, error) {
	a := api.Answer{
		Sender: q.Sender, Address: q.Address, Language: q.Language, Until: q.Until, OneAddress: q.OneAddress,
		Notice: q.Notice, How: q.How,
	}
	switch consent.Decision(q.Decision) {
	case consent.Granted:
		if a.Yes = q.Purposes; q.All {
			a.Yes, a.All = nil, allYes
		}
	case consent.Refused:
		if a.No = q.Purposes; q.All {
			a.No, a.All = nil, allNo
		}
	case consent.Withdrawn:
		return d.withdraw(ctx, q)
	default:
		return nil, &api.Error{Code: api.CodeWrong, Text: fmt.Sprintf("reading the request: a decision cannot be %q", q.Decision)}
	}
	out, err := d.answer(ctx, a)
	return out.Standings, err
}

// withdraw takes back what was granted, and nothing else.
func (d *Daemon) withdraw(ctx context.Context, q api.Decision) ([]api.Standing, error) {
	if err := d.core.ledger.Broken(); err != nil {
		return nil, d.brokenLedger(err)
	}
	key := q.Sender
	if who, err := d.oneSender(ctx, q.Sender, false); err == nil && !q.OneAddress {
		key = who.Key
	}
	means := func(id purpose.ID) bool { return q.All || containsFold(q.Purposes, string(id)) }
	records := d.takenBack(key, q.Address, means)
	if len(records) == 0 {
		records = slices.DeleteFunc(d.takenBack(q.Sender, q.Address, means), func(r consent.Record) bool {
			return !strings.EqualFold(r.Sender, q.Sender)
		})
	}
	if len(records) > 0 {
		how := consent.How(q.How)
		if how == "" {
			how = consent.Command
		}
		return d.write(ctx, records, how)
	}
	var givers []string
	for _, s := range d.core.ledger.List(time.Now()) {
		if s.Decision == consent.Granted && !slices.Contains(givers, s.Sender) {
			givers = append(givers, s.Sender)
		}
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
