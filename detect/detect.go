// Package detect says what in a mail would tell somebody that it was read, by
// whom, and why that is held to be so.
//
// It is pure: a verdict depends on the reference, on a few facts of the mail and
// on the edition of the rules, and on nothing else: not on the time, the
// network, or what the reader agreed to. It can be made again in ten years from
// the raw message.
//
// An error is no verdict and a verdict is no error: [Scan] always answers, and
// names as a gap what it could not look into. A report with gaps does not say
// that the mail is clean.
package detect

import (
	"encoding/json"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Verdict is what a reference is held to be.
type Verdict string

const (
	// Tracker is individualised and not exempt.
	Tracker Verdict = "tracker"
	// Suspected is probably a tracker; not enough of it is known.
	Suspected Verdict = "suspected"
	// Exempt is individualised for a purpose that needs no consent.
	Exempt Verdict = "exempt"
	// Clean shows no sign of telling one recipient from another.
	Clean Verdict = "clean"
)

// A Certainty is how sure a verdict is. It is "" for what is clean, and null in
// JSON.
type Certainty string

const (
	// Proven carries the recipient's address, or differs between recipients.
	Proven Certainty = "proven"
	// Strong is a known form, or several signs together.
	Strong Certainty = "strong"
	// Weak is a single sign.
	Weak Certainty = "weak"
)

// MarshalJSON writes null where there is no certainty to speak of.
func (c Certainty) MarshalJSON() ([]byte, error) {
	if c == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(c))
}

// A Basis says how purposes are known.
type Basis string

const (
	// Documented purposes were read on a page of the vendor, or of who made the
	// rule.
	Documented Basis = "documented"
	// Inferred ones come from the vendor's trade, or from the signs alone.
	Inferred Basis = "inferred"
)

// Whether an address differs from recipient to recipient.
const (
	// Individual is an address made for one recipient.
	Individual = "yes"
	// NotIndividual is an address in which nothing could tell recipients apart.
	NotIndividual = "no"
	// Unknown is an address that could.
	Unknown = "unknown"
)

// A TokenInfo says what in an address looks like the name of a recipient or of
// one message; in JSON without repeating it.
type TokenInfo struct {
	// Where is "path", "query", "host", "user-info" or "fragment".
	Where string `json:"where"`
	// Kind is "address", "uuid", "hex", "number" or "random".
	Kind string `json:"kind"`
	// Length counts octets as written.
	Length int `json:"length"`
	// Text is the token as written. It is for the reader's own eyes.
	Text string `json:"-"`
}

// A Judgement is a verdict with its reasons.
type Judgement struct {
	// Verdict is what the reference is held to be.
	Verdict Verdict
	// Certainty is how sure that is, "" for what is clean.
	Certainty Certainty
	// Individualised is "yes", "no" or "unknown".
	Individualised string
	// Token is what individualises, nil if nothing was seen.
	Token *TokenInfo
	// Leak names the form in which the recipient's own address stands in
	// the URL: "plain", "base64", "md5"; nil if it does not.
	Leak *string
	// Vendor is the catalogue's identifier of who runs it, "" if not known.
	Vendor string
	// Purposes are what it is for. It is released when each is granted.
	Purposes []purpose.ID
	// Basis says how the purposes are known, "" where there are none.
	Basis Basis
	// Exemption is why no consent is needed, "" if it is.
	Exemption string
	// Reasons are sentences for the reader, the weightiest first.
	Reasons []string
	// Because are the same reasons as data, in the same order.
	Because []Reason
	// Rules name what the reasons rest on, for those who check.
	Rules []string
	// Edition names the rules that were applied.
	Edition string
}

// Holds says whether protection level standard holds a load with this verdict as
// long as the reader agreed to nothing.
func (j Judgement) Holds() bool { return j.Verdict == Tracker || j.Verdict == Suspected }
