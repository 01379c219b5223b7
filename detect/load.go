package detect

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// load judges what a mail program would fetch by itself.
func (v *view) load() Judgement {
	if v.known && v.hit.Kind != catalogue.Asset {
		return v.knownLoad()
	}
	if v.known && len(v.hit.Places) > 0 {
		if t := placed(v.at, v.hit.Places); t.text != "" {
			return v.tracker(Strong, t, whyPersonalPicture(v.hit.Vendor.Name), v.hit.Rule)
		}
	}
	if v.ref.Kind == reference.Pixel {
		return v.pixel()
	}
	return v.picture()
}

// knownLoad judges an address of a form that a vendor uses for trackers.
func (v *view) knownLoad() Judgement {
	t := placed(v.at, v.hit.Places)
	if v.sure() {
		return v.tracker(Strong, t, whyOpen(v.hit.Vendor.Name), v.hit.Rule)
	}
	// Low confidence needs a second sign.
	if v.ref.Kind == reference.Pixel {
		out := v.tracker(Strong, t, whyOpen(v.hit.Vendor.Name), v.hit.Rule)
		out.Reasons = append(out.Reasons, whyInvisible())
		return out
	}
	return v.suspected(Weak, t, whyMaybe(v.hit.Vendor.Name), v.hit.Rule)
}

// pixel judges a load that shows nothing.
func (v *view) pixel() Judgement {
	t := doubt(v.at)
	if t.text != "" {
		return v.unseen(t, whyInvisible())
	}
	// A spacer stands wherever room is needed. That is no excuse for an address
	// in which anything could be a name.
	if n := v.facts.Repeats[v.ref.URL]; n > 1 && v.at.Query() == "" {
		return v.clean(NotIndividual, whyRepeated(n))
	}
	return v.suspected(Weak, t, whyInvisible(), "shape:pixel")
}

// unseen judges a load with a token that shows nothing, or next to nothing.
func (v *view) unseen(t token, reason string) Judgement {
	out := v.suspected(Strong, t, reason, "shape:pixel")
	if t.strong && !(t.where == "path" && filed(v.at.Path(), t.text)) {
		out = v.tracker(Strong, t, reason, "shape:pixel")
	}
	out.Reasons = append(out.Reasons, whyToken(t))
	out.Rules = append(out.Rules, "token:"+t.where)
	return out
}

// picture judges a load that shows something. It is held as soon as one
// recipient could be told from another by its address, except where a vendor's
// picture store is known to give everybody the same.
func (v *view) picture() Judgement {
	if v.ref.Kind == reference.Resource || v.stored() {
		return v.content()
	}
	t := doubt(v.at)
	switch {
	case t.text != "" && tiny(v.ref.Shape):
		return v.unseen(t, whyTiny())
	case t.text != "":
		return v.suspected(Weak, t, whyToken(t), "token:"+t.where)
	case strings.Contains(v.at.Rest, "?"):
		return v.clean(Unknown, whyPlain())
	}
	return v.clean(NotIndividual, whyPlain())
}

// stored says whether the address is of a picture store of a vendor, by its host
// and not by its form alone.
func (v *view) stored() bool {
	return v.known && v.hit.Kind == catalogue.Asset && !v.hit.Generic && v.hit.Confidence == catalogue.High
}

// content judges what lies in a store, and what is never asked for anyway: fonts
// and the like. They have long random names, so only a query tells.
func (v *view) content() Judgement {
	t := find(v.at)
	switch {
	case t.text == "" && !strings.Contains(v.at.Rest, "?"):
		return v.clean(NotIndividual, whyPlain())
	case t.text == "":
		return v.clean(Unknown, whyPlain())
	case t.where == "query" && t.strong:
		return v.suspected(Weak, t, whyToken(t), "token:query")
	}
	out := v.clean(Unknown, whyUnclear())
	out.Token = t.info()
	return out
}

// tinySide is the side in pixels up to which a picture shows next to nothing.
const tinySide = 3

// tiny says whether a picture is declared so small that it shows next to
// nothing. A side that is not declared follows the other; what has no side at
// all is a pixel already.
func tiny(s reference.Shape) bool {
	small := func(side, other int) bool { return 0 < side && side <= tinySide || side < 0 && other > 0 }
	return small(s.Width, s.Height) && small(s.Height, s.Width)
}

// filed says whether a token names a folder in which a picture with a name of
// its own lies: "/lib/fe95157070660d7e73/m/1/spacer.gif". Such stores have a
// folder for each customer, not for each recipient.
func filed(path, token string) bool {
	slash := strings.LastIndexByte(path, '/')
	name, ext, ok := strings.Cut(path[slash+1:], ".")
	if !ok || len(name) < 4 || strings.Contains(name, token) {
		return false
	}
	switch strings.ToLower(ext) {
	case "gif", "png", "jpg", "jpeg", "webp":
	default:
		return false
	}
	kind, _ := classify(name)
	return kind == ""
}
