package purpose

import (
	"fmt"
	"slices"
	"strings"
)

// An Info is what a purpose is, with its English text.
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
// Consent is what Unseen asks for, which is not less than any jurisdiction does:
// an exemption that the reader cannot observe is the sender's claim. What each
// authority says is in [Editions].
func All() []Info {
	var list []Info
	for _, id := range []ID{Performance, Deliverability, Personalisation, Profiling, Fraud, Click, VendorOwn, Receipt} {
		list = append(list, info(id, true, true))
	}
	list = append(list, info(Authentication, false, true))
	for _, id := range []ID{Aggregate, Choice, LastOpenDate, LegalNotice} {
		list = append(list, info(id, false, false))
	}
	return list
}

// info tells a purpose in English.
func info(id ID, consent, grantable bool) Info {
	t := id.Text(DefaultLanguage)
	return Info{ID: id, Title: t.Title, Sentence: t.Sentence, Consent: consent, Grantable: grantable}
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
	switch id {
	case Authentication, Aggregate, Choice, LastOpenDate, LegalNotice:
		return false
	}
	return true
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
