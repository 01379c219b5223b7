package purpose

import (
	"fmt"
	"slices"
	"strings"
)

// An Info says in words what a purpose is.
type Info struct {
	// ID is the stored name.
	ID ID
	// Title is a few words for a list or a switch.
	Title string
	// Sentence says plainly what happens to the reader's data.
	Sentence string
	// Consent says that the reader has to agree first. Where it is false the
	// purpose is an exemption, and only if the tracker has no other purpose.
	Consent bool
	// Grantable says that a consent can be recorded for it.
	Grantable bool
}

// All returns every purpose, those that need consent first, in a fixed order.
// The caller owns the slice.
//
// Sources: CNIL, draft recommendation on tracking pixels in e-mail (June 2025),
// sections 3 and 4; Garante per la protezione dei dati personali, provv. n. 284
// of 17 April 2026, sections 4 and 5.
func All() []Info {
	return []Info{
		{Performance, "Measuring campaigns", "The sender learns whether and when you opened this mail, to judge and improve its mailings.", true, true},
		{Deliverability, "Adapting how often they write", "The sender learns whether you open its mails, to write less often or to stop writing.", true, true},
		{Personalisation, "Personalised content", "The sender uses what you open to choose what it writes to you, when, and through which channel.", true, true},
		{Profiling, "Profiles for other uses", "What you open becomes part of a profile that is used outside these mails, for example for advertising.", true, true},
		{Fraud, "Detecting fraud", "What you open is used to decide whether someone is suspected of fraud.", true, true},
		{Click, "Counting your clicks", "The sender learns which link you followed and when.", true, true},
		{VendorOwn, "The tracking company's own ends", "The company that runs the tracker uses what it learns for itself, not only for the sender.", true, true},
		{Receipt, "A notice that you read it", "Your mail program would tell the sender that you opened this mail.", true, true},
		{Authentication, "Security of a login", "The load helps to protect a login or a confirmation that you asked for.", false, true},
		{Aggregate, "An overall count", "The address is the same for every recipient, so the sender can count openings but cannot tell whose.", false, false},
		{Choice, "Your choices", "The link lets you unsubscribe, give or take back consent, or set preferences.", false, false},
		{LastOpenDate, "The day of the last opening", "The sender keeps only the day on which you last opened a mail, to stop writing to people who do not read.", false, false},
		{LegalNotice, "A notice you must be able to read", "The law obliges the sender to see that this notice is read.", false, false},
	}
}

// Lookup returns what is known about a purpose.
func Lookup(id ID) (Info, bool) {
	all := All()
	i := slices.IndexFunc(all, func(p Info) bool { return p.ID == id })
	if i < 0 {
		return Info{}, false
	}
	return all[i], true
}

// NeedsConsent says whether a tracker with this purpose may only load after the
// reader agreed. A purpose that is not known needs it.
func (id ID) NeedsConsent() bool {
	p, ok := Lookup(id)
	return !ok || p.Consent
}

// Parse reads the name of a purpose that can be granted or refused, as a person
// types it. The error lists the names that can be chosen.
func Parse(s string) (ID, error) {
	want := ID(strings.ToLower(strings.TrimSpace(s)))
	var names []string
	for _, p := range All() {
		if !p.Grantable {
			continue
		}
		if p.ID == want {
			return p.ID, nil
		}
		names = append(names, string(p.ID))
	}
	return "", fmt.Errorf("unknown purpose %q: choose one of %s", s, strings.Join(names, ", "))
}
