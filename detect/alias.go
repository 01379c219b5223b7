package detect

import (
	"cmp"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// An Alias says that a host name is another name of somebody else's host.
type Alias struct {
	// Target is the name that it leads to.
	Target string
	// Date is the day on which that was asked, "2026-03-31".
	Date string
}

// aliased returns the vendor behind the name of an address's host, as far as it was
// asked and the catalogue knows it. From then on its forms are known.
func (v *view) aliased() (Alias, catalogue.Naming, bool) {
	if v.judge.Aliases == nil || v.known && v.hit.Kind != catalogue.Asset {
		return Alias{}, catalogue.Naming{}, false
	}
	a, ok := v.judge.Aliases(v.at.Host)
	if !ok {
		return Alias{}, catalogue.Naming{}, false
	}
	naming, ok := v.judge.Catalogue.CNAME(a.Target)
	if !ok {
		return a, naming, false
	}
	// The vendor's forms hold there as on its own host.
	at := v.at
	at.Host = a.Target
	if hit, known := v.judge.Catalogue.MatchAddress(at); known && hit.Vendor.ID == naming.Vendor.ID {
		v.hit, v.known = hit, true
	}
	return a, naming, true
}

// behind is a verdict with what is known of who is behind the host's name. A host of a
// tracker's serves pictures that are the same for everybody, too: it only counts
// where something in the address could name somebody.
func (v *view) behind(out Judgement, a Alias, naming catalogue.Naming) Judgement {
	t := v.telling()
	if out.Vendor == "" {
		out.Vendor = naming.Vendor.ID
	}
	if out.Verdict == Exempt || !out.Holds() && (t == nil || t.Strength < signal.Fair || v.shows()) {
		return out
	}
	was := out
	v.hit, v.known = catalogue.Hit{Vendor: naming.Vendor, Rule: naming.Rule}, true
	reason := why("alias", a.Target, naming.Vendor.Name, a.Date)
	if !was.Holds() {
		return v.tracker(Strong, t, naming.Rule, reason)
	}
	out = v.tracker(cmp.Or(proven(was), Strong), t, naming.Rule, reason)
	if out.Token == nil {
		out.Token = was.Token
	}
	out.Reasons, out.Because = append(out.Reasons, was.Reasons...), append(out.Because, was.Because...)
	out.Rules = append(out.Rules, was.Rules...)
	return out
}

// shows says whether a load shows something.
func (v *view) shows() bool { return v.ref.Kind.Load() && v.ref.Kind != reference.Pixel }

// proven is the certainty of what is proven, "" of what is not.
func proven(j Judgement) Certainty {
	if j.Certainty == Proven {
		return Proven
	}
	return ""
}
