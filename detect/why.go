package detect

import (
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/signal"
)

// A Reason is one sign as data, so that faces can say it in any language. The
// sentence beside it in Judgement.Reasons is its English.
type Reason struct {
	// Code names the sign; it does not change: "invisible".
	Code string
	// Args are what the sentence names, in its order: a vendor, a place, a number.
	Args []string
}

// sentences are the English of each code; "{0}" is the first argument. They stand
// together so that they can be translated together.
var sentences = map[string]string{
	"receipt":         "The mail asks your mail program to tell the sender that you have read it.",
	"local":           "Nothing is asked of another machine.",
	"vendor-open":     "It has the form that {0} uses to learn that a mail was opened.",
	"vendor-click":    "It has the form that {0} uses to learn who followed a link.",
	"vendor-picture":  "It is a picture that {0} gives each recipient an address of their own for.",
	"vendor-maybe":    "It leads to a server of {0}; the form of the address is not known well.",
	"vendor-nobody":   "It has a form that {0} uses, without what {0} tells readers apart by.",
	"vendor-choice":   "It has the form that {0} uses for unsubscribing and preferences.",
	"vendor-store":    "It lies in a store of {0} that gives everybody the same.",
	"shortener":       "It is a short address of {0}; nothing in the mail says that it was made for you alone.",
	"leak":            "{0}",
	"own":             "{0}",
	"invisible":       "There is nothing to see, so it is loaded for another end.",
	"off-screen":      "It is moved away from where anybody looks, so it is loaded for another end.",
	"tiny":            "There is next to nothing to see, so it is probably loaded for another end.",
	"opening":         "Nothing is said of what it shows, and its address says that it counts openings.",
	"token":           "Its {0} holds {1} characters that look like a name for you or for this one mail.",
	"address":         "Its {0} holds somebody's e-mail address.",
	"person":          "Its parameter \"{0}\" is named after the one who reads.",
	"computed":        "Its host works out what it answers, and the address has a number for each answer.",
	"in-links":        "The same name stands in {0} links of this mail, so it is yours or this mail's.",
	"in-pixel":        "The same name stands in an invisible load of this mail, so it is yours or this mail's.",
	"like-links":      "The links of this mail have names of the same form at the same place.",
	"returned":        "The same name stands in what the mail says of its own delivery: where bounces go, or how to unsubscribe.",
	"shown":           "The link shows it, so it is the number of something that is yours: a parcel, an order.",
	"mailer":          "The mail's header says that it was sent by way of {0}.",
	"counter":         "It has the form of an address that counts who follows it.",
	"through":         "It leads on to {0}.",
	"redirect":        "It leads to another address by way of a counter.",
	"known-parameter": "Its parameter \"{0}\" is known to carry {1}.",
	"repeated":        "The same address stands {0} times in this mail and tells nothing of its own, so it is a spacer.",
	"same-for-all":    "Nothing to see, and nothing in the address that could tell one reader from another.",
	"plain":           "Nothing in the address looks different from recipient to recipient.",
	"stored":          "Part of the address looks like a name, but of a stored picture: {0}.",
	"unclear":         "Part of the address could differ between recipients, but pictures often have such names.",
	"plain-link":      "Nothing in the address looks different from recipient to recipient.",
	"thing":           "Part of the address looks like a name, but of what it leads to.",
	"alias":           "Its host is another name of {0}, which {1} runs; that was asked on {2}.",
	"twin-own":        "In a mailing of this sender, of {0}, addresses of this form differed between {1} recipients.",
	"twin-same":       "In a mailing of this sender, of {0}, {1} recipients got the same addresses of this form.",
	"history-reader":  "Its {0} holds what stayed the same in {1} mails of this sender and is another one for each of {2} of your addresses: it names you.",
	"history-stays":   "Its {0} holds what stayed the same in {1} mails of this sender while the rest of the address changed: it may name you.",
	"shows-other":     "Its text shows {0}, but it leads to {1}.",
	"choice-header":   "The mail's header names this link for unsubscribing.",
	"choice-words":    "The words \"{0}\" say that it is for a choice of yours.",
	"login-words":     "The words \"{0}\" say that it is for a login or a confirmation.",
}

// English returns the sentence of a reason, its code if there is none.
func (r Reason) English() string {
	s, ok := sentences[r.Code]
	if !ok {
		return r.Code
	}
	if len(r.Args) == 0 {
		return s
	}
	var out strings.Builder
	for {
		i := strings.IndexByte(s, '{')
		if i < 0 || i+2 >= len(s) {
			break
		}
		out.WriteString(s[:i])
		if n := int(s[i+1] - '0'); n < len(r.Args) && s[i+2] == '}' {
			out.WriteString(r.Args[n])
		}
		s = s[i+3:]
	}
	out.WriteString(s)
	return out.String()
}

// why makes a reason.
func why(code string, args ...string) Reason { return Reason{Code: code, Args: args} }

// because adds reasons, the weightiest first.
func (j *Judgement) because(reasons ...Reason) {
	if j.Because == nil {
		j.Because, j.Reasons = make([]Reason, 0, len(reasons)+1), make([]string, 0, len(reasons)+1)
	}
	for _, r := range reasons {
		j.Because = append(j.Because, r)
		j.Reasons = append(j.Reasons, r.English())
	}
}

// whyToken says what a token looks like.
func whyToken(t *signal.Token) Reason {
	if t.Kind == signal.Address {
		return why("address", string(t.Where))
	}
	return why("token", string(t.Where), strconv.Itoa(len(t.Text)))
}

// whyLeak says what is carried. The further arguments are for other languages.
func whyLeak(l leak.Leak) Reason {
	return why("leak", l.Reason(), l.What, l.Form, l.Variant)
}

// whyExempt says by which words a link is left alone.
func whyExempt(e exempt.Exemption) Reason {
	switch {
	case e.Where == exempt.Header:
		return why("choice-header")
	case e.Class == "authentication":
		return why("login-words", e.Phrase)
	}
	return why("choice-words", e.Phrase)
}
