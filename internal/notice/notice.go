// Package notice composes the question that a reader is asked before anybody may
// learn that they read.
//
// The same question has the same words on every face, and its words depend on
// nothing but the [Subject] and the language. A record of the ledger keeps them
// whole, with their hash: what was agreed to is what was read.
//
// A notice names who asks and who vouches for them, the reader's address, each
// purpose with what it means and what the law says of it, everybody who would
// learn and in what role they are presumed to be, how long a yes lasts, and what
// the answer is and is not. It is pure: it knows no clock, disk or network.
package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// form is the number of the form of notices. It is part of their edition.
const form = "2"

// A Subject is what a question is about.
type Subject struct {
	// Key is what the answer is recorded for: a domain or an address. From is
	// the address that the sender writes from.
	Key, From string
	// How is what the reader's provider vouches by, "" if it does not.
	How string
	// OneAddress says that the answer is for From alone, not for its domain.
	OneAddress bool
	// Advertiser is whom the mail advertises for where that is not the sender, ""
	// otherwise.
	Advertiser string
	// Address is the reader's own.
	Address string
	// Wants are the purposes, each with the vendors who would learn by it.
	Wants []Want
	// Loads are the sets of purposes that a load has, each of one vendor.
	Loads []Load
	// Vendors say who is named in Wants.
	Vendors []Vendor
	// Jurisdiction is the reader's: "FR".
	Jurisdiction string
	// Days is how long a yes lasts, 0 for ever; Until is the moment that it
	// ends instead, if not zero.
	Days  int
	Until time.Time
}

// A Want is one purpose and who would learn by it.
type Want struct {
	// Purpose is what is wanted to be known for.
	Purpose purpose.ID
	// Vendors are ids as consent names them.
	Vendors []string
}

// A Load is what has to be granted before one kind of load is made.
type Load struct {
	// Vendor is who would learn.
	Vendor string
	// Purposes are all that have to be granted.
	Purposes []purpose.ID
}

// A Notice is a question, laid out. Its fields hold every sentence of its text.
type Notice struct {
	// Language is that of the words, as in BCP 47.
	Language string `json:"language"`
	// Edition names the form, the texts of purposes and the law they rest on.
	Edition string `json:"edition"`
	// SHA256 is the hash of Text, in hexadecimal: what an answer refers to.
	SHA256 string `json:"sha256"`
	// Sender is who asks.
	Sender Sender `json:"sender"`
	// Address is the reader's.
	Address string `json:"address"`
	// Question is the heading, Reach what mail it is about.
	Question string `json:"question"`
	// Reach says what mail it is about.
	Reach string `json:"reach"`
	// Purposes are answered one by one.
	Purposes []Purpose `json:"purposes"`
	// Vendors are who would learn.
	Vendors []Vendor `json:"vendors"`
	// Law is the edition of the law that is cited.
	Law Law `json:"law"`
	// Lasts, Back and Silence say how long a yes lasts, how it is taken back,
	// and what no answer means.
	Lasts string `json:"lasts"`
	// Back says how a yes is taken back.
	Back string `json:"back"`
	// Silence says what no answer means.
	Silence string `json:"silence"`
	// Is and IsNot say what the answer is, and what it is not.
	Is string `json:"is"`
	// IsNot says what the answer is not.
	IsNot string `json:"is_not"`
	// Headings are those above purposes and vendors.
	Headings Headings `json:"headings"`
}

// Headings stand above the lists of a notice.
type Headings struct {
	// Purposes stands above the purposes.
	Purposes string `json:"purposes"`
	// Vendors stands above those who would learn.
	Vendors string `json:"vendors"`
}

// A Sender is who asks.
type Sender struct {
	// Key is what the answer is recorded for.
	Key string `json:"key"`
	// From is the address that they write from.
	From string `json:"from"`
	// How is what the provider vouches by.
	How string `json:"how"`
	// Sentence says both.
	Sentence string `json:"sentence"`
	// Role is what they are presumed to be.
	Role string `json:"role"`
	// Advertiser is whom the mail advertises for where that is somebody else, and
	// AdvertiserRole what they are presumed to be; "" otherwise.
	Advertiser string `json:"advertiser,omitempty"`
	// AdvertiserRole is what the advertiser is presumed to be, with the reason.
	AdvertiserRole string `json:"advertiser_role,omitempty"`
}

