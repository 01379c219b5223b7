package daemon

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	netmail "net/mail"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/role"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/statement"
)

// claimsFrom is how many of a sender's newest mails are looked through for what
// they say.
const claimsFrom = 500

// aboutSender says what a sender's mail shows of it. It is found out when somebody asks,
// from what plans keep: the header, and links with what they show; and from what the
// texts of mail say, which was read when they had passed.
func (d *Daemon) aboutSender(ctx context.Context, q api.AboutRequest) (api.About, error) {
	in := d.language(q.Language)
	who, err := d.oneSender(ctx, q.Sender, false)
	if err != nil {
		return api.About{}, err
	}
	out := api.About{Sender: who.Key, Shown: sender.ShownDomain(who.Key), Roles: []api.Role{}, Mails: []api.Claiming{}, Observations: []api.Observation{}}
	plans, err := d.core.store.PlansBySender(ctx, who.Key, claimsFrom)
	if err != nil {
		return out, d.explainStore(err)
	}
	history := claim.History{}
	for _, p := range newestCopies(plans) {
		m, err := d.core.mails.of(ctx, p)
		if err != nil {
			return out, d.explainStore(err)
		}
		seen := d.core.seen(m)
		if out.Looked == 0 {
			out.Roles = rolesOf(d.core.roles(m, seen), in)
			out.Like, out.LikeWhy = d.core.like(m.from, in)
		}
		one := claimsOf(m, seen, p.Saved)
		if err := d.core.heardOf(ctx, m, &one); err != nil {
			return out, d.explainStore(err)
		}
		history.Mails = append(history.Mails, one)
		if len(one.Claims) > 0 {
			out.Mails = append(out.Mails, claiming(&one, in))
		}
		out.Looked++
	}
	if err := d.agreements(ctx, who.Key, &history); err != nil {
		return out, d.explainStore(err)
	}
	for _, o := range claim.Review(history) {
		out.Observations = append(out.Observations, observation(&o, in))
	}
	return out, nil
}

// roles are the parts that somebody has in a mail.
func (c *core) roles(m *mail, seen []role.Seen) []role.Role {
	of := role.Mail{Header: message.Header(m.plan.Header), From: m.from, Provider: c.provider(m.account), Seen: seen}
	return role.Of(of, c.books.rules())
}

// observation is what was seen as the control API tells it.
func observation(o *claim.Observation, in *words.Catalogue) api.Observation {
	out := api.Observation{What: string(o.What), When: o.When, Mails: o.Mails, Of: o.Of}
	out.Text = in.Observed(words.Observed{
		What: out.What, When: o.When, N: len(o.Mails), Of: o.Of, Days: o.Days, Unsubscribe: o.Unsubscribe, List: o.List,
	})
	if out.Text == "" {
		out.Text = o.English()
	}
	return out
}

// newestCopies returns one plan of each mail.
func newestCopies(plans []*store.Plan) []*store.Plan {
	seen := make(map[[32]byte]bool)
	return slices.DeleteFunc(slices.Clone(plans), func(p *store.Plan) bool {
		double := seen[p.Header]
		seen[p.Header] = true
		return double
	})
}

// seen judges the references of a mail.
func (c *core) seen(m *mail) []role.Seen {
	judge := c.books.judge()
	list := make([]role.Seen, 0, len(m.plan.References))
	for i := range m.plan.References {
		if ref := m.plan.References[i].Ref; ref.Kind != reference.Base {
			list = append(list, role.Seen{Ref: ref, Judgement: judge.Judge(ref, m.facts)})
		}
	}
	return list
}

