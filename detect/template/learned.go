package template

import (
	"fmt"
	"time"
)

// A Class is what a slot was seen to stand for.
type Class string

// The classes of slots.
const (
	// Unknown did not do the same thing often enough.
	Unknown Class = "unknown"
	// Reader never changed for each of several of the reader's addresses, and
	// is another for each: it names the reader.
	Reader Class = "reader"
	// Everybody never changed, and is the same for several addresses.
	Everybody Class = "everybody"
	// Constant never changed, in mail to one address: it names the reader, or
	// is the same for everybody. One mailbox cannot tell.
	Constant Class = "constant"
	// PerMail is another in each mail, and one within a mail: it names the
	// mailing, or this delivery of it.
	PerMail Class = "mail"
	// PerLink has several values within a mail.
	PerLink Class = "link"
)

// Learned is what is known of an address by the history of its form.
type Learned struct {
	// Template is the form; "" for what is no web address.
	Template string
	// Mails is how many mails had it.
	Mails int
	// Since and Until are when the first and the last of them came.
	Since, Until time.Time
	// Slots are its variable parts, with what is known of each.
	Slots []Knowledge
	// Examples are the IDs of some of the mails, oldest first.
	Examples []string
}

// Knowledge is what is known of one slot.
type Knowledge struct {
	// Slot is where in this address it stands.
	Slot Slot
	// Class is what it was seen to stand for.
	Class Class
	// Mails is in how many mails that was seen.
	Mails int
	// Readers is to how many of the reader's addresses these went.
	Readers int
}

// Look returns what is known of an address in a mail of a sender, and false if
// its form was never seen.
func (h *History) Look(sender, url string) (Learned, bool) {
	s := h.senders[sender]
	t, ok := Parse(url)
	if s == nil || !ok || s.Forms[t.Text] == nil {
		return Learned{}, false
	}
	return s.learned(t), true
}

// learned returns what is known of an address.
func (s *senderState) learned(t Template) Learned {
	f := s.Forms[t.Text]
	if f == nil {
		return Learned{Template: t.Text}
	}
	out := Learned{Template: t.Text, Mails: int(f.Mails), Since: time.Unix(f.First, 0).UTC(), Until: time.Unix(f.Last, 0).UTC()}
	for _, m := range f.Named {
		out.Examples = append(out.Examples, m.ID)
	}
	for i, slot := range t.Slots {
		k := Knowledge{Slot: slot, Class: Unknown}
		if i < len(f.Slots) {
			state := &f.Slots[i]
			k.Class, k.Mails, k.Readers = state.class()
		}
		out.Slots = append(out.Slots, k)
	}
	return out
}

// class says what a slot stands for, and what that rests on.
func (s *slotState) class() (class Class, mails, readers int) {
	constant, fresh, repeated := true, true, false
	values := make(map[uint64]int)
	for _, r := range s.Readers {
		mails += int(r.Mails)
		readers++
		constant = constant && r.Other == 0
		fresh = fresh && r.Fresh == r.Mails-1
		repeated = repeated || r.Mails > 1
		values[r.Value]++
	}
	single := mails
	mails += int(s.Many)
	switch {
	case s.Many > 0 && int(s.Many) >= single:
		return PerLink, mails, readers
	case s.Many > 0 || mails < 2:
		return Unknown, mails, readers
	case constant && readers == 1:
		return Constant, mails, readers
	case constant && len(values) == 1:
		return Everybody, mails, readers
	case constant && repeated && len(values) == readers:
		return Reader, mails, readers
	case fresh && repeated:
		return PerMail, mails, readers
	}
	return Unknown, mails, readers
}

// Reason is a sentence for the reader that says what is known and what is not.
func (k Knowledge) Reason() string {
	place := string(k.Slot.Place)
	if k.Slot.Name != "" {
		place += fmt.Sprintf(" (%s)", k.Slot.Name)
	}
	switch k.Class {
	case Reader:
		return fmt.Sprintf("The part in its %s stayed the same in %d mails, and is another one for each of %d of your addresses: it names you.", place, k.Mails, k.Readers)
	case Everybody:
		return fmt.Sprintf("The part in its %s was the same in %d mails to %d of your addresses.", place, k.Mails, k.Readers)
	case Constant:
		return fmt.Sprintf("The part in its %s stayed the same in %d mails; whether it names you or is the same for everybody, one mailbox cannot tell.", place, k.Mails)
	case PerMail:
		return fmt.Sprintf("The part in its %s is another one in each of %d mails: it names the mailing, or what was sent to you of it.", place, k.Mails)
	case PerLink:
		return fmt.Sprintf("The part in its %s differs from address to address within a mail.", place)
	}
	return fmt.Sprintf("What the part in its %s stands for is not known.", place)
}
