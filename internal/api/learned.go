package api

import (
	"context"
	"encoding/json"
	"time"
)

// A LearnedQuery asks what mail upon mail showed of a sender.
type LearnedQuery struct {
	// Sender is a key, an address, or a domain.
	Sender string `json:"sender"`
	// Language is that of the sentences; "" is the daemon's own.
	Language string `json:"language,omitempty"`
}

// A Learned is what mail upon mail showed of the addresses in one sender's mail. No
// address is kept, and of what stands in one a keyed hash alone.
type Learned struct {
	// Sender is the key.
	Sender string `json:"sender"`
	// Vouched says that it comes from mail that somebody vouches for.
	Vouched bool `json:"vouched"`
	// Mails is how many mails it comes from, the last 512 at most.
	Mails int `json:"mails"`
	// Since and Until are when the first and the last of them came.
	Since time.Time `json:"since"`
	// Until is when the last came.
	Until time.Time `json:"until"`
	// Forms are the forms of addresses, those of most mails first.
	Forms []LearnedForm `json:"forms"`
	// History and Proofs are the same as verdicts go by it: what
	// [template.History] and [twin.Proofs] write.
	History []byte `json:"history,omitempty"`
	// Proofs are those of package twin.
	Proofs json.RawMessage `json:"proofs,omitempty"`
}

// A LearnedForm is one form of addresses.
type LearnedForm struct {
	// Form is the address without scheme, and with {} for what is filled in.
	Form string `json:"form"`
	// Mails is how many mails had it.
	Mails int `json:"mails"`
	// Says are sentences on each part that is filled in, as far as something is known
	// of it, and on what copies of one mailing proved.
	Says []string `json:"says"`
	// Examples are hashes of header blocks of mails that had it.
	Examples []string `json:"examples,omitempty"`
}

// Learned says what mail upon mail showed of a sender: from mail that somebody
// vouches for, and from other mail, as far as there is any.
func (c *Client) Learned(ctx context.Context, q LearnedQuery) ([]Learned, error) {
	return call[[]Learned](ctx, c, "GET", "/v1/senders/learned?"+query(q), nil)
}
