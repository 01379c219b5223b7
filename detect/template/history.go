package template

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"time"
)

// A History is what was seen of senders' addresses in one reader's mail. The zero
// value is ready to use; it may not be used by several goroutines at once.
//
// It is bounded: senders, forms and readers that were longest not heard of make
// room for new ones.
type History struct {
	// Key makes fingerprints that nobody without it can try values against. It is
	// the same as long as the history is kept, and not kept with it.
	Key [32]byte

	senders map[string]*senderState
}

// Bounds of a history.
const (
	maxSenders = 4096
	maxForms   = 192
	maxReaders = 8
	maxRecent  = 512
	maxNamed   = 8
	maxKept    = 24 // slots of a form
	maxText    = 512
	maxID      = 128
)

// A Mail is one mail as far as a history is concerned.
type Mail struct {
	// Sender is the key of who sent it, as package sender makes it.
	Sender string
	// ID names the mail for good: the hash of its octets, or its Message-ID.
	// A mail that is observed again counts once, as long as it is among the
	// last 512 of its sender.
	ID string
	// Recipient is which of the reader's addresses it went to.
	Recipient string
	// Date is when it came.
	Date time.Time
}

// A senderState is what is known of one sender.
type senderState struct {
	Forms map[string]*formState `cbor:"1,keyasint"`
	// Recent are the mails that were counted, the latest last.
	Recent []uint64 `cbor:"2,keyasint"`
	Last   int64    `cbor:"3,keyasint"`
}

// A formState is what is known of one template.
type formState struct {
	Mails uint32      `cbor:"1,keyasint"`
	First int64       `cbor:"2,keyasint"`
	Last  int64       `cbor:"3,keyasint"`
	Slots []slotState `cbor:"4,keyasint"`
	// Named are some of the mails, for who wants to look.
	Named []namedMail `cbor:"5,keyasint"`
}

// A namedMail is a mail that something was learnt from.
type namedMail struct {
	ID   string `cbor:"1,keyasint"`
	Date int64  `cbor:"2,keyasint"`
}

// A slotState is what one slot did.
type slotState struct {
	Readers []readerState `cbor:"1,keyasint"`
	// Many counts the mails in which it had more than one value.
	Many uint32 `cbor:"2,keyasint"`
}

// A readerState is what one slot did in the mail to one address.
type readerState struct {
	Reader uint64 `cbor:"1,keyasint"`
	// Value is the first value's fingerprint, Latest that of the last.
	Value  uint64 `cbor:"2,keyasint"`
	Latest uint64 `cbor:"3,keyasint"`
	// Mails counts, Other those whose value was not the first, Fresh those
	// whose value was not the one before.
	Mails uint32 `cbor:"4,keyasint"`
	Other uint32 `cbor:"5,keyasint"`
	Fresh uint32 `cbor:"6,keyasint"`
	Last  int64  `cbor:"7,keyasint"`
}

// Observe takes in the addresses of a mail and returns what is known of each
// then, in the same order. An address that is none has no slots.
func (h *History) Observe(m Mail, urls []string) []Learned {
	s := h.sender(m)
	parsed := make([]Template, len(urls))
	byForm := make(map[string][]*Template)
	var order []string
	for i, u := range urls {
		t, ok := Parse(u)
		if !ok || len(t.Text) > maxText {
			continue
		}
		parsed[i] = t
		if byForm[t.Text] == nil {
			order = append(order, t.Text)
		}
		byForm[t.Text] = append(byForm[t.Text], &parsed[i])
	}
	if s.counts(h.print("", m.ID)) {
		for _, text := range order {
			s.form(text, m).observe(h, m, byForm[text])
		}
		s.shrink()
	}
	out := make([]Learned, len(urls))
	for i := range parsed {
		out[i] = s.learned(parsed[i])
	}
	return out
}

// sender returns the state of a mail's sender, a new one if need be.
func (h *History) sender(m Mail) *senderState {
	if h.senders == nil {
		h.senders = make(map[string]*senderState)
	}
	s := h.senders[m.Sender]
	if s == nil {
		if len(h.senders) >= maxSenders {
			delete(h.senders, oldest(h.senders, func(s *senderState) int64 { return s.Last }))
		}
		s = &senderState{Forms: make(map[string]*formState)}
		h.senders[m.Sender] = s
	}
	s.Last = max(s.Last, m.Date.Unix())
	return s
}

