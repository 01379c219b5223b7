package claim

import (
	"fmt"
	"slices"
	"time"
)

// A Mail is what is known of one mail of a sender.
type Mail struct {
	// ID names it: the SHA-256 of the message, or of its header.
	ID string
	// Sent is its date.
	Sent time.Time
	// Claims are what it says.
	Claims []Claim
	// Tracks says that it has a load or a link that needs consent.
	Tracks bool
}

// A History is a sender's mail to one address, and what the reader did.
type History struct {
	// Mails are in any order.
	Mails []Mail
	// Agreed are the times at which the reader says that they agreed with the
	// sender.
	Agreed []time.Time
	// Withdrawn is when the reader took back what they had allowed, here alone;
	// Told when they told the sender. The zero time is never.
	Withdrawn, Told time.Time
}

// What is what was observed.
type What string

const (
	// FirstMail is when the sender's first known mail came.
	FirstMail What = "first-mail"
	// FirstInformed is when a mail first said that mails are tracked.
	FirstInformed What = "first-informed"
	// FirstAsked is when a mail first asked.
	FirstAsked What = "first-asked"
	// TrackedBefore is a mail that tracked before one informed or asked.
	TrackedBefore What = "tracked-before-asking"
	// AskedWhileTracking is a mail that asked and itself tracked.
	AskedWhileTracking What = "asked-while-tracking"
	// AskedAgain is a mail that asked less than six months after the one before.
	AskedAgain What = "asked-again-early"
	// NoWithdrawal is a mail that tracked, with no link to take consent back.
	NoWithdrawal What = "no-withdrawal-link"
	// TrackedAfterTold is a mail that tracked although the sender had been told.
	TrackedAfterTold What = "tracked-after-told"
	// TrackedAfterWithdrawn is one after a withdrawal that the sender was not told
	// of: it need not know.
	TrackedAfterWithdrawn What = "tracked-after-withdrawal-here"
)

// AskAgain is how many months pass before somebody who did not agree is asked
// again (CNIL, deliberation 2026-042, as reported: about six months).
const AskAgain = 6

// An Observation is one thing that is seen in a sender's mails. It says what the
// mails show. It is no finding of law.
type Observation struct {
	// What it is.
	What What
	// When is the date of the first mail that shows it.
	When time.Time
	// Mails are the IDs of all that show it, the oldest first.
	Mails []string
	// Of is how many mails were looked at for it.
	Of int
	// Days is for AskedAgain: the fewest days between two questions.
	Days int
	// Unsubscribe and List are for NoWithdrawal: how many of the mails have a link
	// to unsubscribe, and how many only the field that programs read.
	Unsubscribe, List int
}

// Review says what is seen in a sender's mails.
func Review(h History) []Observation {
	mails := ordered(h.Mails)
	if len(mails) == 0 {
		return nil
	}
	r := review{mails: mails, history: &h}
	r.firsts()
	r.tracking()
	r.asking()
	return r.out
}

// ordered returns the mails by date, each once. One without a date goes out: no
// order can be told of it.
func ordered(all []Mail) []Mail {
	list := slices.Clone(all)
	slices.SortStableFunc(list, func(a, b Mail) int { return a.Sent.Compare(b.Sent) })
	known := make(map[string]bool)
	return slices.DeleteFunc(list, func(m Mail) bool {
		double := m.ID != "" && known[m.ID]
		known[m.ID] = true
		return double || m.Sent.IsZero()
	})
}

// A review is in the making.
type review struct {
	mails   []Mail
	history *History
	out     []Observation
}

// firsts notes the dates on which things were first said.
func (r *review) firsts() {
	r.note(FirstMail, func(int, *Mail) bool { return true }, true)
	r.note(FirstInformed, func(_ int, m *Mail) bool { return Has(m.Claims, Informs) || Has(m.Claims, SaysAgreed) }, true)
	r.note(FirstAsked, func(_ int, m *Mail) bool { return Has(m.Claims, Asks) }, true)
}

// note adds an observation of the mails that show it, or of the first alone.
func (r *review) note(what What, shows func(i int, m *Mail) bool, once bool) {
	o := Observation{What: what, Of: len(r.mails)}
	for i := range r.mails {
		m := &r.mails[i]
		if !shows(i, m) || once && len(o.Mails) > 0 {
			continue
		}
		if len(o.Mails) == 0 {
			o.When = m.Sent
		}
		o.Mails = append(o.Mails, m.ID)
		if what == NoWithdrawal && Has(m.Claims, Unsubscribes) {
			o.Unsubscribe++
		} else if what == NoWithdrawal && Has(m.Claims, Lists) {
			o.List++
		}
	}
	if len(o.Mails) > 0 {
		r.out = append(r.out, o)
	}
}

