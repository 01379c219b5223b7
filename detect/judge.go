package detect

import (
	"slices"

	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Judge gives verdicts by one edition of the rules. It may be used by many
// goroutines.
type Judge struct {
	// Catalogue must not be nil.
	Catalogue *catalogue.Catalogue
}

// A view is one reference while it is judged.
type view struct {
	ref   reference.Reference
	facts Facts
	at    catalogue.Address
	hit   catalogue.Hit
	known bool
}

// Judge says what a reference is.
func (j *Judge) Judge(ref reference.Reference, f Facts) Judgement {
	out := j.judge(ref, f)
	out.Edition = j.Catalogue.Edition()
	return out
}

func (j *Judge) judge(ref reference.Reference, f Facts) Judgement {
	if ref.Kind == reference.Receipt {
		return Judgement{Verdict: Tracker, Certainty: Strong, Individualised: Individual,
			Purposes: []purpose.ID{purpose.Receipt}, Reasons: []string{whyReceipt()}, Rules: []string{"receipt"}}
	}
	v := view{ref: ref, facts: f}
	var ok bool
	if v.at, ok = catalogue.Split(ref.URL); !ok || !ref.Remote {
		return Judgement{Verdict: Clean, Individualised: NotIndividual, Reasons: []string{whyLocal()}}
	}
	v.hit, v.known = j.Catalogue.MatchAddress(v.at)
	out := v.link
	if ref.Kind.Load() {
		out = v.load
	}
	return v.withLeak(out())
}

// withLeak looks for the recipient's address, which outweighs all other signs.
func (v *view) withLeak(out Judgement) Judgement {
	finder := v.facts.Leaks
	if finder == nil {
		finder = leak.New(v.facts.Recipient)
	}
	l, ok := finder.Find(v.ref.URL)
	if !ok || l.Weak {
		return out
	}
	out.Leak, out.Individualised = &l.Form, Individual
	out.Reasons = slices.Insert(out.Reasons, 0, l.Reason())
	out.Rules = append(out.Rules, "leak:"+l.Form)
	out.Token = &TokenInfo{Where: l.Where, Kind: "address", Length: l.End - l.Start}
	if out.Verdict == Exempt {
		return out
	}
	if out.Verdict == Clean {
		// The reason it was clean no longer holds.
		out.Reasons = out.Reasons[:1]
	}
	out.Verdict, out.Certainty = Tracker, Proven
	out.Purposes = v.purposes()
	return out
}

// purposes are those of the vendor; for somebody unknown, that of measuring.
func (v *view) purposes() []purpose.ID {
	if v.ref.Kind.Load() {
		if v.known {
			return v.hit.Vendor.Purposes
		}
		return []purpose.ID{purpose.Performance}
	}
	ids := []purpose.ID{purpose.Click}
	if !v.known {
		return ids
	}
	// To follow a link serves the vendor's wider ends too, but tells nothing
	// of openings.
	for _, id := range v.hit.Vendor.Purposes {
		if id == purpose.Profiling || id == purpose.Fraud || id == purpose.VendorOwn {
			ids = append(ids, id)
		}
	}
	return ids
}

// tracker returns a verdict against the reference.
func (v *view) tracker(c Certainty, t token, reason, rule string) Judgement {
	out := Judgement{Verdict: Tracker, Certainty: c, Individualised: Individual, Token: t.info(),
		Purposes: v.purposes(), Reasons: []string{reason}, Rules: []string{rule}}
	if v.known {
		out.Vendor = v.hit.Vendor.ID
	}
	return out
}

// suspected returns a verdict that leaves room for doubt.
func (v *view) suspected(c Certainty, t token, reason, rule string) Judgement {
	out := v.tracker(c, t, reason, rule)
	out.Verdict, out.Individualised = Suspected, Unknown
	return out
}

// clean returns a verdict for the reference.
func (v *view) clean(individual, reason string) Judgement {
	out := Judgement{Verdict: Clean, Individualised: individual, Reasons: []string{reason}}
	if v.known {
		out.Vendor, out.Rules = v.hit.Vendor.ID, []string{v.hit.Rule}
	}
	return out
}

// sure says whether the form of the address is known well.
func (v *view) sure() bool {
	return v.hit.Confidence == catalogue.High || v.hit.Confidence == catalogue.Medium
}
