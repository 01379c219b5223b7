package detect

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// link judges what a person may follow, and says what its text has to do with it.
func (v *view) link() Judgement { return v.told(v.follow()) }

// follow judges what a person may follow.
func (v *view) follow() Judgement {
	if out, ok := v.exempt(); ok {
		return out
	}
	if v.known {
		switch v.hit.Kind {
		case catalogue.Unsubscribe, catalogue.Preference:
			return v.exempted(purpose.Choice, v.hit.Rule, why("vendor-choice", v.hit.Vendor.Name))
		case catalogue.Click, catalogue.Open, catalogue.View:
			return v.knownLink()
		}
	}
	return v.plainLink()
}

// exempt says whether a link is for a choice or an authentication, by header or
// words.
func (v *view) exempt() (Judgement, bool) {
	words := v.facts.Words
	if words.Text == "" {
		words.Text = v.ref.Text
	}
	e, ok := v.judge.words().Match(exempt.Link{Words: words, URL: v.ref.URL, Listed: v.facts.listed(v.ref.URL)})
	if !ok {
		return Judgement{}, false
	}
	return v.exempted(e.Class, e.Rule, whyExempt(e)), true
}

// knownLink judges an address of a form that a vendor uses for trackers.
func (v *view) knownLink() Judgement {
	t := placed(v.at, v.hit.Places)
	switch {
	case v.hit.Vendor.Role == "url-shortener":
		out := v.clean(Unknown, why("shortener", v.hit.Vendor.Name))
		out.Token = infoOf(t)
		return out
	case t == nil && len(v.hit.Places) > 0 && v.at.Query() == "" && v.telling() == nil:
		// The form without anything in it.
		return v.clean(Unknown, why("plain-link"))
	case v.sure():
		return v.tracker(Strong, t, v.hit.Rule, why("vendor-click", v.hit.Vendor.Name))
	case t == nil && v.telling() == nil:
		return v.clean(Unknown, why("plain-link"))
	}
	return v.suspected(Weak, t, v.hit.Rule, why("vendor-maybe", v.hit.Vendor.Name))
}

// exempted leaves a link alone by which the reader says what they want, or who
// they are. It has to know them.
func (v *view) exempted(class purpose.ID, rule string, reason Reason) Judgement {
	t := v.telling()
	out := Judgement{Verdict: Exempt, Certainty: Strong, Individualised: Unknown, Token: infoOf(t),
		Exemption: string(class), Rules: []string{rule}}
	out.because(reason)
	if t != nil {
		out.Individualised = Individual
	}
	if v.known {
		out.Vendor = v.hit.Vendor.ID
	}
	return out
}

// plainLink judges a link of which no form is known.
func (v *view) plainLink() Judgement {
	p := v.take()
	for i := range p.Tokens {
		t := &p.Tokens[i]
		reason, ok := v.follows(p, t)
		if !ok || v.commonParameter(t) {
			continue
		}
		out := v.suspected(Weak, t, "token:"+string(t.Where), whyToken(t))
		out.because(reason...)
		out = v.backed(out, p, t)
		if t.Strength == signal.Strong {
			out.Verdict, out.Certainty, out.Individualised = Tracker, Strong, Individual
		}
		return out
	}
	if out, ok := v.knownParameter(); ok {
		return out
	}
	if len(p.Tokens) == 0 {
		return v.clean(NotIndividual, why("plain-link"))
	}
	out := v.clean(Unknown, why("thing"))
	out.Token = infoOf(v.telling())
	return out
}

// knownParameter judges a link by parameters that are known to name people.
func (v *view) knownParameter() (Judgement, bool) {
	if !strings.Contains(v.at.Rest, "?") {
		return Judgement{}, false
	}
	for pair := range strings.SplitSeq(v.at.Query(), "&") {
		name, value, _ := strings.Cut(pair, "=")
		if len(value) < 4 || strings.Trim(value, "0") == "" {
			continue
		}
		known, ok := v.judge.Catalogue.Param(name, v.at.Host)
		if !ok || known.Individual != catalogue.Yes {
			continue
		}
		t := signal.Token{Where: signal.Query, Name: name, Text: value, Kind: signal.Random}
		return v.suspected(Strong, &t, known.Rule, why("known-parameter", name, known.Carries)), true
	}
	return Judgement{}, false
}

// manyLinks is in how many links of a mail a token stands that is no name of what
// one of them leads to.
const manyLinks = 3

// manyRandom is how many characters at random several segments have together that
// name somebody.
const manyRandom = 24

