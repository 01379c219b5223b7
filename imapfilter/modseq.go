package imapfilter

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// A mail program that fetches mod-sequences enables CONDSTORE by that (RFC 7162,
// section 3.1), and from then on, within that command already, is told the
// mod-sequence with every change of flags. What the relay asks before, to plan what is
// asked for, must not come in the way: the server would tell of the changes then, and
// without. So the relay's own command asks for mod-sequences too. What it is told of
// the messages it asked about is its own, unless it comes with what is not.

// modSeq is the item by which mod-sequences are asked for and told.
const modSeq = "MODSEQ"

// maxModSeq is longer than any: 63 bits (RFC 7162, section 7) in parentheses.
const maxModSeq = 32

// asksModSeq tells whether mod-sequences are among what is asked for.
func asksModSeq(items []wire.Item) bool {
	return slices.ContainsFunc(items, func(i wire.Item) bool { return i.Name == modSeq })
}

// modSeq tells whether the mail program asks for mod-sequences.
func (q asking) modSeq() bool { return asksModSeq(q.items) }

// withModSeq adds mod-sequences to the items of a command of the relay's own.
func withModSeq(items string) string {
	return "(UID " + modSeq + strings.TrimPrefix(items, "(UID")
}

// itemModSeq keeps the mod-sequence of a message until the answer has ended: only
// then it is known whether the mail program is to hear of it.
func (a *answer) itemModSeq() error {
	if n, _, err := a.in.Spaces(); err != nil || n == 0 {
		return &wire.SyntaxError{What: "fetch item without value"}
	}
	value := &capture{to: wire.Discard{}}
	err := a.in.CopyValue(value)
	if len(value.seen) > maxModSeq {
		return &wire.SyntaxError{What: "mod-sequence"}
	}
	a.modSeq = value.seen
	return err
}

// sayModSeq says a mod-sequence that was kept, unless the answer is to the relay.
func (a *answer) sayModSeq() error {
	if a.modSeq == nil {
		return nil
	}
	if !a.opened && a.asked() {
		a.swallowed = true
		return nil
	}
	if err := a.unasked(); err != nil {
		return err
	}
	if err := a.echo([]byte(modSeq + " ")); err != nil {
		return err
	}
	return a.echo(a.modSeq)
}
