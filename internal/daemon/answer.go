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
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// What Answer.All may be.
const (
	allYes = "yes"
	allNo  = "no"
)

// answer takes the answer to a question: what is kept from them first, then what
// they may know.
func (d *Daemon) answer(ctx context.Context, a api.Answer) (api.Answered, error) {
	if err := d.answerable(&a); err != nil {
		return api.Answered{}, err
	}
	yes := len(a.Yes) > 0 || a.All == allYes
	if wrong := d.core.clockWrong(time.Now()); yes && wrong != "" {
		// The record would prove a day that never was.
		return api.Answered{}, &api.Error{Code: api.CodeFailed, Text: wrong, Hint: d.cfg.Words.Say(words.ClockWrongHint)}
	}
	s, err := d.subjectOf(ctx, a.Sender, a.OneAddress, yes)
	if err != nil {
		return api.Answered{}, err
	}
	var records []consent.Record
	if len(a.No) > 0 || a.All == allNo {
		records = d.noes(s, &a)
	}
	if yes {
		more, err := d.yeses(s, &a)
		if err != nil {
			return api.Answered{}, err
		}
		records = append(records, more...)
	}
	if len(records) == 0 {
		return api.Answered{}, d.nothingAsked(s, a.Address, append(slices.Clone(a.Yes), a.No...))
	}
	standings, err := d.write(ctx, records, consent.How(a.How))
	out := api.Answered{Standings: standings, Needs: d.needed(s, &a)}
	if err == nil {
		out.Tell, err = d.tellOf(ctx, records, d.language(a.Language))
	}
	return out, err
}

// answerable says what is wrong with an answer as such.
func (d *Daemon) answerable(a *api.Answer) error {
	if err := d.core.ledger.Broken(); err != nil {
		return d.brokenLedger(err)
	}
	wrong := func(what string) error {
		return &api.Error{Code: api.CodeWrong, Text: "reading the request: " + what}
	}
	if a.How == "" {
		a.How = string(consent.Command)
	}
	switch consent.How(a.How) {
	case consent.Tray, consent.Window, consent.AddOn, consent.Page, consent.Command:
	default:
		return wrong(fmt.Sprintf("there is no face %q", a.How))
	}
	switch {
	case a.All != "" && a.All != allYes && a.All != allNo:
		return wrong(fmt.Sprintf("all cannot be %q", a.All))
	case a.All == "" && len(a.Yes)+len(a.No) == 0:
		return wrong("it answers nothing")
	case a.All != "" && len(a.Yes)+len(a.No) > 0:
		return wrong("it answers all and one by one")
	}
	for _, id := range append(slices.Clone(a.Yes), a.No...) {
		if _, err := purpose.Parse(id); err != nil {
			return wrong(err.Error())
		}
		if slices.Contains(a.Yes, id) && slices.Contains(a.No, id) {
			return wrong(fmt.Sprintf("it answers %q with yes and no", id))
		}
	}
	return nil
}

// yeses are the records of a yes: one for each purpose. Each keeps the notice that
// was shown, which has to be the one that is true now.
func (d *Daemon) yeses(s *subject, a *api.Answer) ([]consent.Record, error) {
	about := s.at(a.Address)
	about = slices.DeleteFunc(about, func(w *wishes) bool { return len(w.vendors) == 0 })
	if len(about) == 0 {
		return nil, d.nothingAsked(s, a.Address, a.Yes)
	}
	if a.Notice == "" {
		return nil, d.refusal(api.CodeConflict, words.NoNotice, words.NoNoticeHint, "sender", s.key)
	}
	var records []consent.Record
	for _, w := range about {
		shown := d.notice(s, w, a.Until, d.language(a.Language))
		if shown.SHA256 != a.Notice {
			continue
		}
		for _, id := range w.wanted() {
			if a.All != allYes && !containsFold(a.Yes, string(id)) {
				continue
			}
			r := consent.Record{
				Sender: s.key, SenderHow: w.how, SenderAddress: s.from(w), Recipient: w.recipient, Purpose: id,
				Vendors: w.vendors[id], Decision: consent.Granted, Evidence: w.evidence, Scope: scopeOf(a.All),
			}
			keep(&r, &shown)
			if a.Until != nil {
				r.Until = a.Until.UTC()
			} else if days := d.policy.lapseDays(); days > 0 {
				r.Until = time.Now().UTC().AddDate(0, 0, days)
			}
			records = append(records, r)
		}
		if len(records) == 0 {
			return nil, d.nothingAsked(s, a.Address, a.Yes)
		}
		return records, nil
	}
	return nil, d.refusal(api.CodeConflict, words.NoticeChanged, words.NoticeChangedHint, "sender", s.key)
}

