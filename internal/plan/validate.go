package plan

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// invalid returns an [ErrEncoding] that says what is wrong.
func invalid(what string) error { return fmt.Errorf("%s: %w", what, ErrEncoding) }

// plan makes a plan of its encoded form. It believes nothing: the store is
// not the only place that encoded plans may come from.
func (w *wirePlan) plan() (*Plan, error) {
	if err := w.valid(); err != nil {
		return nil, err
	}
	p := &Plan{Version: w.Version, Mode: Mode(w.Mode), Header: w.Header, Complete: w.Complete}
	copy(p.HeaderSHA256[:], w.Hash)
	var err error
	if p.Overlay, err = w.overlay(); err != nil {
		return nil, err
	}
	for i := range w.Refs {
		r := &w.Refs[i]
		if err := r.valid(w.Size); err != nil {
			return nil, err
		}
		p.References = append(p.References, r.reference())
	}
	for _, l := range w.Leaves {
		if !within(l.Start, l.Size, w.Size) || len(l.SHA256) != sha256.Size {
			return nil, invalid("leaf")
		}
		p.Leaves = append(p.Leaves, Leaf{Section: l.Section,
			Raw: message.Range{Start: l.Start, End: l.Start + l.Size}, SHA256: [32]byte(l.SHA256)})
	}
	for _, g := range w.Gaps {
		p.Gaps = append(p.Gaps, message.Gap{Section: g.Section, Reason: g.Reason})
	}
	return p, nil
}

// valid checks all but the overlay and the references.
func (w *wirePlan) valid() error {
	mode := Mode(w.Mode)
	switch {
	case w.Version < 1:
		return invalid("version")
	case mode != ModeAll && mode != ModePixels && mode != ModeSigned:
		return invalid("mode")
	case len(w.Hash) != sha256.Size || len(w.Header) > maxHeader:
		return invalid("header")
	case w.Size < 0 || len(w.Refs) > maxReferences:
		return invalid("size")
	}
	return nil
}

func (w *wirePlan) overlay() (message.Overlay, error) {
	o := message.Overlay{Size: w.Size}
	for _, s := range w.Sections {
		if !within(s.Start, s.Size, w.Size) {
			return o, invalid("section")
		}
		o.Sections = append(o.Sections, message.Section{Name: s.Name, Range: message.Range{Start: s.Start, End: s.Start + s.Size}})
	}
	if !slices.IsSortedFunc(o.Sections, func(a, b message.Section) int { return strings.Compare(a.Name, b.Name) }) {
		return o, invalid("order of sections")
	}
	at := 0
	for _, e := range w.Edits {
		if len(e.Old) == 0 || len(e.Old) != len(e.New) || e.After < 0 || e.After > w.Size || !within(at+e.After, len(e.Old), w.Size) {
			return o, invalid("edit")
		}
		o.Edits = append(o.Edits, message.Edit{Offset: at + e.After, Old: e.Old, New: e.New})
		at += e.After + len(e.Old)
	}
	return o, nil
}

// within says whether a range lies in size octets, without overflow.
func within(start, length, size int) bool {
	return start >= 0 && length >= 0 && start <= size && length <= size-start
}

// valid checks one reference of a message of size octets. Spans count cells,
// of which no message has more than octets.
func (w *wireReference) valid(size int) error {
	for _, s := range [...][2]int{w.Slot, w.Tag, w.Raw} {
		if !within(s[0], s[1], size) {
			return invalid("span of a reference")
		}
	}
	switch Outcome(w.Outcome) {
	case ByToken, ByShort, ByTag, ByBase, Inert, Ungated, Left, Unwrapped, Sealed:
	default:
		return invalid("outcome")
	}
	if w.Token != "" && !isToken(w.Token) {
		return invalid("token")
	}
	return nil
}

// isToken says whether s has the form of a token.
func isToken(s string) bool {
	if len(s) != tokenLetters && len(s) != shortLetters {
		return false
	}
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return true
}

// isLetter says whether c is a digit of base 62.
func isLetter(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
