package detect

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// own returns what the reader's own rules say, and false if they say nothing. What
// the reader wrote outranks everything else; what a list says is told only of
// what the catalogue does not know.
func (v *view) own() (Judgement, bool) {
	if !v.judge.Catalogue.HasOwn() {
		return Judgement{}, false
	}
	o, ok := v.judge.Catalogue.Own(v.ref.URL, v.thirdParty(), useOf(v.ref))
	if !ok {
		return Judgement{}, false
	}
	if o.Listed {
		if hit, known := v.judge.Catalogue.MatchAddress(v.at); known && hit.Kind != catalogue.Asset {
			return Judgement{}, false
		}
		if v.ref.Kind == reference.Link {
			if out, exempt := v.exempt(); exempt {
				return out, true
			}
		}
	}
	if !o.Block {
		out := v.clean(Unknown, why("own", o.Reason))
		out.Rules = append(out.Rules, o.Rule)
		return out, true
	}
	// What the rule does not say, the catalogue may know.
	if v.hit, v.known = v.judge.Catalogue.MatchAddress(v.at); o.Vendor != nil {
		v.hit, v.known = catalogue.Hit{Vendor: o.Vendor}, true
	}
	out := v.tracker(Strong, nil, o.Rule, why("own", o.Reason))
	if len(o.Purposes) > 0 {
		out.Purposes, out.Basis = append([]purpose.ID(nil), o.Purposes...), Documented
	}
	return v.withLeak(out), true
}

// useOf returns what a mail would do with a reference.
func useOf(r reference.Reference) catalogue.Use {
	name := string(r.Vector)
	switch {
	case r.Kind == reference.Link:
		return catalogue.UseLink
	case r.Kind == reference.Pixel, r.Kind == reference.Image:
		return catalogue.UseImage
	case strings.Contains(name, "font"):
		return catalogue.UseFont
	case strings.Contains(name, "frame"):
		return catalogue.UseFrame
	case strings.HasPrefix(name, "link"), strings.Contains(name, "@import"):
		return catalogue.UseStyle
	case strings.HasPrefix(name, "video"), strings.HasPrefix(name, "audio"), strings.HasPrefix(name, "track"):
		return catalogue.UseMedia
	}
	return catalogue.UseOther
}
