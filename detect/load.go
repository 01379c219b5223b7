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
	t := find(v.at)
	if t.text == "" {
		if n := v.facts.Repeats[v.ref.URL]; n > 1 && v.at.Query() == "" {
			return v.clean(NotIndividual, whyRepeated(n))
		}
		return v.suspected(Weak, t, whyInvisible(), "shape:pixel")
	}
	// A spacer's name may hold a number; it stands wherever room is needed.
	if n := v.facts.Repeats[v.ref.URL]; n > 1 && !t.strong && v.at.Query() == "" {
		return v.clean(NotIndividual, whyRepeated(n))
	}
	out := v.suspected(Strong, t, whyInvisible(), "shape:pixel")
	if t.strong && !(t.where == "path" && filed(v.at.Path(), t.text)) {
		out = v.tracker(Strong, t, whyInvisible(), "shape:pixel")
	}
	out.Reasons = append(out.Reasons, whyToken(t))
	out.Rules = append(out.Rules, "token:"+t.where)
	return out
}

// picture judges a load that shows something. Content stores name pictures by
// long random texts too, so only a query that goes with the picture counts.
func (v *view) picture() Judgement {
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
