package daemon

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// decideShown decides on a load that a mail program makes itself. It keeps pictures
// shut by its own rule, and asks only for those that the reader lets it show.
func (b *backend) decideShown(ctx context.Context, l *load, at *url.URL) (gate.Decision, error) {
	return b.decideBy(ctx, l, at, true)
}

// addOnAgain says what becomes of the loads and links of a mail that is known.
func (d *Daemon) addOnAgain(ctx context.Context, q api.AddOnAgain) (api.AddOnMessage, error) {
	m, err := d.planned(ctx, q.Plan)
	if err != nil {
		return api.AddOnMessage{}, err
	}
	in := d.language(q.Language)
	out := api.AddOnMessage{
		Plan: m.id, Message: m.name(), Sender: who(m), Address: m.to, Loads: []api.AddOnLoad{}, Links: []api.AddOnLink{},
		Shown: cmp.Or(who(m), m.from.Address), Ungated: len(m.plan.Gaps) > 0,
	}
	sum := shownSummary{d: d, mail: m}
	for n := range m.plan.References {
		l := &load{mail: m, number: n}
		ref := &l.ref().Ref
		at, err := url.Parse(ref.URL)
		if err != nil || !ref.Remote {
			continue
		}
		switch {
		case ref.Kind.Load() && ref.Kind != reference.Base:
			one, err := d.addOnLoad(ctx, l, at, in)
			if err != nil {
				return out, d.explainStore(err)
			}
			sum.add(&one)
			out.Loads = append(out.Loads, one)
		case ref.Kind == reference.Link:
			if one, ok := d.addOnLink(l, at); ok {
				out.Links = append(out.Links, one)
			}
		}
	}
	now := time.Now()
	switch {
	case d.core.gate.Permits.Told(m.name(), now):
		out.Once = "told"
	case d.core.gate.Permits.Permitted(m.name(), now):
		out.Once = "shown"
	}
	out.Tracks, out.Held, out.Pictures, out.Summary = sum.tracks, sum.held, sum.pictures, sum.say(in)
	if out.Sender != "" && out.Tracks > 0 {
		out.Choices, err = d.choices(ctx, out.Sender, m.to)
	}
	return out, d.explainStore(err)
}

// addOnLoad says what becomes of one load.
func (d *Daemon) addOnLoad(ctx context.Context, l *load, at *url.URL, in *words.Catalogue) (api.AddOnLoad, error) {
	got, err := d.gateway.backend.decideShown(ctx, l, at)
	if err != nil {
		return api.AddOnLoad{}, err
	}
	r, q := l.ref(), d.core.question(l, at)
	j := q.Judgement
	got.Reason = d.core.gate.Sentence(q, &got, in)
	one := api.AddOnLoad{
		Number: l.number, URL: r.Ref.URL, Token: r.Token, Vector: string(r.Ref.Vector), Kind: string(r.Ref.Kind), Host: at.Hostname(),
		Vendor: got.Vendor, VendorName: d.vendor(got.Vendor, l.mail.from.Key).Name, Verdict: string(j.Verdict),
		Certainty: string(j.Certainty), Tells: wouldTell(&j), Release: got.Release, Why: string(got.Why), Reason: got.Reason,
	}
	if one.Tells {
		one.Reasons, one.Purposes = reasons(&j, in), names(gate.Purposes(&j))
	}
	return one, nil
}

// wouldTell says whether a load tells one reader from another. Words in a mail exempt
// no load.
func wouldTell(j *detect.Judgement) bool {
	if j.Holds() || j.Individualised == detect.Individual || j.Leak != nil {
		return true
	}
	return j.Verdict == detect.Exempt && j.Exemption != string(purpose.Aggregate)
}

// addOnLink says what becomes of a link that was not left when the mail was planned.
func (d *Daemon) addOnLink(l *load, at *url.URL) (api.AddOnLink, bool) {
	r := l.ref()
	one := api.AddOnLink{Number: l.number, URL: r.Ref.URL, Token: r.Token, Host: at.Hostname()}
	switch r.Outcome {
	case plan.Sealed:
		one.Ask = true
	case plan.Unwrapped:
	default:
		return one, false
	}
	one.To = d.core.leads(l)
	j := d.core.question(l, at).Judgement
	one.VendorName = d.vendor(gate.Vendor(&j, at.Hostname()), l.mail.from.Key).Name
	return one, one.Ask || one.To != ""
}

// A shownSummary counts the loads of a mail and says what they come to.
type shownSummary struct {
	d    *Daemon
	mail *mail
	// tracks, held and pictures are as in [api.AddOnMessage].
	tracks, held, pictures int
	// who and what are those who would learn, and what for; told those who do.
	who, told []string
	what      []purpose.ID
}

// add counts one load.
func (s *shownSummary) add(one *api.AddOnLoad) {
	if !one.Tells {
		if !one.Release {
			s.pictures++
		}
		return
	}
	s.tracks++
	list := &s.told
	if !one.Release {
		s.held++
		list = &s.who
		for _, id := range one.Purposes {
			if !slices.Contains(s.what, purpose.ID(id)) {
				s.what = append(s.what, purpose.ID(id))
			}
		}
	}
	if !slices.Contains(*list, one.VendorName) {
		*list = append(*list, one.VendorName)
	}
}

// say is the one line about a mail, "" if nobody wants to know.
func (s *shownSummary) say(in *words.Catalogue) string {
	switch {
	case s.held > 0:
		return in.Say(words.AddOnHeld, "who", in.List(s.who), "n", len(s.who), "purposes", in.Purposes(s.what))
	case s.tracks > 0:
		return in.Say(words.AddOnTold, "who", in.List(s.told), "n", len(s.told))
	}
	return ""
}
