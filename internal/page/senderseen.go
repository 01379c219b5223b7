package page

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// A part is what somebody presumably does in a sender's mail.
type part struct {
	Name string
	// Titles are the parts, Why the reasons of all of them.
	Titles, Why []string
}

// parts lays out who has which parts, each of them once.
func (f *Frame) parts(roles []api.Role) []part {
	var list []part
	for i := range roles {
		r := &roles[i]
		at := slices.IndexFunc(list, func(p part) bool { return p.Name == r.Name })
		if at < 0 {
			at = len(list)
			list = append(list, part{Name: r.Name})
		}
		p := &list[at]
		p.Titles, p.Why = append(p.Titles, r.Title), append(p.Why, r.Why...)
	}
	return list
}

// maxMails is of how many mails it is told what they say.
const maxMails = 20

// A seenView is what a sender's mails say and show.
type seenView struct {
	Intro        string
	Observations []string
	// Mails is the heading of Lines, which say of each mail what it says.
	Mails string
	Lines []string
}

// seen lays out what was observed.
func (f *Frame) seen(a *api.About) seenView {
	w := f.Words
	v := seenView{Intro: w.Say(words.PageSeenIntro, "n", a.Looked)}
	for i := range a.Observations {
		v.Observations = append(v.Observations, a.Observations[i].Text)
	}
	if len(a.Mails) > 0 {
		v.Mails = w.Say(words.PageSeenMails, "n", len(a.Mails))
	}
	for i := range a.Mails {
		m := &a.Mails[i]
		said := m.Said()
		if m.Tracks {
			said = append(said, w.Say(words.ClaimTracks))
		}
		if len(v.Lines) < maxMails {
			v.Lines = append(v.Lines, w.Say(words.ClaimLine, "day", f.day(m.Sent), "what", strings.Join(said, "; ")))
		}
	}
	return v
}
