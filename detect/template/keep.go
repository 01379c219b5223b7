package template

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// ErrVersion is a kept history of a version that is not known.
var ErrVersion = errors.New("template: history of another version")

// version is that of the kept form.
const version = 1

// A kept history is what is written: CBOR with small integers for names.
type kept struct {
	Version int                     `cbor:"1,keyasint"`
	Senders map[string]*senderState `cbor:"2,keyasint"`
}

// MarshalBinary writes the history as CBOR (RFC 8949), in its deterministic
// form (section 4.2): equal histories are equal octets.
func (h *History) MarshalBinary() ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("preparing to write a history: %w", err)
	}
	raw, err := mode.Marshal(kept{Version: version, Senders: h.senders})
	if err != nil {
		return nil, fmt.Errorf("writing a history: %w", err)
	}
	return raw, nil
}

// UnmarshalBinary replaces the history by one that was kept. What is over the
// bounds of a history is cut down to them.
func (h *History) UnmarshalBinary(raw []byte) error {
	mode, err := cbor.DecOptions{MaxArrayElements: 1 << 16, MaxMapPairs: 1 << 16, MaxNestedLevels: 16}.DecMode()
	if err != nil {
		return fmt.Errorf("preparing to read a history: %w", err)
	}
	var k kept
	if err := mode.Unmarshal(raw, &k); err != nil {
		return fmt.Errorf("reading a history: %w", err)
	}
	if k.Version != version {
		return fmt.Errorf("%w: %d", ErrVersion, k.Version)
	}
	h.senders = make(map[string]*senderState)
	fresh := History{senders: k.Senders}
	h.Merge(&fresh)
	return nil
}

// Merge adds what another history of the same reader knows. Mails that both saw
// count twice, which changes how often, and not what, a slot was seen to do.
func (h *History) Merge(other *History) {
	if h.senders == nil {
		h.senders = make(map[string]*senderState)
	}
	for _, name := range other.Senders() {
		from := other.senders[name]
		if from == nil {
			continue
		}
		to := h.senders[name]
		if to == nil {
			to = &senderState{Forms: make(map[string]*formState)}
			h.senders[name] = to
		}
		to.merge(from)
	}
	for len(h.senders) > maxSenders {
		delete(h.senders, oldest(h.senders, func(s *senderState) int64 { return s.Last }))
	}
}

func (s *senderState) merge(from *senderState) {
	s.Last = max(s.Last, from.Last)
	for _, id := range from.Recent {
		if !slices.Contains(s.Recent, id) {
			s.Recent = append(s.Recent, id)
		}
	}
	if len(s.Recent) > maxRecent {
		s.Recent = slices.Clone(s.Recent[len(s.Recent)-maxRecent:])
	}
	for text, f := range from.Forms {
		if f == nil || len(text) > maxText {
			continue
		}
		if s.Forms[text] == nil {
			s.Forms[text] = &formState{First: f.First, Last: f.Last}
		}
		s.Forms[text].merge(f)
	}
	s.shrink()
}

func (f *formState) merge(from *formState) {
	f.Mails += from.Mails
	f.First, f.Last = min(f.First, from.First), max(f.Last, from.Last)
	for _, m := range from.Named {
		f.Named = append(f.Named, namedMail{ID: m.ID[:min(len(m.ID), maxID)], Date: m.Date})
	}
	f.Named = named(f.Named)
	for i := range from.Slots[:min(len(from.Slots), maxKept)] {
		if i == len(f.Slots) {
			f.Slots = append(f.Slots, slotState{})
		}
		f.Slots[i].merge(&from.Slots[i])
	}
}

func (s *slotState) merge(from *slotState) {
	s.Many += from.Many
	for _, r := range from.Readers {
		if r.Mails == 0 {
			continue
		}
		to := s.reader(r.Reader)
		if to.Mails == 0 {
			*to = r
			continue
		}
		if r.Value == to.Value {
			to.Other += r.Other
		} else {
			to.Other += r.Mails
		}
		if r.Value != to.Latest {
			to.Fresh++
		}
		to.Fresh += r.Fresh
		to.Mails += r.Mails
		to.Latest, to.Last = r.Latest, max(to.Last, r.Last)
	}
}
