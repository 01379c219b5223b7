package detect

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/signal"
)

// sealed is how long a value is that holds more than the name of a picture.
const sealed = 64

// picture judges a load that shows something. Names of stored pictures look like
// names of persons, so a token counts only where a picture has no reason to have
// one, or where the rest of the mail says whose it is.
func (v *view) picture() Judgement {
	p := v.take()
	for i := range p.Tokens {
		t := &p.Tokens[i]
		if rule, reasons, ok := v.tells(p, t); ok {
			out := v.suspected(Weak, t, rule, reasons...)
			out = v.backed(out, p, t)
			if len(out.Rules) > 1 && t.Strength == signal.Strong {
				out.Verdict, out.Certainty, out.Individualised = Tracker, Strong, Individual
			}
			return out
		}
	}
	switch {
	case len(p.Tokens) > 0:
		out := v.clean(Unknown, why("unclear"))
		out.Token = infoOf(v.telling())
		return out
	case strings.Contains(v.at.Rest, "?"):
		return v.clean(Unknown, why("plain"))
	}
	return v.clean(NotIndividual, why("plain"))
}

// tells says whether a token of a picture's address names a reader, by which rule
// and why.
func (v *view) tells(p *signal.Parts, t *signal.Token) (rule string, reasons []Reason, ok bool) {
	rule, reasons = "token:"+string(t.Where), []Reason{whyToken(t)}
	switch {
	case t.Kind == signal.Address:
		return rule, reasons, true
	case v.isReaders(t):
		return "token:number", reasons, true
	case t.Where == signal.Query:
		if t.Asked {
			return rule, append(reasons, why("person", t.Name)), v.tellsInQuery(p, t)
		}
		return rule, reasons, v.tellsInQuery(p, t)
	case t.Where == signal.Path && v.isReturned(p, t):
		return rule, append(reasons, why("returned")), true
	case t.Where == signal.Path:
		if t.Kind == signal.Number && t.Strength == signal.Faint {
			return "token:computed", append(reasons, why("computed")), p.Computed() && !p.Filed() && isWhole(t)
		}
		return rule, reasons, v.tellsInPath(p, t)
	case t.Where == signal.Host:
		return rule, reasons, t.Strength == signal.Strong && (v.facts.Mail.Loads(v.at.Host) < 2 || v.facts.Mail.Uses(t).Links > 0)
	case t.Where == signal.User:
		return rule, reasons, t.Strength >= signal.Fair
	}
	// A fragment does not reach a server.
	return "", nil, false
}

// isReaders says whether a number of a token is the reader's, because it stands in
// an invisible load too, or in many links. That of a folder is the mailing's.
func (v *view) isReaders(t *signal.Token) bool {
	if t.Kind == signal.Address || t.Where != signal.Query && (t.Where != signal.Path || !t.Last) {
		return false
	}
	uses, pieces := v.facts.Mail.Uses(t), v.facts.Mail.PieceUses(t)
	if t.Kind != signal.Number && pieces == (signal.Uses{}) || isMailings(t, uses) || pieces.Pictures > 1 {
		return false
	}
	return pieces.Pixels > 0 || pieces.Links >= manyLinks
}

// isWhole says whether a number is all of its segment, and not a short one.
func isWhole(t *signal.Token) bool {
	return len(t.Text) >= 7 && strings.Trim(t.Text, "0123456789") == ""
}

// tellsInQuery says whether a token in a query names a reader. What other
// pictures of the mail have another of at the same place names the picture,
// unless it is long enough to hold both.
func (v *view) tellsInQuery(p *signal.Parts, t *signal.Token) bool {
	links := v.facts.Mail.Uses(t).Links
	switch {
	case links > 0 && !t.Seal && (t.Strength == signal.Strong || t.Asked), links >= manyLinks && t.Strength == signal.Fair:
		return true
	case t.Seal && !v.facts.Mail.LikeLinks(p, t):
		return false
	case t.Name == "" && t.Kind == signal.Number:
		// The version of a file, as a rule.
		return t.Strength == signal.Strong && !p.Picture()
	case t.Asked:
		return true
	case !p.Picture() && isWhole(t) && v.facts.Mail.Delivered(t):
		// The number by which one unsubscribes, of what is worked out.
		return true
	case v.facts.Mail.Siblings(p, t) > 1 && len(t.Text) < sealed:
		return false
	}
	if t.Strength == signal.Strong {
		return true
	}
	// What is worked out for whoever asks, and of which nothing else is said.
	return !p.Picture() && (p.Counter || v.unsaid()) && (t.Strength == signal.Fair || t.Kind == signal.Number && isLong(t))
}

