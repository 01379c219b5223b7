package study

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/twin"
)

// A spot is where a reference stands in a mail.
type spot struct {
	part   string
	offset int64
}

// compared says of references what comparing copies of their mailing showed, by mail.
type compared map[string]map[spot]string

// comparisons compares what came to several seed mailboxes, mailing by mailing, also where
// the copies of one were read by different parts of the study.
func comparisons(studies []*Study) (compared, error) {
	out := make(compared)
	all, stop := mailings(studies)
	defer stop()
	var group []stored
	for {
		c, ok, err := all()
		if err != nil {
			return nil, err
		}
		if len(group) > 0 && (!ok || group[0].campaign != c.campaign) {
			out.group(group)
			group = nil
		}
		if !ok {
			return out, nil
		}
		group = append(group, c)
	}
}

// mailings returns the copies of all studies, by mailing, one after the other.
func mailings(studies []*Study) (next func() (stored, bool, error), stop func()) {
	type head struct {
		pull func() (stored, error, bool)
		copy stored
	}
	var heads []*head
	var stops []func()
	var broken error
	advance := func(h *head) bool {
		c, err, ok := h.pull()
		if err != nil {
			broken = err
		}
		h.copy = c
		return ok
	}
	for _, s := range studies {
		if s.Protocol.Seeded {
			pull, end := iter.Pull2(s.state.copies())
			stops = append(stops, end)
			if h := (&head{pull: pull}); advance(h) {
				heads = append(heads, h)
			}
		}
	}
	next = func() (stored, bool, error) {
		if len(heads) == 0 || broken != nil {
			return stored{}, false, broken
		}
		first := slices.MinFunc(heads, func(a, b *head) int { return strings.Compare(a.copy.campaign, b.copy.campaign) })
		c := first.copy
		if !advance(first) {
			heads = slices.DeleteFunc(heads, func(h *head) bool { return h == first })
		}
		return c, true, broken
	}
	return next, func() {
		for _, end := range stops {
			end()
		}
	}
}

// group compares the copies of one mailing, one of each mailbox: a second one to the
// same is another sending of it, or a copy of the copy.
func (c compared) group(group []stored) {
	slices.SortFunc(group, func(a, b stored) int {
		return cmp.Or(strings.Compare(a.mailbox, b.mailbox), strings.Compare(a.msgKey, b.msgKey))
	})
	group = slices.CompactFunc(group, func(a, b stored) bool { return a.mailbox == b.mailbox })
	group = group[:min(len(group), twin.MaxCopies)]
	if len(group) < 2 {
		return
	}
	copies := make([]twin.Copy, len(group))
	for i, g := range group {
		copies[i] = twin.Copy{Raw: g.raw, Recipient: g.recipient}
	}
	r, err := twin.Compare(copies)
	if errors.Is(err, twin.ErrOtherMailing) || errors.Is(err, twin.ErrOneRecipient) || errors.Is(err, twin.ErrCopies) {
		// No comparison is no error: nothing is said of them.
		return
	}
	for _, ref := range r.References {
		for _, p := range ref.Places {
			key := group[p.Copy].msgKey
			if c[key] == nil {
				c[key] = make(map[spot]string)
			}
			c[key][spot{cmp.Or(p.Part, "1"), int64(p.Offset)}] = string(ref.Result)
		}
	}
}

// fill writes what is known into a mail's rows.
func (c compared) fill(r *Record) {
	known := c[r.Message.MsgKey]
	for i := range r.Observations {
		o := &r.Observations[i]
		if result, ok := known[spot{o.Part, o.Offset}]; ok {
			o.Compared = &result
		}
	}
}