// follows says whether a token of a link names a reader.
func (v *view) follows(p *signal.Parts, t *signal.Token) ([]Reason, bool) {
	uses := v.facts.Mail.Uses(t)
	switch {
	case isMailings(t, uses):
		return nil, false
	case uses.Pixels > 0 && t.Strength >= signal.Fair && t.Where != signal.Host:
		return nil, true
	case t.Asked && t.Where != signal.User && (t.Strength >= signal.Fair || t.Kind == signal.Number && len(t.Text) >= 4):
		return []Reason{why("person", t.Name)}, true
	case p.Things() && (t.Where == signal.Path || t.Content || v.thirdParty() && uses.Links < 2):
		return nil, false
	case v.isReader(p, t):
		return nil, true
	case v.isShown(t):
		return []Reason{why("shown")}, true
	case v.isReturned(p, t):
		return []Reason{why("returned")}, true
	case t.Kind == signal.Number:
		return nil, v.isParcel(t)
	case t.Where == signal.User:
		return nil, t.Strength >= signal.Fair
	case p.Counter && !p.Filed() && isCode(t) && (t.Where != signal.Query || t.Dense || t.Kind == signal.Hex):
		return []Reason{why("counter")}, true
	case t.Strength == signal.Faint:
		return nil, false
	case t.Where == signal.Query:
		return v.followsInQuery(p, t)
	case t.Where == signal.Path:
		return nil, v.followsInPath(p, t)
	case t.Where == signal.Fragment:
		return nil, t.Strength == signal.Strong && !strings.HasPrefix(t.Text, ":~:")
	}
	return nil, t.Strength == signal.Strong
}

// followsInQuery says whether a token of a link's query names a reader. Where the
// address leads on, a name that stands in two links is none of where they lead.
func (v *view) followsInQuery(p *signal.Parts, t *signal.Token) ([]Reason, bool) {
	links := v.facts.Mail.Uses(t).Links
	switch {
	case t.Strength == signal.Strong:
		return nil, true
	case p.Nested:
		return []Reason{why("redirect")}, links > 1
	}
	return nil, links >= manyLinks
}

// followsInPath says whether a token of a link's path names a reader. Files,
// articles and goods have names like those of readers.
func (v *view) followsInPath(p *signal.Parts, t *signal.Token) bool {
	switch {
	case p.Filed() || p.Stored() && !p.Counter:
		return false
	case t.Strength == signal.Fair && p.Extension == "" && !p.Slug && !isFolder(p, t) && (t.Kind == signal.Random && t.Random > minCode || t.Last && t.Dense):
		// A short code, and no title beside it.
		return true
	case t.Strength < signal.Strong && p.Random < manyRandom:
		return p.Nested && v.facts.Mail.Uses(t).Links > 1
	}
	return !p.Slug || p.Nested || p.Counter || t.Kind == signal.Random && t.Random >= manyRandom
}

// minCode is how many letters and digits a code has that hardly is the name of a
// thing with a number in it: "mov2jdev".
const minCode = 8

// isFolder says whether a token is the last folder of a path, or somebody's home:
// things have such names as codes have.
func isFolder(p *signal.Parts, t *signal.Token) bool {
	return t.Segment == p.Segments-1 && p.File == "" || strings.HasPrefix(t.Text, "~")
}

// isReader says whether a number of a token names the reader, because it stands in
// an invisible load too, or in many links that differ otherwise.
func (v *view) isReader(p *signal.Parts, t *signal.Token) bool {
	if t.Where != signal.Path && t.Where != signal.Query {
		return false
	}
	uses := v.facts.Mail.PieceUses(t)
	return (uses.Pixels > 0 || uses.Links >= manyLinks) && (p.Counter || p.Nested)
}

// isCode says whether a token is a short code at random, as counters have it.
func isCode(t *signal.Token) bool {
	return t.Strength == signal.Fair || t.Strength == signal.Faint && t.Kind != signal.Number && len(t.Text) >= 6 && !signal.HasWord(t.Text)
}

// minParcel and minOrder are how long a number in a path or a query is by which a
// sender names what is one reader's: a parcel, an order. Articles have shorter
// ones.
const minParcel, minOrder = 11, 9

// isParcel says whether a number names what is one reader's, on a host of the
// sender's own.
func (v *view) isParcel(t *signal.Token) bool {
	long := t.Where == signal.Path && len(t.Text) >= minParcel || t.Where == signal.Query && !t.Content && len(t.Text) >= minOrder
	return long && isWhole(t) && !v.thirdParty()
}

// isShown says whether a link shows the token and nothing else: the number of a
// parcel or an order, which a sender tells its reader by.
func (v *view) isShown(t *signal.Token) bool {
	return len(t.Text) >= minOrder && t.Kind == signal.Number && strings.TrimSpace(v.ref.Text) == t.Text
}
