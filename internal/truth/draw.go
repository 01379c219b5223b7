package truth

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Recent is the first day of mail that counts as recent.
const Recent = "2020"

// A Sample says how references are drawn.
type Sample struct {
	// Seed is mixed into the order of everything. Another one draws others.
	Seed string
	// Loads says whether loads are drawn, or links.
	Loads bool
	// Recent and Old are how many to draw of mail since 2020 and before it.
	Recent, Old int
	// PerSender is how many one sender may have.
	PerSender int
	// Except are senders of which nothing is drawn: those that have labels.
	Except map[string]bool
	// Only are the senders that are drawn of, all if it is nil, and Labelled the
	// references of theirs that have a label: they are drawn no second time.
	Only     map[string]bool
	Labelled map[string]bool
	// Written also draws of mail that has no day in the index, and takes the day
	// of the mail's own header for it.
	Written bool
	// Nameless also draws of mail that names no sender or no day at all: each such
	// mail is a sender of its own, named as its file, and old.
	Nameless bool
}

// Key names a reference of a sender for [Sample.Labelled], by the hash of its
// address.
func Key(sender, urlSHA256 string) string { return sender + "\n" + urlSHA256 }

// day returns the day by which a mail is drawn, "" if it is not.
func (s Sample) day(m *Mail) string {
	if m.Date == "" && s.Written {
		return m.Written
	}
	return m.Date
}

// A Drawn is a reference that was drawn, with its mail.
type Drawn struct {
	// Mail is the whole mail.
	Mail *Mail
	// Element is what was drawn of it.
	Element Element
	// Day is the day by which it was drawn.
	Day string
}

// Row returns the row for a reference that has no label yet and is in no half.
func (d Drawn) Row() Row {
	return Row{File: d.Mail.File, MessageSHA256: d.Mail.SHA256, Section: d.Element.Section,
		Ordinal: d.Element.Ordinal, Offset: d.Element.Offset, Vector: d.Element.Vector, Host: d.Element.Host(),
		URLSHA256: hash(d.Element.URL), Sender: d.Mail.Sender, Date: d.Day, Language: d.Mail.Language}
}

// Draw chooses references: the same for the same mails and the same sample.
// Senders take turns, and within a sender the forms that its references have,
// so that neither a sender that wrote much nor a mail of a hundred spacers
// outweighs the others. It looks at what stands in the mail alone.
func Draw(mails []*Mail, s Sample) []Drawn {
	senders := make(map[string][]Drawn)
	seen := make(map[string]bool)
	for _, m := range mails {
		day := s.day(m)
		if s.Nameless && m.Sender == "" {
			m.Sender = m.File
		}
		if m.Sender == "" || day == "" && !s.Nameless || s.Except[m.Sender] || s.Only != nil && !s.Only[m.Sender] {
			continue
		}
		for _, e := range m.Elements {
			// The same address twice from one sender would be counted twice.
			key := m.Sender + "\n" + e.URL
			if e.Kind.Load() != s.Loads || seen[key] || s.Labelled[Key(m.Sender, hash(e.URL))] {
				continue
			}
			seen[key] = true
			senders[era(day)+m.Sender] = append(senders[era(day)+m.Sender], Drawn{m, e, day})
		}
	}
	out := s.turns(senders, "recent ", s.Recent)
	out = append(out, s.turns(senders, "old ", s.Old)...)
	slices.SortFunc(out, func(a, b Drawn) int {
		return cmp.Or(cmp.Compare(era(b.Day), era(a.Day)), cmp.Compare(a.Mail.Sender, b.Mail.Sender),
			cmp.Compare(a.Mail.File, b.Mail.File), cmp.Compare(a.Element.Section, b.Element.Section),
			cmp.Compare(a.Element.Ordinal, b.Element.Ordinal))
	})
	return out
}

// era says whether a day is recent.
func era(date string) string {
	if date >= Recent {
		return "recent "
	}
	return "old "
}

// turns draws n references of an era: the first of each sender, then the second
// of each, and so on.
func (s Sample) turns(senders map[string][]Drawn, era string, n int) []Drawn {
	var queues [][]Drawn
	for name, all := range senders {
		if strings.HasPrefix(name, era) {
			queues = append(queues, s.mix(all))
		}
	}
	slices.SortFunc(queues, func(a, b []Drawn) int {
		return cmp.Compare(hash(s.Seed+a[0].Mail.Sender), hash(s.Seed+b[0].Mail.Sender))
	})
	var out []Drawn
	for turn := range s.PerSender {
		for _, q := range queues {
			if turn < len(q) && len(out) < n {
				out = append(out, q[turn])
			}
		}
	}
	return out
}

// mix orders the references of a sender so that each form has its turn.
func (s Sample) mix(all []Drawn) []Drawn {
	forms := make(map[string][]Drawn)
	for _, d := range all {
		forms[form(d.Element)] = append(forms[form(d.Element)], d)
	}
	rank := make(map[string]int)
	order := func(d Drawn) string {
		return hash(fmt.Sprint(s.Seed, d.Mail.SHA256, d.Element.Section, d.Element.Ordinal))
	}
	for _, same := range forms {
		slices.SortFunc(same, func(a, b Drawn) int { return cmp.Compare(order(a), order(b)) })
		for i, d := range same {
			rank[order(d)] = i
		}
	}
	slices.SortFunc(all, func(a, b Drawn) int {
		return cmp.Or(cmp.Compare(rank[order(a)], rank[order(b)]), cmp.Compare(order(a), order(b)))
	})
	return all
}

// form is what a reference looks like from afar.
func form(e Element) string {
	query := strings.Contains(e.URL, "?")
	return fmt.Sprint(e.Vector, e.Kind, e.Host(), query)
}
