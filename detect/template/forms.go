package template

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Mails is how many mails of a sender were counted, 512 at most.
func (h *History) Mails(sender string) int {
	if s := h.senders[sender]; s != nil {
		return len(s.Recent)
	}
	return 0
}

// Forms returns what is known of each form of a sender's addresses, those of most
// mails first. The slots have no values: none is kept.
func (h *History) Forms(sender string) []Learned {
	s := h.senders[sender]
	if s == nil {
		return nil
	}
	var out []Learned
	for _, text := range slices.Sorted(maps.Keys(s.Forms)) {
		out = append(out, s.learned(Template{Text: text, Slots: slotsOf(text)}))
	}
	slices.SortStableFunc(out, func(a, b Learned) int { return b.Mails - a.Mails })
	return out
}

// Span returns when the first and the last mail of a sender came that something is
// known of.
func (h *History) Span(sender string) (since, until time.Time) {
	for _, f := range h.Forms(sender) {
		if since.IsZero() || f.Since.Before(since) {
			since = f.Since
		}
		if f.Until.After(until) {
			until = f.Until
		}
	}
	return since, until
}

// slotsOf returns where the slots of a form stand, without what they are in it.
func slotsOf(text string) []Slot {
	var slots []Slot
	place, name := Host, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '/' && place == Host:
			place = Path
		case c == '?' && place != Fragment:
			place, name = Query, i+1
		case c == '#':
			place = Fragment
		case c == '&' && place == Query:
			name = i + 1
		case c == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return slots
			}
			s := Slot{Place: place}
			if place == Query {
				s.Name = strings.TrimSuffix(text[name:i], "=")
			}
			if place == Host && strings.HasPrefix(text[i+end+1:], "@") {
				s.Place = UserInfo
			}
			slots = append(slots, s)
			i += end
		}
	}
	return slots
}