// A Purpose is one switch.
type Purpose struct {
	// ID is the stored name.
	ID purpose.ID `json:"id"`
	// Title, Sentence, More and Examples are as in [purpose.Text].
	Title string `json:"title"`
	// Sentence says plainly what happens.
	Sentence string `json:"sentence"`
	// More is shown on demand, and no part of the text.
	More string `json:"more"`
	// Examples are shown on demand, and no part of the text.
	Examples []string `json:"examples"`
	// Vendors are the ids of who would learn, Learners a sentence that names
	// them.
	Vendors []string `json:"vendors"`
	// Learners names them in a sentence.
	Learners string `json:"learners"`
	// Stand and Sure are what the law says and how surely that is known.
	Stand purpose.Stand `json:"stand"`
	// Sure is how surely that is known.
	Sure purpose.Sureness `json:"sure"`
	// Law says it in a sentence, with what qualifies it.
	Law string `json:"law"`
	// Needs are the purposes without which this one lets nothing through, and
	// NeedsSentence says so; both are empty if it does.
	Needs []purpose.ID `json:"needs"`
	// NeedsSentence says so in a sentence.
	NeedsSentence string `json:"needs_sentence"`
}

// A Vendor is somebody who would learn.
type Vendor struct {
	// ID is as consent names it: "sendgrid" or "host:t.example".
	ID string `json:"id"`
	// Name is what people call it.
	Name string `json:"name"`
	// Trade is the catalogue's word for what it does, "" if not known, and
	// "own" for a server of the sender's.
	Trade string `json:"trade"`
	// Role is what it is presumed to be, in words.
	Role string `json:"role"`
}

// A Law is what a notice rests on.
type Law struct {
	// Edition is the id of a [purpose.Edition].
	Edition string `json:"edition"`
	// Authority, Instrument, Article, Date and Status are its own.
	Authority string `json:"authority"`
	// Instrument is what the authority said it in.
	Instrument string `json:"instrument"`
	// Article is the law.
	Article string `json:"article"`
	// Date is that of the instrument, "" if not known.
	Date string `json:"date"`
	// Status is "draft", "in force" or "default".
	Status string `json:"status"`
}

// Compose makes the notice of a subject in the language of a catalogue.
func Compose(s *Subject, w *words.Catalogue) Notice {
	law := purpose.For(s.Jurisdiction)
	n := Notice{
		Language: w.Lang(), Edition: Edition(law.ID), Address: s.Address,
		Question: w.Say(words.NoticeQuestion, "sender", s.Key, "address", s.Address),
		Reach:    w.Say(words.NoticeReach, "sender", s.Key, "address", s.Address),
		Law:      Law{law.ID, law.Authority, law.Instrument, law.Article, law.Date, law.Status},
		Lasts:    lasts(s, w), Back: w.Say(words.NoticeBack), Silence: w.Say(words.NoticeSilence),
		Is: w.Say(words.NoticeIs), IsNot: w.Say(words.NoticeIsNot, "sender", s.Key),
		Headings: Headings{w.Say(words.NoticePurposes), w.Say(words.NoticeVendors)},
	}
	if s.OneAddress {
		n.Reach = w.Say(words.NoticeReachOne, "from", s.From, "address", s.Address)
	}
	n.Sender = asker(s, w)
	n.Vendors = learners(s, w)
	for _, want := range s.Wants {
		n.Purposes = append(n.Purposes, purposeOf(s, &want, law, w))
	}
	n.SHA256 = Hash(n.Text())
	return n
}

// Edition names a notice that rests on an edition of the law.
func Edition(law string) string { return form + " " + law + " " + purpose.DataSHA256()[:16] }

