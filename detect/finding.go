package detect

import (
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// What becomes of a reference at protection level standard, with nothing granted.
const (
	// ActionHold and ActionRelease are for loads.
	ActionHold    = "hold"
	ActionRelease = "release"
	// ActionUngated is a load that is left as it was in the mail.
	ActionUngated = "ungated"
	// ActionUnwrap, ActionGate and ActionLeave are for what a person follows.
	ActionUnwrap = "unwrap"
	ActionGate   = "gate"
	ActionLeave  = "leave"
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
	// Offset and Length are raw octets of the whole message, as read.
	Offset int `json:"offset"`
	Length int `json:"length"`
	// Vector is where it stands and Kind what it is.
	Vector reference.Vector `json:"vector"`
	Kind   reference.Kind   `json:"kind"`
	// URL is decoded; Host is its host, in lower case.
	URL  string `json:"url"`
	Host string `json:"host"`
	// The fields of the judgement.
	Verdict        Verdict      `json:"verdict"`
	Certainty      Certainty    `json:"certainty"`
	Individualised string       `json:"individualised"`
	Token          *TokenInfo   `json:"token"`
	Leak           *string      `json:"leak"`
	Vendor         *string      `json:"vendor"`
	Purposes       []purpose.ID `json:"purposes"`
	Exemption      *string      `json:"exemption"`
	Reasons        []string     `json:"reasons"`
	Rules          []string     `json:"rules"`
	RuleEdition    string       `json:"rule_edition"`
	// Action is what becomes of it at level standard with an empty ledger.
	Action string `json:"action"`
}

// fill writes a judgement into a finding.
func (f *Finding) fill(j Judgement) {
	f.Verdict, f.Certainty, f.Individualised = j.Verdict, j.Certainty, j.Individualised
	f.Token, f.Leak, f.RuleEdition = j.Token, j.Leak, j.Edition
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