// oldest returns the key whose state is the oldest, of equals the first by name.
func oldest[S any](all map[string]S, last func(S) int64) string {
	return slices.MinFunc(slices.Collect(maps.Keys(all)), func(a, b string) int {
		return cmp.Or(cmp.Compare(last(all[a]), last(all[b])), cmp.Compare(a, b))
	})
}

// counts notes the fingerprint of a mail and says whether it was not counted before.
func (s *senderState) counts(id uint64) bool {
	if slices.Contains(s.Recent, id) {
		return false
	}
	s.Recent = append(s.Recent, id)
	if len(s.Recent) > maxRecent {
		s.Recent = slices.Clone(s.Recent[len(s.Recent)-maxRecent:])
	}
	return true
}

// form returns the state of a template, a new one if need be.
func (s *senderState) form(text string, m Mail) *formState {
	f := s.Forms[text]
	if f == nil {
		f = &formState{First: m.Date.Unix(), Last: m.Date.Unix()}
		s.Forms[text] = f
	}
	return f
}

// shrink drops the forms that were not seen for longest.
func (s *senderState) shrink() {
	for len(s.Forms) > maxForms {
		delete(s.Forms, oldest(s.Forms, func(f *formState) int64 { return f.Last }))
	}
}

// observe counts a mail's addresses of the form.
func (f *formState) observe(h *History, m Mail, urls []*Template) {
	at := m.Date.Unix()
	f.Mails++
	f.First, f.Last = min(f.First, at), max(f.Last, at)
	f.Named = named(append(f.Named, namedMail{ID: m.ID[:min(len(m.ID), maxID)], Date: at}))
	n := min(len(urls[0].Slots), maxKept)
	for len(f.Slots) < n {
		f.Slots = append(f.Slots, slotState{})
	}
	reader := h.print(m.Sender, m.Recipient)
	for i := range f.Slots[:n] {
		value, one := urls[0].Slots[i].Value, true
		for _, u := range urls[1:] {
			one = one && u.Slots[i].Value == value
		}
		if !one {
			f.Slots[i].Many++
			continue
		}
		f.Slots[i].observe(reader, h.print(m.Sender, value), at)
	}
}

// named keeps the first mail and the latest ones.
func named(list []namedMail) []namedMail {
	slices.SortStableFunc(list, func(a, b namedMail) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.ID, b.ID)) })
	list = slices.Compact(list)
	if len(list) > maxNamed {
		list = append(list[:1:1], list[len(list)-maxNamed+1:]...)
	}
	return list
}

// observe counts one value in a mail to one address.
func (s *slotState) observe(reader, value uint64, at int64) {
	r := s.reader(reader)
	if r.Mails == 0 {
		r.Value, r.Latest = value, value
	}
	r.Mails++
	if value != r.Value {
		r.Other++
	}
	if value != r.Latest {
		r.Fresh++
	}
	r.Latest, r.Last = value, max(r.Last, at)
}

// reader returns the state of one address, a new one if need be.
func (s *slotState) reader(id uint64) *readerState {
	for i := range s.Readers {
		if s.Readers[i].Reader == id {
			return &s.Readers[i]
		}
	}
	if len(s.Readers) >= maxReaders {
		i := 0
		for j := range s.Readers {
			if s.Readers[j].Last < s.Readers[i].Last {
				i = j
			}
		}
		s.Readers = slices.Delete(s.Readers, i, i+1)
	}
	s.Readers = append(s.Readers, readerState{Reader: id})
	return &s.Readers[len(s.Readers)-1]
}

// Forget drops all that is known of a sender.
func (h *History) Forget(sender string) { delete(h.senders, sender) }

// Senders returns the senders that something is known of, sorted.
func (h *History) Senders() []string { return slices.Sorted(maps.Keys(h.senders)) }

// print is 64 bits of a value, of one sender: the same value of another sender has
// another, and so has that of another key.
func (h *History) print(sender, value string) uint64 {
	sum := sha256.Sum256([]byte(string(h.Key[:]) + sender + "\x00" + value))
	return binary.BigEndian.Uint64(sum[:])
}
