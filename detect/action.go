package detect

import (
	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A LinkPlan says what becomes of a link at level standard while nothing is
// granted. A link that must not break never breaks: in doubt it is left.
type LinkPlan struct {
	// Action is ActionUnwrap, ActionGate or ActionLeave.
	Action string
	// Destination is where the link leads, as far as it is known without asking
	// anybody: with ActionUnwrap what the link becomes, with ActionGate what its
	// page may show. "" if it is not known.
	Destination string
	// Removed are the names of parameters that Destination lacks.
	Removed []string
	// Rule names what the destination was read by, "" if it was not.
	Rule string
}

// Link says what becomes of a link with a verdict, in a mail with facts of which
// Words and Authentication matter here. The verdict is that of [Judge.Judge] for
// the same reference and facts.
func (j *Judge) Link(ref reference.Reference, verdict Judgement, f Facts) LinkPlan {
	leave := LinkPlan{Action: ActionLeave}
	if ref.Kind != reference.Link || !verdict.Holds() || f.Beside {
		// Plain, exempt and merely campaign-tagged links are left.
		return leave
	}
	if to, ok := j.destination(ref, f); ok {
		return to
	}
	text := f.Words.Text
	if text == "" {
		text = ref.Text
	}
	if verdict.Verdict != Tracker || f.Authentication || showsAddress(text) {
		return leave
	}
	return LinkPlan{Action: ActionGate}
}

// destination returns the plan of a link of which it is known where it leads.
func (j *Judge) destination(ref reference.Reference, f Facts) (LinkPlan, bool) {
	to, rule, ok := j.Catalogue.Unwrap(ref.URL)
	if !ok {
		to = ref.URL
	}
	clean, removed := j.Catalogue.Strip(to)
	if clean == ref.URL {
		return LinkPlan{}, false
	}
	// What is left is judged again: it may be for a choice, and then nothing is
	// touched; it may still name the reader, and then it is no destination.
	next := ref
	next.URL = clean
	switch again := j.Judge(next, f); again.Verdict {
	case Clean:
		return LinkPlan{Action: ActionUnwrap, Destination: clean, Removed: removed, Rule: rule}, true
	case Exempt:
		return LinkPlan{Action: ActionLeave}, true
	}
	if ok && !f.Authentication && !showsAddress(f.Words.Text) {
		return LinkPlan{Action: ActionGate, Destination: clean, Removed: removed, Rule: rule}, true
	}
	return LinkPlan{Action: ActionLeave}, true
}

// reach is how many links on either side of a choice are left with it.
const reach = 2

// Beside says of each link of a text, in order, whether one of those next to it is
// for a choice: choices stand together, and one of them in words that are not
// known must not break. What is no link has to be left out before.
func Beside(links []Judgement) []bool {
	out := make([]bool, len(links))
	for i := range links {
		if links[i].Exemption != string(purpose.Choice) {
			continue
		}
		for k := max(0, i-reach); k < min(len(links), i+reach+1); k++ {
			out[k] = true
		}
	}
	return out
}

// fewLinks is how many links a mail has at most that is written for a login.
const fewLinks = 10

// Authenticating says whether a mail is there for a login or a confirmation: its
// subject says so, or one of its few links does. A newsletter that has such a link
// among many others is none.
func (j *Judge) Authenticating(subject string, words []exempt.Words, refs []reference.Reference) bool {
	m := j.words()
	if e, ok := m.Match(exempt.Link{Words: exempt.Words{Text: subject}}); ok && e.Class == purpose.Authentication {
		return true
	}
	links := 0
	for i := range refs {
		if refs[i].Kind == reference.Link && refs[i].Remote {
			links++
		}
	}
	if links > fewLinks {
		return false
	}
	for i := range refs {
		if refs[i].Kind != reference.Link || !refs[i].Remote {
			continue
		}
		link := exempt.Link{Words: exempt.Words{Text: refs[i].Text}, URL: refs[i].URL}
		if i < len(words) && words[i].Text != "" {
			link.Words = words[i]
		}
		if e, ok := m.Match(link); ok && e.Class == purpose.Authentication {
			return true
		}
	}
	return false
}

// Links says what becomes of each reference of a text of HTML, in order; of what is
// no link, ActionLeave. Words are what stands at each, see [exempt.Texts], and f the
// facts of the mail.
func (j *Judge) Links(refs []reference.Reference, words []exempt.Words, f Facts) []LinkPlan {
	out := make([]LinkPlan, len(refs))
	judged := make([]Judgement, 0, len(refs))
	at := make([]int, 0, len(refs))
	for i := range refs {
		out[i].Action = ActionLeave
		if refs[i].Kind == reference.Link {
			f.Words = words[i]
			judged, at = append(judged, j.Judge(refs[i], f)), append(at, i)
		}
	}
	beside := Beside(judged)
	for n, i := range at {
		f.Words, f.Beside = words[i], beside[n]
		out[i] = j.Link(refs[i], judged[n], f)
	}
	return out
}