// isLong says whether a number is long enough for as many readers as there are.
func isLong(t *signal.Token) bool { return isWhole(t) && len(t.Text) >= 8 }

// tellsInPath says whether a token in a path names a reader.
func (v *view) tellsInPath(p *signal.Parts, t *signal.Token) bool {
	uses := v.facts.Mail.Uses(t)
	if t.Last && uses.Links > 0 && t.Strength >= signal.Fair {
		return true
	}
	counted := p.Counter && !p.Stored() && v.facts.Mail.Siblings(p, t) < 2
	switch {
	case v.looksUnseen(p, t), v.fromCounter(p, t), v.rewritten(t):
		return true
	case counted && t.Last && (p.Opener && t.Strength == signal.Strong || !p.Filed() && t.Strength == signal.Fair):
		return true
	case t.Strength == signal.Fair && t.Last && t.Dense && p.Extension == "":
		return !p.Stored() && v.facts.Mail.Siblings(p, t) < 2
	case p.Filed() || t.Strength < signal.Strong:
		return false
	case p.Extension == "" && strings.ToLower(p.File) != p.File && v.facts.Mail.LikeLinks(p, t) && !p.Stored():
		return true
	case p.Shelf && v.ref.Shape.Alt != "":
		// It stands in a folder of pictures, and something is said of what it shows.
		return uses.Links > 0
	}
	if !t.Last && p.NamedByPeople() {
		// A folder, or a file in a store that says how large it is wanted.
		return uses.Links > 0
	}
	if v.facts.Mail.LikeLinks(p, t) {
		return true
	}
	return !p.Stored() && v.facts.Mail.Siblings(p, t) < 2
}

// looksUnseen says whether a picture is of the form that invisible ones have whose
// size is not declared: a GIF, or the first or last load of the mail, that nothing
// is said of, by a name at random that is the only one of its kind.
func (v *view) looksUnseen(p *signal.Parts, t *signal.Token) bool {
	s := v.ref.Shape
	form := p.Extension == "gif" || !p.Shelf && v.facts.Mail.AtEdge(v.ref.URL)
	return v.ref.Vector == reference.ImgSrc && form && t.Last && t.Strength == signal.Strong && s.Width < 0 && s.Height < 0 && s.Alt == "" &&
		!p.Stored() && v.facts.Mail.Siblings(p, t) < 2
}

// isReturned says whether a token stands in one picture alone, in links, and in
// what the mail says of its own delivery.
func (v *view) isReturned(p *signal.Parts, t *signal.Token) bool {
	uses := v.facts.Mail.Uses(t)
	return t.Strength >= signal.Fair && uses.Links > 0 && uses.Pictures < 2 && !p.Stored() && v.facts.Mail.Delivered(t)
}

// fromCounter says whether a picture is the only load of a host that the mail's
// links lead by way of, by a name at random: counters store no pictures.
func (v *view) fromCounter(p *signal.Parts, t *signal.Token) bool {
	return t.Last && t.Strength == signal.Strong && !p.Stored() &&
		v.facts.Mail.Loads(v.at.Host) < 2 && v.facts.Mail.Ways(v.at.Host) >= manyLinks
}

// rewritten says whether a picture comes by way of what counts the links, under a
// name with a piece of theirs: some who count links rewrite pictures too.
func (v *view) rewritten(t *signal.Token) bool {
	return t.Last && v.facts.Mail.Ways(v.at.Host) >= manyLinks && v.facts.Mail.LinkPieces(t) > 0
}
