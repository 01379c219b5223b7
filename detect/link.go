package detect

import (
	"slices"

	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// link judges what a person may follow.
func (v *view) link() Judgement {
	if slices.Contains(v.facts.Choices, v.ref.URL) {
		return v.choice(whyChoiceHeader(), "choice:list-unsubscribe")
	}
	if v.known {
		switch v.hit.Kind {
		case catalogue.Unsubscribe, catalogue.Preference:
			return v.choice(whyChoiceVendor(v.hit.Vendor.Name), v.hit.Rule)
		case catalogue.Click, catalogue.Open, catalogue.View:
			return v.knownLink()
		}
	}
	t := find(v.at)
	out := v.clean(Unknown, whyPlainLink())
	if out.Token = t.info(); t.text == "" {
		out.Individualised = NotIndividual
	}
	return out
}

// knownLink judges an address of a form that a vendor uses for trackers.
func (v *view) knownLink() Judgement {
	t := placed(v.at, v.hit.Places)
	if v.sure() {
		return v.tracker(Strong, t, whyClick(v.hit.Vendor.Name), v.hit.Rule)
	}
	return v.suspected(Weak, t, whyMaybe(v.hit.Vendor.Name), v.hit.Rule)
}

// choice exempts a link by which the reader says what they want. It has to know
// who they are.
func (v *view) choice(reason, rule string) Judgement {
	t := find(v.at)
	out := Judgement{Verdict: Exempt, Certainty: Strong, Individualised: Unknown, Token: t.info(),
		Exemption: string(purpose.Choice), Reasons: []string{reason}, Rules: []string{rule}}
	if t.text != "" {
		out.Individualised = Individual
	}
	if v.known {
		out.Vendor = v.hit.Vendor.ID
	}
	return out
}