// claimsOf is what one mail says, and whether it tracks. A mail without a date that
// can be read is of when it was seen.
func claimsOf(m *mail, seen []role.Seen, saved time.Time) claim.Mail {
	header := message.Header(m.plan.Header)
	one := claim.Mail{ID: hex.EncodeToString(m.plan.HeaderSHA256[:]), Sent: saved}
	if at, err := netmail.ParseDate(header.Get("Date")); err == nil {
		one.Sent = at.UTC()
	}
	refs := make([]reference.Reference, 0, len(seen))
	for _, s := range seen {
		refs = append(refs, s.Ref)
		one.Tracks = one.Tracks || s.Judgement.Verdict == detect.Tracker && s.Ref.Kind.Load()
	}
	one.Claims = claim.Find(header, []claim.Text{claim.Linked("", refs)})
	return one
}

// heardOf adds what the texts of a mail say, unless a link of it says the same; a link
// in a plain text counts beside a sentence that names none.
func (c *core) heardOf(ctx context.Context, m *mail, one *claim.Mail) error {
	body, err := c.store.Claims(ctx, fingerprint(m.plan))
	if err != nil || body == "" {
		return err
	}
	var found []claim.Claim
	if err := json.Unmarshal([]byte(body), &found); err != nil {
		return fmt.Errorf("reading what a mail says: %w", err)
	}
	for _, f := range found {
		said := slices.ContainsFunc(one.Claims, func(c claim.Claim) bool { return c.Kind == f.Kind && (c.URL != "" || f.URL == "") })
		if !said {
			one.Claims = append(one.Claims, f)
		}
	}
	return nil
}

// claiming is a mail as the control API tells it.
func claiming(m *claim.Mail, in *words.Catalogue) api.Claiming {
	out := api.Claiming{Mail: m.ID, Sent: m.Sent, Tracks: m.Tracks}
	for _, c := range m.Claims {
		out.Claims = append(out.Claims, api.Claim{Kind: string(c.Kind), Text: in.Claimed(string(c.Kind)), Language: c.Language, Phrase: c.Phrase, URL: c.URL})
	}
	return out
}

// rolesOf are roles as the control API tells them.
func rolesOf(list []role.Role, in *words.Catalogue) []api.Role {
	out := make([]api.Role, 0, len(list))
	for _, r := range list {
		one := api.Role{Kind: string(r.Kind), Title: in.Part(string(r.Kind)), Name: r.Name, Domain: r.Domain, Vendor: r.Vendor}
		for i, because := range r.Because {
			said := in.PartBecause(because)
			if said == "" {
				said = r.Why[i]
			}
			one.Why = append(one.Why, said)
		}
		out = append(out, one)
	}
	return out
}

// like says whom of those that the reader granted something a sender can be taken
// for.
func (c *core) like(s sender.Sender, in *words.Catalogue) (key, why string) {
	var granted []string
	for _, st := range c.ledger.List(time.Now()) {
		if st.Decision == consent.Granted && !slices.Contains(granted, st.Sender) {
			granted = append(granted, st.Sender)
		}
	}
	l, _ := sender.Like(s, granted)
	if why = in.Doubt(l.Because); why == "" {
		why = l.Why
	}
	return l.Key, why
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// agreements adds when the reader says that they agreed with a sender, when they told
// them last that they take it back, and when they took back last what they had
// allowed here.
func (d *Daemon) agreements(ctx context.Context, key string, h *claim.History) error {
	said, err := d.core.store.Statements(ctx, key)
	if err != nil {
		return err
	}
	for i := range said {
		s := &said[i]
		if at, err := time.Parse(time.DateOnly, s.ToldOn); err == nil && s.Answer == statement.Told {
			// Of that day nothing is said: the sender may have heard at its end.
			h.Told = later(h.Told, at.AddDate(0, 0, 1))
		}
		if at, err := time.Parse(time.DateOnly, s.AgreedOn); err == nil && s.Answer == statement.Yes {
			h.Agreed = append(h.Agreed, at)
		}
	}
	for _, st := range d.core.ledger.List(time.Now()) {
		if under(st.Sender, key) && st.Decision == consent.Withdrawn && st.When.After(h.Withdrawn) {
			h.Withdrawn = st.When
		}
	}
	return nil
}
