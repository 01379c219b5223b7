package words

import (
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/reason"
)

// Keys of what a sender's mails show of it.
const (
	PartHead    Key = "part-head"
	PartLine    Key = "part-line"
	SeenHead    Key = "seen-head"
	ClaimHead   Key = "claim-head"
	ClaimLine   Key = "claim-line"
	ClaimTracks Key = "claim-tracks"
)

// Doubt says why nobody vouches for a sender, or whom it can be taken for: a reason
// of package sender. It is "" for one that this program does not know.
func (c *Catalogue) Doubt(r reason.Reason) string { return c.reason("doubt-", r) }

// PartBecause says why somebody is presumed to have a part in a mail: a reason of
// package role. It is "" for one that this program does not know.
func (c *Catalogue) PartBecause(r reason.Reason) string { return c.reason("part-because-", r) }

// Part is what somebody's part in a mail is called, by the words of package role.
func (c *Catalogue) Part(kind string) string { return c.known("part-", kind) }

// Claimed is what a mail says of tracking, by the words of package claim.
func (c *Catalogue) Claimed(kind string) string { return c.known("claim-", kind) }

// reason says a reason whose text has a key of a kind.
func (c *Catalogue) reason(kind string, r reason.Reason) string {
	key := Key(kind + r.Code)
	if r.None() || c.Text(key) == "" {
		return ""
	}
	var pairs []any
	for i, arg := range r.Args {
		if i < len(places) {
			pairs = append(pairs, places[i], arg)
		}
	}
	return c.Say(key, pairs...)
}

// Observed is one thing that was seen in a sender's mails, as package claim counts it.
type Observed struct {
	// What it is, by the words of package claim.
	What string
	// When is the day of the first mail that shows it.
	When time.Time
	// N of Of mails show it.
	N, Of int
	// Days is the fewest days between two questions.
	Days int
	// Unsubscribe and List are how many have another way out.
	Unsubscribe, List int
}

// Observed says it in a sentence, "" for what this program does not know.
func (c *Catalogue) Observed(o Observed) string {
	key := Key("seen-" + o.What)
	if c.Text(key) == "" || strings.HasSuffix(string(key), "-head") {
		return ""
	}
	return c.Say(key, "day", c.Date(o.When), "n", o.N, "of", o.Of, "days", o.Days, "unsubscribe", o.Unsubscribe, "list", o.List)
}
