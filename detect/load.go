package detect

import (
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// load judges what a mail program would fetch by itself.
func (v *view) load() Judgement {
	if v.known && v.hit.Kind != catalogue.Asset {
		return v.knownLoad()
	}
	if v.known && len(v.hit.Places) > 0 {
		if t := placed(v.at, v.hit.Places); t != nil {
			return v.tracker(Strong, t, v.hit.Rule, why("vendor-picture", v.hit.Vendor.Name))
		}
	}
	switch {
	case v.ref.Kind == reference.Resource:
		return v.resource()
	case v.stored():
		return v.fromStore()
	case v.ref.Kind == reference.Pixel && !isVariant(v.ref.Shape):
		return v.pixel(v.unseen())
	case tiny(v.ref.Shape):
		return v.pixel(why("tiny"))
	case v.unsaid() && v.counting():
		return v.pixel(why("opening"))
	}
	return v.picture()
}

// through judges a load by the address that it leads on to, if it holds one: to be
// counted by way of somebody else is to be counted.
func (v *view) through(out Judgement) Judgement {
	if out.Holds() || v.inner || v.take().Inner == "" {
		return out
	}
	next := view{judge: v.judge, ref: v.ref, facts: v.facts, inner: true}
	next.ref.URL = v.take().Inner
	var ok bool
	if next.at, ok = catalogue.Split(next.ref.URL); !ok {
		return out
	}
	next.hit, next.known = v.judge.Catalogue.MatchAddress(next.at)
	on := next.load()
	if !on.Holds() {
		return out
	}
	on.because(why("through", next.at.Host))
	on.Rules = append(on.Rules, "load:through")
	return on
}

// knownLoad judges an address of a form that a vendor uses for trackers.
func (v *view) knownLoad() Judgement {
	t := placed(v.at, v.hit.Places)
	if t == nil && v.namesNobody() || t != nil && v.isShort(t) {
		return v.clean(Unknown, why("vendor-nobody", v.hit.Vendor.Name))
	}
	if v.sure() {
		return v.tracker(Strong, t, v.hit.Rule, why("vendor-open", v.hit.Vendor.Name))
	}
	// Low confidence needs a second sign.
	if by := v.facts.sent.of(v.judge.Catalogue); by != nil && by.ID == v.hit.Vendor.ID {
		return v.tracker(Strong, t, v.hit.Rule, why("vendor-open", v.hit.Vendor.Name), why("mailer", by.Name))
	}
	if v.ref.Kind == reference.Pixel {
		return v.tracker(Strong, t, v.hit.Rule, why("vendor-open", v.hit.Vendor.Name), v.unseen())
	}
	if t == nil && v.telling() == nil {
		return v.clean(Unknown, why("plain"))
	}
	return v.suspected(Weak, t, v.hit.Rule, why("vendor-maybe", v.hit.Vendor.Name))
}

// minPlaced is how long a code in a path is that can name a reader: shorter ones
// number campaigns.
const minPlaced = 5

// isShort says whether all that an address of a vendor's form holds is a code too
// short for as many readers as there are.
func (v *view) isShort(t *signal.Token) bool {
	return t.Where == signal.Path && len(t.Text) < minPlaced && v.at.Query() == "" && v.telling() == nil
}

// namesNobody says whether an address of a vendor's form has none of the
// parameters by which the vendor knows people, nor another that could be one. What
// the path holds is the vendor's then.
func (v *view) namesNobody() bool {
	for _, place := range v.hit.Places {
		if place.Param == "" {
			return false
		}
	}
	p := v.take()
	for i := range p.Tokens {
		if t := &p.Tokens[i]; t.Where == signal.Query && (t.Strength >= signal.Fair || t.Asked) && !v.commonParameter(t) {
			return false
		}
	}
	return len(v.hit.Places) > 0
}

// telling returns the token of the address that tells most, nil if there is none.
func (v *view) telling() *signal.Token {
	var best *signal.Token
	p := v.take()
	for i := range p.Tokens {
		if t := &p.Tokens[i]; (best == nil || t.Strength > best.Strength) && !v.commonParameter(t) {
			best = t
		}
	}
	return best
}

// commonParameter says whether the catalogue knows that a parameter is the same
// for all recipients.
func (v *view) commonParameter(t *signal.Token) bool {
	if t.Where != signal.Query || t.Name == "" {
		return false
	}
	known, ok := v.judge.Catalogue.Param(t.Name, v.at.Host)
	return ok && known.Individual == catalogue.No
}

// pixel judges a load that shows nothing, or next to nothing: whatever could name
// somebody does, unless it is known to name something else.
func (v *view) pixel(reason Reason) Judgement {
	p := v.take()
	var best *signal.Token
	for i := range p.Tokens {
		t := &p.Tokens[i]
		if (best == nil || t.Strength > best.Strength) && !v.excusedPixel(p, t) {
			best = t
		}
	}
	switch {
	case best == nil:
		if n := v.facts.Repeats[v.ref.URL]; n > 1 && v.at.Query() == "" {
			return v.clean(NotIndividual, why("repeated", strconv.Itoa(n)))
		}
		if len(p.Tokens) > 0 {
			out := v.clean(Unknown, why("unclear"))
			out.Token = infoOf(&p.Tokens[0])
			return out
		}
		return v.clean(NotIndividual, why("same-for-all"))
	case best.Strength == signal.Strong:
		out := v.tracker(Strong, best, "shape:pixel", reason, whyToken(best))
		out.Rules = append(out.Rules, "token:"+string(best.Where))
		return v.backed(out, p, best)
	}
	out := v.suspected(Strong, best, "shape:pixel", reason, whyToken(best))
	out.Rules = append(out.Rules, "token:"+string(best.Where))
	return v.backed(out, p, best)
}

// excusedPixel says whether a token of an invisible load is known to name
// something else than a reader.
func (v *view) excusedPixel(p *signal.Parts, t *signal.Token) bool {
	uses := v.facts.Mail.Uses(t)
	switch {
	case isMailings(t, uses):
		return true
	case t.Kind == signal.Number && t.Where == signal.Query && !t.Asked && !p.Counting && len(t.Text) < minCounted:
		return true
	case uses.Links > 0 || t.Asked:
		return false
	case t.Strength == signal.Faint && !p.Counter && t.Kind == signal.Number && (t.Where != signal.Path || p.Picture()) && signal.HasWord(t.Text):
		// A number in a name that people gave: "image-1095548.gif".
		return true
	case t.Where == signal.Path && !t.Last && p.Picture() && p.Shelf && t.Kind == signal.Number:
		// The account's folder in a store of pictures.
		return true
	case t.Where == signal.Path && !t.Last && p.Picture() && p.NamedByPeople() && uses.Pictures+uses.Pixels > 1:
		// A folder of which other pictures come too.
		return true
	case t.Where == signal.Query && t.Strength == signal.Strong:
		return v.facts.Mail.Siblings(p, t) > 1
	case t.Where == signal.Path && t.Last && p.Picture():
		// One of the mail's pictures, hidden. Among others than its sort it has to
		// lie where pictures are put.
		return v.facts.Mail.Alike(p, t) > 0 || p.Shelf && v.facts.Mail.Siblings(p, t) > 0
	}
	return false
}

// minCounted is how many digits of a number in a query could be a reader's, if
// neither its name nor the path says so.
const minCounted = 6

// isMailings says whether a number is the mailing's, because folders of its
// pictures have it, which are the same for all.
func isMailings(t *signal.Token, uses signal.Uses) bool {
	return t.Kind == signal.Number && uses.Pictures > 1
}

// backed adds what else of the mail speaks for a token's being a person's.
func (v *view) backed(out Judgement, p *signal.Parts, t *signal.Token) Judgement {
	uses := v.facts.Mail.Uses(t)
	switch {
	case uses.Links > 0 && v.ref.Kind.Load():
		out.because(why("in-links", strconv.Itoa(uses.Links)))
		out.Rules = append(out.Rules, "mail:in-links")
	case uses.Pixels > 0 && !v.ref.Kind.Load():
		out.because(why("in-pixel"))
		out.Rules = append(out.Rules, "mail:in-pixel")
	case v.ref.Kind.Load() && v.facts.Mail.LikeLinks(p, t):
		out.because(why("like-links"))
		out.Rules = append(out.Rules, "mail:like-links")
	}
	return out
}

// unseen says why nobody sees a load.
func (v *view) unseen() Reason {
	if v.ref.Shape.OffScreen() {
		return why("off-screen")
	}
	return why("invisible")
}

// isVariant says whether what is hidden has a size to be seen at: mails hold a
// picture for large screens and one for small ones, and hide one of them.
// None moves one away.
func isVariant(s reference.Shape) bool { return max(s.Width, s.Height) > tinyArea && !s.OffScreen() }

// unsaid says whether nothing is said of a picture: no size, no text for it.
func (v *view) unsaid() bool {
	s := v.ref.Shape
	return v.ref.Vector == reference.ImgSrc && s.Width < 0 && s.Height < 0 && s.Alt == ""
}

// counting says whether the path of an address says that it counts.
func (v *view) counting() bool {
	p := v.take()
	return p.Opener || p.Counting && !p.Filed()
}

// stored says whether the address is of a picture store of a vendor, by its host
// and not by its form alone.
func (v *view) stored() bool {
	if !v.known || v.hit.Kind != catalogue.Asset || v.hit.Confidence == catalogue.HostOnly {
		return false
	}
	if v.ref.Kind == reference.Pixel && v.at.Query() != "" {
		return false
	}
	return !v.hit.Generic || v.take().Picture()
}

// fromStore judges what lies in a store: only what names a person tells.
func (v *view) fromStore() Judgement {
	if t := v.asked(); t != nil {
		return v.suspected(Weak, t, "token:"+string(t.Where), whyToken(t), why("person", t.Name))
	}
	p := v.take()
	for i := range p.Tokens {
		if t := &p.Tokens[i]; t.Where == signal.Query && t.Strength == signal.Strong && v.tellsInQuery(p, t) {
			return v.suspected(Weak, t, "token:query", whyToken(t))
		}
	}
	if strings.Contains(v.at.Rest, "?") {
		return v.clean(Unknown, why("vendor-store", v.hit.Vendor.Name))
	}
	return v.clean(NotIndividual, why("vendor-store", v.hit.Vendor.Name))
}

// asked returns a token in a parameter that is named after people, or somebody's
// address; nil if there is none.
func (v *view) asked() *signal.Token {
	p := v.take()
	for i := range p.Tokens {
		if t := &p.Tokens[i]; t.Kind == signal.Address || t.Asked && t.Where == signal.Query {
			return t
		}
	}
	return nil
}

// resource judges what is never asked for anyway: fonts and the like. They have
// long random names, so only a query tells.
func (v *view) resource() Judgement {
	t := v.telling()
	switch {
	case t == nil && !strings.Contains(v.at.Rest, "?"):
		return v.clean(NotIndividual, why("plain"))
	case t == nil:
		return v.clean(Unknown, why("plain"))
	case t.Where == signal.Query && !t.Seal && (t.Strength == signal.Strong || t.Asked && t.Strength == signal.Fair):
		return v.suspected(Weak, t, "token:query", whyToken(t))
	}
	out := v.clean(Unknown, why("unclear"))
	out.Token = infoOf(t)
	return out
}

// What a picture of next to nothing measures: sides up to tinySide where one is
// declared alone, else an area up to tinyArea.
const tinySide, tinyArea = 3, 36

// tiny says whether a picture is declared so small that it shows next to
// nothing. A side that is not declared follows the other; what has no side at
// all is a pixel already.
func tiny(s reference.Shape) bool {
	if s.Width > 0 && s.Height > 0 {
		return s.Width*s.Height <= tinyArea
	}
	return max(s.Width, s.Height) <= tinySide && max(s.Width, s.Height) > 0
}