// scopeOf is how much was answered at once.
func scopeOf(all string) consent.Scope {
	if all != "" {
		return consent.AllPurposes
	}
	return consent.OnePurpose
}

// keep puts a notice into a record.
func keep(r *consent.Record, n *notice.Notice) {
	r.Notice, r.NoticeSHA256, r.NoticeLanguage, r.NoticeEdition = n.Text(), n.SHA256, n.Language, n.Edition
}

// noes are the records of a no. What was granted is taken back, whether it was
// granted to the domain or to one of its addresses; all else is refused, and may
// be asked about again after six months.
func (d *Daemon) noes(s *subject, a *api.Answer) []consent.Record {
	means := func(id purpose.ID) bool {
		if a.All == allNo {
			return id.NeedsConsent()
		}
		return containsFold(a.No, string(id))
	}
	records := d.takenBack(s.key, a.Address, means)
	known := s.at(a.Address)
	if len(known) == 0 && a.Address == "" && s.who.Account != "" {
		known = []*wishes{{recipient: s.who.Account}}
	}
	for _, w := range known {
		wanted := w.wanted()
		more := a.All == "" || len(wanted) == 0
		for _, p := range purpose.All() {
			named := more && p.Grantable && means(p.ID)
			if named && !slices.Contains(wanted, p.ID) {
				wanted = append(wanted, p.ID)
			}
		}
		shown := d.notice(s, w, a.Until, d.language(a.Language))
		for _, id := range wanted {
			back := func(r consent.Record) bool {
				return r.Sender == s.key && r.Purpose == id && strings.EqualFold(r.Recipient, w.recipient)
			}
			if !means(id) || slices.ContainsFunc(records, back) {
				continue
			}
			r := consent.Record{
				Sender: s.key, SenderHow: w.how, Recipient: w.recipient, Purpose: id, Vendors: w.vendors[id],
				Decision: consent.Refused, Evidence: w.evidence, Scope: scopeOf(a.All),
				Until: time.Now().UTC().AddDate(0, 0, notice.HalfYear),
			}
			if a.Notice == shown.SHA256 {
				r.SenderAddress = s.from(w)
				keep(&r, &shown)
			}
			records = append(records, r)
		}
	}
	return records
}

// takenBack are the records that take back what was granted to a sender. It asks
// the ledger alone, so that taking back needs no mail.
func (d *Daemon) takenBack(key, address string, means func(purpose.ID) bool) []consent.Record {
	var records []consent.Record
	for _, at := range d.core.ledger.List(time.Now()) {
		if at.Decision != consent.Granted || !under(at.Sender, key) || !means(at.Purpose) ||
			address != "" && !strings.EqualFold(address, at.Recipient) {
			continue
		}
		records = append(records, consent.Record{
			Sender: at.Sender, Recipient: at.Recipient, Purpose: at.Purpose, Vendors: at.Vendors, Decision: consent.Withdrawn,
		})
	}
	return records
}

// needed are purposes that were just granted and let nothing through yet.
func (d *Daemon) needed(s *subject, a *api.Answer) map[string][]string {
	needs := make(map[string][]string)
	for _, w := range s.at(a.Address) {
		for _, sw := range d.stateOf(s, w, time.Now()).switches {
			if len(sw.Needs) > 0 && sw.On && (a.All == allYes || containsFold(a.Yes, sw.Purpose)) {
				needs[sw.Purpose] = sw.Needs
			}
		}
	}
	return needs
}

// write adds records to the ledger. Each is on disk before the next. What was on
// its way and is held now is cut before it returns.
func (d *Daemon) write(ctx context.Context, records []consent.Record, how consent.How) ([]api.Standing, error) {
	// Also if whoever asked has gone.
	defer d.gateway.recheck(context.WithoutCancel(ctx))
	var out []api.Standing
	for _, r := range records {
		r.How, r.Actor, r.When = how, actor(), time.Now().UTC()
		if err := d.append(ctx, r); err != nil {
			return out, err
		}
		out = append(out, standingOf(d.core.ledger.Standing(r.Sender, r.Recipient, r.Purpose, r.When)))
	}
	return out, nil
}

// append adds one record and tells of it.
func (d *Daemon) append(ctx context.Context, r consent.Record) error {
	if _, err := d.core.ledger.Append(ctx, r); err != nil {
		if errors.Is(err, consent.ErrInvalid) {
			return &api.Error{Code: api.CodeWrong, Text: err.Error()}
		}
		return d.explainStore(err)
	}
	d.hub.add(store.Event{
		Kind: "consent", Outcome: string(r.Decision), Sender: r.Sender, Recipient: r.Recipient,
		Vendor: strings.Join(r.Vendors, " "), Reason: string(r.Purpose),
	})
	return nil
}

// actor is who decides, as the system knows them.
func actor() string { return fmt.Sprintf("uid %d", os.Getuid()) }
