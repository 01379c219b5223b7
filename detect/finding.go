package detect

import (
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// What becomes of a reference at protection level standard, with nothing granted.
const (
	// ActionHold is a load that is not made.
	ActionHold = "hold"
	// ActionRelease is a load that is made, if pictures are shown.
	ActionRelease = "release"
	// ActionUngated is a load that is left as it was in the mail.
	ActionUngated = "ungated"
	// ActionUnwrap is a link that leads where it says.
	ActionUnwrap = "unwrap"
	// ActionGate is a link that asks first.
	ActionGate = "gate"
	// ActionLeave is a link, or a load from nowhere else, that is left alone.
	ActionLeave = "leave"
)

// A Finding is a reference with its verdict, as it is given to others. Names and
// order of the fields in JSON are final; what is not there is null, and lists
// are never null.
type Finding struct {
	// MessageSHA256 is of the raw message, in hexadecimal.
	MessageSHA256 string `json:"message_sha256"`
	// Source is a path or an IMAP URL.
	Source string `json:"source"`
	// Part is the IMAP section of the leaf, "HEADER" for receipts.
	Part string `json:"part"`
	// Offset is where it stands in the raw message, as read.
	Offset int `json:"offset"`
	// Length is in raw octets too.
	Length int `json:"length"`
	// Vector is where in the text it stands.
	Vector reference.Vector `json:"vector"`
	// Kind is what following it does.
	Kind reference.Kind `json:"kind"`
	// URL is decoded: entities resolved, tabs and line ends removed.
	URL string `json:"url"`
	// Host is the host of URL in lower case, "" if it has none.
	Host string `json:"host"`
	// Verdict is what it is held to be.
	Verdict Verdict `json:"verdict"`
	// Certainty is how sure that is.
	Certainty Certainty `json:"certainty"`
	// Individualised is "yes", "no" or "unknown".
	Individualised string `json:"individualised"`
	// Token is what individualises.
	Token *TokenInfo `json:"token"`
	// Leak is the form in which the recipient's address stands in URL.
	Leak *string `json:"leak"`
	// Vendor is who runs it.
	Vendor *string `json:"vendor"`
	// Purposes are what it is for.
	Purposes []purpose.ID `json:"purposes"`
	// Exemption is why no consent is needed.
	Exemption *string `json:"exemption"`
	// Reasons are sentences for the reader.
	Reasons []string `json:"reasons"`
	// Rules name what the reasons rest on.
	Rules []string `json:"rules"`
	// RuleEdition names the rules by content.
	RuleEdition string `json:"rule_edition"`
	// Action is what becomes of it at level standard with an empty ledger.
	Action string `json:"action"`

	// Because are the reasons as data, and Basis says how the purposes are known.
	Because []Reason `json:"-"`
	Basis   Basis    `json:"-"`
	// Destination is where a link leads, as far as it is known without asking.
	Destination string `json:"-"`
	// Shape is what the mail declares of a load's size and whether it is seen.
	Shape reference.Shape `json:"-"`
}

// fill writes a judgement into a finding.
func (f *Finding) fill(j Judgement) {
	f.Verdict, f.Certainty, f.Individualised = j.Verdict, j.Certainty, j.Individualised
	f.Token, f.Leak, f.RuleEdition = j.Token, j.Leak, j.Edition
	f.Because, f.Basis = j.Because, j.Basis
	f.Vendor, f.Exemption = optional(j.Vendor), optional(j.Exemption)
	f.Purposes, f.Reasons, f.Rules = list(j.Purposes), list(j.Reasons), list(j.Rules)
}

// optional returns nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// list returns an empty list for nil, so that JSON has [] and not null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