// Hash is the SHA-256 of a text, in hexadecimal.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// asker says who asks.
func asker(s *Subject, w *words.Catalogue) Sender {
	vouched := w.Say(words.NoticeUnvouched)
	if s.How != "" {
		vouched = w.Say(words.NoticeVouched, "how", strings.ToUpper(s.How))
	}
	if s.How == sender.OwnDKIM {
		vouched = w.Say(words.NoticeVerified, "how", "DKIM")
	}
	out := Sender{
		Key: s.Key, From: s.From, How: s.How, Role: w.Say(words.RoleSender),
		Sentence: w.Say(words.NoticeAsker, "sender", s.Key, "from", s.From, "vouched", vouched),
	}
	if s.Advertiser != "" {
		// CNIL, draft recommendation, section 2.2: who lends a list acts for who
		// had the mail sent.
		out.Role = w.Say(words.RoleList, "advertiser", s.Advertiser)
		out.Advertiser, out.AdvertiserRole = s.Advertiser, w.Say(words.RoleAdvertiser)
	}
	return out
}

// purposeOf is one switch of a notice.
func purposeOf(s *Subject, want *Want, law purpose.Edition, w *words.Catalogue) Purpose {
	text, rule := want.Purpose.Text(w.Lang()), law.Rule(want.Purpose)
	p := Purpose{
		ID: want.Purpose, Title: text.Title, Sentence: text.Sentence, More: text.More, Examples: text.Examples,
		Vendors: want.Vendors, Stand: rule.Stand, Sure: rule.Sure, Law: stands(rule, law, w), Needs: Needs(s.Loads, want.Purpose, nil),
	}
	var names []string
	for _, v := range want.Vendors {
		names = append(names, nameOf(s, v))
	}
	p.Learners = w.Say(words.NoticeLearners, "vendors", w.List(names))
	if len(p.Needs) > 0 {
		p.NeedsSentence = w.Say(words.NoticeNeeds, "purposes", w.List(titles(w, p.Needs)))
	}
	return p
}

// stands says what the law says of a purpose.
func stands(r purpose.Rule, law purpose.Edition, w *words.Catalogue) string {
	key := words.StandConsent
	switch {
	case r.Stand == purpose.NoConsentNeeded:
		key = words.StandExempt
	case r.Stand == purpose.Contested:
		key = words.StandContested
	case r.Sure == purpose.Reported:
		key = words.StandReported
	case r.Sure == purpose.Default:
		key = words.StandDefault
	}
	text := w.Say(key, "authority", law.Authority, "article", law.Article)
	if note := r.Note(w.Lang()); note != "" {
		text += " " + note
	}
	return text
}

// Needs are the purposes that have to be granted with one before it lets
// anything through: the fewest that do, without those granted already. It is
// empty where the one lets something through.
func Needs(loads []Load, id purpose.ID, granted func(vendor string, id purpose.ID) bool) []purpose.ID {
	var best []purpose.ID
	for _, l := range loads {
		if !slices.Contains(l.Purposes, id) {
			continue
		}
		var rest []purpose.ID
		for _, other := range l.Purposes {
			if other != id && (granted == nil || !granted(l.Vendor, other)) {
				rest = append(rest, other)
			}
		}
		if len(rest) == 0 {
			return nil
		}
		slices.Sort(rest)
		if best == nil || len(rest) < len(best) || len(rest) == len(best) && slices.Compare(rest, best) < 0 {
			best = rest
		}
	}
	return best
}

// lasts says how long a yes lasts.
func lasts(s *Subject, w *words.Catalogue) string {
	switch {
	case !s.Until.IsZero():
		return w.Say(words.NoticeYesUntil, "date", w.Date(s.Until.Add(-time.Nanosecond)))
	case s.Days == 0:
		return w.Say(words.NoticeYesForever)
	case s.Days == HalfYear:
		return w.Say(words.NoticeYesMonths, "n", 6)
	}
	return w.Say(words.NoticeYesDays, "n", s.Days)
}

// HalfYear is six months in days: how long a yes lasts, and a no is not asked
// about, unless the reader says otherwise.
const HalfYear = 183

// titles are the names of purposes.
func titles(w *words.Catalogue, ids []purpose.ID) []string {
	var list []string
	for _, id := range ids {
		list = append(list, id.Text(w.Lang()).Title)
	}
	return list
}
