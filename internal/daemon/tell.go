package daemon

import (
	"context"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

const (
	// toldFrom is how many of a sender's newest mails are looked through for a
	// link by which it can be told.
	toldFrom = 20
	// maxLinks is how many links are named.
	maxLinks = 6
)

// tell says how a sender can be told that something was taken back.
func (d *Daemon) tell(ctx context.Context, q api.TellRequest) ([]api.Tell, error) {
	s, err := d.subjectOf(ctx, q.Sender, false, false)
	if err != nil {
		return nil, err
	}
	var records []consent.Record
	for _, w := range s.at(q.Address) {
		for _, id := range w.wanted() {
			records = append(records, consent.Record{
				Sender: s.key, Recipient: w.recipient, Purpose: id, Vendors: w.vendors[id], Decision: consent.Withdrawn,
			})
		}
	}
	if len(records) == 0 {
		return nil, d.nothingAsked(s, q.Address, nil)
	}
	in := d.language(q.Language)
	list, err := d.tellOf(ctx, records, in)
	for i := range list {
		if t := &list[i]; !d.tookBack(t.Sender, t.Address) {
			t.Text = in.Say(words.NotWithdrawnHere, "sender", t.Sender)
		}
	}
	return list, err
}

// tookBack says whether something that a sender was granted stands as taken back.
func (d *Daemon) tookBack(key, address string) bool {
	return slices.ContainsFunc(d.core.ledger.List(time.Now()), func(s consent.Standing) bool {
		return s.Decision == consent.Withdrawn && under(s.Sender, key) && strings.EqualFold(s.Recipient, address)
	})
}

// tellOf says how those can be told from whom something is taken back, one for
// each sender and address.
func (d *Daemon) tellOf(ctx context.Context, records []consent.Record, in *words.Catalogue) ([]api.Tell, error) {
	var list []api.Tell
	for i := range records {
		r := &records[i]
		done := func(t api.Tell) bool { return t.Sender == r.Sender && t.Address == r.Recipient }
		if r.Decision != consent.Withdrawn || slices.ContainsFunc(list, done) {
			continue
		}
		links, err := d.choices(ctx, r.Sender, r.Recipient)
		if err != nil {
			return list, err
		}
		t := api.Tell{Sender: r.Sender, Address: r.Recipient, Links: links, Text: in.Say(words.WithdrawnHere, "sender", r.Sender)}
		if len(links) == 0 {
			t.Text = in.Say(words.WithdrawnHereNoWay, "sender", r.Sender)
		}
		about := &notice.Subject{Key: r.Sender, Address: r.Recipient}
		for j := range records {
			if one := &records[j]; one.Decision == consent.Withdrawn && one.Sender == r.Sender && one.Recipient == r.Recipient {
				about.Wants = append(about.Wants, notice.Want{Purpose: one.Purpose})
				for _, v := range one.Vendors {
					if !slices.ContainsFunc(about.Vendors, func(known notice.Vendor) bool { return known.ID == v }) {
						about.Vendors = append(about.Vendors, d.vendor(v, r.Sender))
					}
				}
			}
		}
		t.Letter = notice.ComposeLetter(about, time.Now(), in)
		list = append(list, t)
	}
	return list, nil
}

// choices are the links of a sender's newest mails by which a reader chooses: the
// last mail's first. Nothing is asked of anybody.
func (d *Daemon) choices(ctx context.Context, key, address string) ([]api.TellLink, error) {
	plans, err := d.core.store.PlansBySender(ctx, key, toldFrom)
	if _, domain, ok := strings.Cut(key, "@"); ok && err == nil && len(plans) == 0 {
		// It was decided for one address of a domain, by which mail is kept.
		plans, err = d.core.store.PlansBySender(ctx, sender.OrgDomain(domain), toldFrom)
	}
	if err != nil {
		return nil, d.explainStore(err)
	}
	var list []api.TellLink
	kinds := make(map[string]bool)
	for _, p := range plans {
		m, err := d.core.mails.of(ctx, p)
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(m.to, address) {
			continue
		}
		for _, l := range d.choicesIn(m) {
			// One of a kind: that of an older mail may not work any more.
			if !kinds[l.Kind] && len(list) < maxLinks {
				l.Mail = hex.EncodeToString(p.Header[:])
				list = append(list, l)
			}
		}
		for _, l := range list {
			kinds[l.Kind] = true
		}
	}
	return list, nil
}

// choicesIn are the links of one mail by which a reader chooses.
func (d *Daemon) choicesIn(m *mail) []api.TellLink {
	var list []api.TellLink
	header := message.Header(m.plan.Header)
	for _, field := range header.All("List-Unsubscribe") {
		// RFC 2369, section 2: addresses in angle brackets.
		for _, part := range strings.Split(field, "<")[1:] {
			address, _, ok := strings.Cut(part, ">")
			u, err := url.Parse(strings.TrimSpace(address))
			if ok && err == nil && slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
				list = append(list, api.TellLink{Kind: "list-unsubscribe", URL: u.String()})
			}
		}
	}
	judge := d.core.books.judge()
	for i := range m.plan.References {
		ref := m.plan.References[i].Ref
		if ref.Kind != reference.Link {
			continue
		}
		if j := judge.Judge(ref, m.facts); j.Exemption == string(purpose.Choice) {
			list = append(list, api.TellLink{Kind: choiceKind(ref.URL), URL: ref.URL})
		}
	}
	return list
}

// choiceKind says what a link of choice is for, by its address.
func choiceKind(address string) string {
	address = strings.ToLower(address)
	for _, of := range []struct {
		kind  string
		signs []string
	}{
		{"consent", []string{"consent", "withdraw", "tracking-opt", "retrait", "widerruf", "intrek"}},
		{"unsubscribe", []string{"unsub", "optout", "opt-out", "opt_out", "desabo", "desinscri", "abmeld", "afmeld", "uitschrijv"}},
		{"preferences", []string{"prefer", "manage", "subscription", "profile", "einstellung", "voorkeur"}},
	} {
		if slices.ContainsFunc(of.signs, func(s string) bool { return strings.Contains(address, s) }) {
			return of.kind
		}
	}
	return "unsubscribe"
}