// tracking observes what the mails do.
func (r *review) tracking() {
	said := time.Time{}
	for _, o := range r.out {
		if (o.What == FirstInformed || o.What == FirstAsked) && (said.IsZero() || o.When.Before(said)) {
			said = o.When
		}
	}
	if !said.IsZero() {
		r.note(TrackedBefore, func(_ int, m *Mail) bool { return m.Tracks && m.Sent.Before(said) }, false)
	}
	r.note(NoWithdrawal, func(_ int, m *Mail) bool { return m.Tracks && !wayBack(m.Claims) }, false)
	told, here := r.history.Told, r.history.Withdrawn
	if !told.IsZero() {
		r.note(TrackedAfterTold, func(_ int, m *Mail) bool { return m.Tracks && m.Sent.After(told) && !r.agreedBetween(told, m.Sent) }, false)
	}
	if !here.IsZero() {
		r.note(TrackedAfterWithdrawn, func(_ int, m *Mail) bool {
			return m.Tracks && m.Sent.After(here) && (told.IsZero() || m.Sent.Before(told)) && !r.agreedBetween(here, m.Sent)
		}, false)
	}
}

// wayBack says whether there is a link, and not only a sentence, by which consent
// to tracking is taken back.
func wayBack(claims []Claim) bool {
	return slices.ContainsFunc(claims, func(c Claim) bool { return c.Kind == Withdraws && c.URL != "" })
}

// asking observes how consent is asked for.
func (r *review) asking() {
	r.note(AskedWhileTracking, func(_ int, m *Mail) bool { return m.Tracks && Has(m.Claims, Asks) }, false)
	days, last := 0, time.Time{}
	r.note(AskedAgain, func(_ int, m *Mail) bool {
		if !Has(m.Claims, Asks) {
			return false
		}
		before := last
		last = m.Sent
		if before.IsZero() || !m.Sent.Before(before.AddDate(0, AskAgain, 0)) || r.agreedBetween(before, m.Sent) {
			return false
		}
		if n := int(m.Sent.Sub(before) / (24 * time.Hour)); days == 0 || n < days {
			days = n
		}
		return true
	}, false)
	if n := len(r.out); n > 0 && r.out[n-1].What == AskedAgain {
		r.out[n-1].Days = days
	}
}

// agreedBetween says whether the reader agreed with the sender in a time.
func (r *review) agreedBetween(from, to time.Time) bool {
	return slices.ContainsFunc(r.history.Agreed, func(t time.Time) bool { return !t.Before(from) && !t.After(to) })
}

// English returns the observation as a sentence.
func (o Observation) English() string {
	day, n := o.When.UTC().Format("2 January 2006"), len(o.Mails)
	switch o.What {
	case FirstMail:
		return "The first mail that is known is of " + day + "."
	case FirstInformed:
		return "A mail of " + day + " is the first that speaks of tracking."
	case FirstAsked:
		return "A mail of " + day + " is the first that asks for consent to tracking."
	case TrackedBefore:
		return fmt.Sprintf("%d of %d mails, the first of %s, hold trackers and are older than the first that speaks of them.", n, o.Of, day)
	case AskedWhileTracking:
		return fmt.Sprintf("%d of %d mails, the first of %s, ask for consent and hold trackers themselves.", n, o.Of, day)
	case AskedAgain:
		return fmt.Sprintf("%d of %d mails, the first of %s, ask again less than six months after the mail before, at least once after %d days.", n, o.Of, day, o.Days)
	case NoWithdrawal:
		return fmt.Sprintf("In %d of %d mails, the first of %s, there are trackers and no link was found by which consent to them is taken back; "+
			"%d of them have a link to unsubscribe, %d more only the List-Unsubscribe field.", n, o.Of, day, o.Unsubscribe, o.List)
	case TrackedAfterTold:
		return fmt.Sprintf("%d of %d mails, the first of %s, hold trackers and were sent after the sender was told of the withdrawal.", n, o.Of, day)
	case TrackedAfterWithdrawn:
		return fmt.Sprintf("%d of %d mails, the first of %s, hold trackers and were sent after you withdrew here; the sender need not know of that.", n, o.Of, day)
	}
	return ""
}
