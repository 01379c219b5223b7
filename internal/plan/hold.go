package plan

import (
	"bytes"

	"github.com/unseen-mail/unseen/detect/reference"
)

// HoldLoads returns a message in which every remote load that hold says yes to
// is an empty data: address of the same length, and the plan that did it. It
// names no gateway, and what it does cannot be taken back by a later consent.
// Loads that hold says no to are [Left]. Raw is not changed; it is returned
// itself if there is nothing to hold.
func HoldLoads(raw []byte, hold func(reference.Reference) bool) ([]byte, *Plan) {
	return HoldAndOpen(raw, hold, nil)
}

// HoldAndOpen is [HoldLoads] for a message whose links are opened as well: each that a
// linker names a destination of leads there, at the same length. Nothing is sealed.
func HoldAndOpen(raw []byte, hold func(reference.Reference) bool, links Linker) ([]byte, *Plan) {
	plan := (&Planner{hold: hold, Links: links}).Plan(raw)
	if len(plan.Overlay.Edits) == 0 {
		return raw, plan
	}
	out := bytes.Clone(raw)
	plan.Overlay.Apply(out, 0)
	return out, plan
}

// holdOne is decide for [HoldLoads].
func (p *page) holdOne(r *Reference) {
	if !p.planner.hold(r.Ref) {
		r.Outcome = Left
		return
	}
	if !p.inert(r) {
		r.Reason = ReasonRoom
	}
}
