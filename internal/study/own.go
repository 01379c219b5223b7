package study

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/room"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// OwnPath is the source that is the Unseen which runs here: what it knows of the mail
// that came through it, if the reader permits the study to read that.
const OwnPath = "unseen:"

// OwnMails returns mails that came through the Unseen that runs here; the last pair may
// carry an error.
type OwnMails func(ctx context.Context, q api.StudyQuery) iter.Seq2[api.StudyMail, error]

// errNoOwn is a run that was not told how to ask Unseen.
var errNoOwn = errors.New("study: nobody asks the Unseen that runs here")

// Kinds of studies, as they are permitted and published.
const (
	participants = "participants"
	seeds        = "seeds"
)

// kind says which of the two kinds of studies it is.
func (p *Protocol) kind() string {
	if p.Seeded {
		return seeds
	}
	return participants
}

// Query is how the study asks for the mail of the Unseen that runs here.
func (s *Study) Query() api.StudyQuery {
	return api.StudyQuery{ID: s.Protocol.id(), Kind: s.Protocol.kind(), K: s.Protocol.K}
}

// Permit is what the reader is asked to permit.
func (s *Study) Permit() api.StudyPermit {
	q := s.Query()
	return api.StudyPermit{ID: q.ID, Kind: q.Kind, K: q.K, Title: s.Protocol.Title, Authors: append([]string{}, s.Protocol.Authors...)}
}

// readOwn hands out the mails of the Unseen that runs here.
func (w *worker) readOwn(ctx context.Context, at *Source, memory *room.Room, give func(*job) bool) bool {
	failed := func(err error) bool {
		return give(&job{source: at, mail: source.Mail{Name: OwnPath, Key: OwnPath, Err: &source.RetryError{Err: err}}, done: make(chan struct{})})
	}
	if w.run.Own == nil {
		return failed(errNoOwn)
	}
	for m, err := range w.run.Own(ctx, w.study.Query()) {
		if err != nil {
			return ctx.Err() == nil && failed(err)
		}
		if !memory.Take(ownSize(&m)) || !give(&job{source: at, own: &m, done: make(chan struct{})}) {
			return false
		}
	}
	return true
}

// ownSize is how much memory a mail of Unseen's takes, about.
func ownSize(m *api.StudyMail) int {
	n := len(m.Header)
	for i := range m.References {
		n += 256 + len(m.References[i].URL)
	}
	return n
}

// ownKey names a mail of Unseen's, of which only the header is there.
func (o *observer) ownKey(holder, id string) string {
	return o.names.name("message", holder, "header", id)
}

// observeOwn makes the rows of a mail of Unseen's.
func (o *observer) observeOwn(at *Source, own *api.StudyMail) Record {
	h := message.Header(own.Header)
	addresses := at.Recipients
	if own.Address != "" && !slices.Contains(addresses, own.Address) {
		addresses = append(slices.Clip(addresses), own.Address)
	}
	recipient := own.Address
	if recipient == "" {
		recipient = recipientOf(h, addresses)
	}
	known, outcomes := knownOf(own)
	findings := detect.Review(own.Header, known, o.judge, recipient)
	// Receipts stand before what is known.
	rest := findings[len(findings)-len(outcomes):]
	for i := range rest {
		rest[i].Action = actionOf(&rest[i], outcomes[i])
	}
	m := o.message(o.ownKey(at.Holder, own.ID), at.Holder)
	m.Gaps = append(m.Gaps, own.Gaps...)
	return o.record(m, looked{header: h, recipient: recipient, own: addresses, findings: findings, permission: permissionOf(own)})
}

// knownOf are the references of a mail as they are judged, and what its plan did with
// each.
func knownOf(own *api.StudyMail) ([]detect.Known, []plan.Outcome) {
	var known []detect.Known
	var outcomes []plan.Outcome
	for i := range own.References {
		r := &own.References[i]
		if r.Kind == string(reference.Base) {
			continue
		}
		known = append(known, detect.Known{Part: r.Part, At: message.Range{Start: r.Offset, End: r.Offset + r.Length}, Ref: reference.Reference{
			Vector: reference.Vector(r.Vector), Kind: reference.Kind(r.Kind), URL: r.URL, Remote: r.Remote, Relative: r.Relative, Text: r.Text,
			Shape: reference.Shape{Width: r.Width, Height: r.Height, Hidden: r.Hidden, Alt: r.Alt}, Ordinal: i}})
		outcomes = append(outcomes, plan.Outcome(r.Outcome))
	}
	return known, outcomes
}

// actionOf is what Unseen does at level standard with nothing granted, by the plan that
// the mail has.
func actionOf(f *detect.Finding, outcome plan.Outcome) string {
	switch {
	case outcome == plan.Ungated:
		return detect.ActionUngated
	case outcome == plan.Unwrapped:
		return detect.ActionUnwrap
	case outcome == plan.Sealed:
		return detect.ActionGate
	case outcome == plan.Left || !f.Kind.Load():
		return detect.ActionLeave
	case f.Kind == reference.Resource || f.Verdict == detect.Tracker || f.Verdict == detect.Suspected:
		return detect.ActionHold
	}
	return detect.ActionRelease
}

// permissionOf says how the reader's permission to Unseen stood when a mail came: for
// what needs one, and for all of its purposes.
func permissionOf(own *api.StudyMail) func(*detect.Finding, time.Time) *string {
	var ledger decided
	for _, d := range own.Decisions {
		ledger = append(ledger, consent.Record{Sender: d.Sender, Recipient: d.Address, Purpose: purpose.ID(d.Purpose), Vendors: d.Vendors,
			Decision: consent.Decision(d.Decision), When: d.When, Until: d.Until})
	}
	g := &gate.Gate{Ledger: ledger}
	return func(f *detect.Finding, at time.Time) *string {
		if f.Verdict != detect.Tracker && f.Verdict != detect.Suspected {
			return nil
		}
		word := Never
		if own.Sender != "" && own.Address != "" {
			word = permissionWord(g.Permission(&gate.Load{
				Host: f.Host, Sender: sender.Sender{Key: own.Sender, Address: own.From}, Recipient: own.Address,
				Judgement: detect.Judgement{Verdict: f.Verdict, Purposes: f.Purposes, Vendor: text(f.Vendor), Exemption: text(f.Exemption)},
			}, at))
		}
		return &word
	}
}

// decided are records, as the ledger that the gate asks.
type decided []consent.Record

// Standing implements [gate.Ledger].
func (d decided) Standing(sender, recipient string, p purpose.ID, at time.Time) consent.Standing {
	return consent.StoodAt(d, sender, recipient, p, at)
}

// Never is a permission that was neither given nor refused to whoever is behind it.
const Never = "never"

// permissionWord is what rows call how a permission stood.
func permissionWord(why gate.Why) string {
	switch why {
	case gate.Consented:
		return string(consent.Granted)
	case gate.Refused, gate.Withdrawn, gate.Lapsed:
		return string(why)
	}
	return Never
}
