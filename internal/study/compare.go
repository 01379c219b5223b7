package study

import (
	"cmp"
	"errors"
	"slices"

	"github.com/unseen-mail/unseen/detect/twin"
)

// A spot is where a reference stands in a mail.
type spot struct {
	part   string
	offset int64
}

// compared says of references what comparing copies of their mailing showed, by mail.
type compared map[string]map[spot]string

// comparisons compares what came to several seed mailboxes, mailing by mailing.
func comparisons(studies []*Study) (compared, error) {
	out := make(compared)
	for _, s := range studies {
		if !s.Protocol.Seeded {
			continue
		}
		if err := s.state.campaigns(func(group []stored) error { out.group(group); return nil }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// group compares the copies of one mailing, one of each mailbox: a second one to the
// same is another sending of it, or a copy of the copy.
func (c compared) group(group []stored) {
	group = slices.CompactFunc(group, func(a, b stored) bool { return a.mailbox == b.mailbox })
	group = group[:min(len(group), twin.MaxCopies)]
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
