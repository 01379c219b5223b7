package daemon

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/consent"
)

const (
	// senderRows is how many senders a page has where nothing is said.
	senderRows = 100
	// leaksLooked is in how many of a sender's newest mails leaks are looked for.
	leaksLooked = 50
)

// An answered counts how the purposes of one sender stand.
type answered struct{ granted, refused int }

// answers counts how consent stands, by the key that it was recorded for; one of an
// address counts for its domain, too.
func (d *Daemon) answers() map[string]answered {
	all := make(map[string]answered)
	for _, s := range d.core.ledger.List(time.Now()) {
		one := all[s.Sender]
		switch s.Decision {
		case consent.Granted:
			one.granted++
		case consent.Refused, consent.Withdrawn:
			one.refused++
		}
		all[s.Sender] = one
	}
	return all
}

// keysWith are the keys of senders of which something is so.
func keysWith(all map[string]answered, so func(answered) bool) []string {
	keys := []string{}
	for key, a := range all {
		if so(a) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// senderPage lists senders in pages.
func (d *Daemon) senderPage(ctx context.Context, q api.SenderQuery) (api.SenderPage, error) {
	if q.Limit == 0 {
		q.Limit = senderRows
	}
	if q.Limit > api.MaxPage {
		return api.SenderPage{}, &api.Error{Code: api.CodeWrong, Text: fmt.Sprintf("reading the request: limit is over %d", api.MaxPage)}
	}
	all := d.answers()
	wanted := store.SenderQuery{Search: q.Search, Sort: q.Sort, Offset: q.Offset, Limit: q.Limit}
	yes, no := true, false
	switch q.Filter {
	case "":
	case "granted":
		wanted.Vouched, wanted.Keys = &yes, keysWith(all, func(a answered) bool { return a.granted > 0 })
	case "refused":
		wanted.Keys = keysWith(all, func(a answered) bool { return a.refused > 0 })
	case "silent":
		wanted.Vouched, wanted.Except, wanted.Keys = &yes, true, keysWith(all, func(a answered) bool { return a != answered{} })
	case "unvouched":
		wanted.Vouched = &no
	default:
		return api.SenderPage{}, &api.Error{Code: api.CodeWrong, Text: fmt.Sprintf("reading the request: there is no filter %q", q.Filter)}
	}
	found, err := d.core.store.SenderPage(ctx, wanted)
	if err != nil {
		return api.SenderPage{}, d.explainStore(err)
	}
	page := api.SenderPage{Total: found.Total, Matching: found.Matching, Senders: make([]api.SenderRow, 0, len(found.Senders))}
	addresses := d.addresses()
	for i := range found.Senders {
		page.Senders = append(page.Senders, rowOf(&found.Senders[i], addresses, all))
	}
	return page, nil
}

// addresses are those of the accounts, by their number.
func (d *Daemon) addresses() map[int64]string {
	all := make(map[int64]string)
	for _, r := range d.relays.list() {
		all[r.account.ID] = r.account.Address
	}
	return all
}

// rowOf is a sender as lists show it. Of one that nobody vouches for no answer is
// told: it may claim to be somebody else.
func rowOf(s *store.Sender, addresses map[int64]string, all map[string]answered) api.SenderRow {
	row := api.SenderRow{First: s.First, Sender: senderOf(s, addresses)}
	if s.Authenticated {
		row.Granted, row.Refused = all[s.Key].granted, all[s.Key].refused
	}
	return row
}

// senderFacts says what is known of one sender.
func (d *Daemon) senderFacts(ctx context.Context, q api.SenderFactsQuery) (api.SenderFacts, error) {
	who, err := d.oneSender(ctx, q.Sender, false)
	if err != nil {
		return api.SenderFacts{}, err
	}
	out := api.SenderFacts{
		SenderRow: api.SenderRow{Sender: who, First: who.Last}, Standings: []api.Standing{}, Trackers: []api.TrackerSeen{},
	}
	found, err := d.core.store.SenderPage(ctx, store.SenderQuery{Keys: []string{who.Key}, Vouched: &who.Authenticated, Limit: 1})
	if err != nil {
		return out, d.explainStore(err)
	}
	if len(found.Senders) > 0 {
		out.First = found.Senders[0].First
	}
	for _, s := range d.core.ledger.List(time.Now()) {
		if !under(s.Sender, who.Key) || !who.Authenticated {
			continue
		}
		out.Standings = append(out.Standings, standingOf(s))
		switch s.Decision {
		case consent.Granted:
			out.Granted++
		case consent.Refused, consent.Withdrawn:
			out.Refused++
		}
	}
	if out.Pictures, err = d.policy.shown(ctx, who.Key); err != nil {
		return out, d.explainStore(err)
	}
	if out.Trackers, err = d.trackersOf(ctx, who.Key); err != nil {
		return out, d.explainStore(err)
	}
	return out, d.countLeaks(ctx, who.Key, &out)
}

// trackersOf are who would have learned from a sender's mail, the most frequent
// first.
func (d *Daemon) trackersOf(ctx context.Context, key string) ([]api.TrackerSeen, error) {
	tallies, err := d.core.store.VendorsOf(ctx, key)
	if err != nil {
		return nil, err
	}
	list := []api.TrackerSeen{}
	for i := range tallies {
		t := &tallies[i]
		list = append(list, api.TrackerSeen{Vendor: t.Name, Name: d.vendor(t.Name, key).Name, Counts: countsOf(t.Outcomes), Last: t.Last})
	}
	slices.SortStableFunc(list, func(a, b api.TrackerSeen) int {
		if n := all(&b.Counts) - all(&a.Counts); n != 0 {
			return n
		}
		return strings.Compare(a.Vendor, b.Vendor)
	})
	return list, nil
}

// addCount counts loads by what became of them.
func addCount(c *api.Counts, outcome string, n int) {
	switch outcome {
	case "held":
		c.Held += n
	case "released":
		c.Released += n
	case "copy":
		c.Copies += n
	case "failed":
		c.Failed += n
	}
}

// all is how many loads were counted.
func all(c *api.Counts) int { return c.Held + c.Released + c.Copies + c.Failed }

// countLeaks counts the newest mails of a sender in which the reader's own address
// stands in an address.
func (d *Daemon) countLeaks(ctx context.Context, key string, out *api.SenderFacts) error {
	plans, err := d.core.store.PlansBySender(ctx, key, leaksLooked)
	if err != nil {
		return d.explainStore(err)
	}
	for _, p := range newestCopies(plans) {
		m, err := d.core.mails.of(ctx, p)
		if err != nil {
			return err
		}
		out.Looked++
		if m.facts.Leaks == nil {
			continue
		}
		for i := range m.plan.References {
			if _, ok := m.facts.Leaks.Find(m.plan.References[i].Ref.URL); ok {
				out.Leaks++
				break
			}
		}
	}
	return nil
}
