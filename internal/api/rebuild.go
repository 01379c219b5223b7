package api

import (
	"context"
	"iter"
)

// RebuildRequest asks for the plans of an account's mail to be made again from the
// mailbox.
type RebuildRequest struct {
	// Address names a connected account.
	Address string `json:"address"`
	// Login and Password are for its server; Login is the address if empty.
	// Neither is kept.
	Login string `json:"login,omitempty"`
	// Password is used once, and not kept.
	Password Secret `json:"password"`
}

// Rebuilt is how far a rebuilding came.
type Rebuilt struct {
	// Mailbox is how many of Mailboxes were read to their end.
	Mailbox int `json:"mailbox"`
	// Mailboxes is how many there are.
	Mailboxes int `json:"mailboxes"`
	// Read is how many messages were read, of those that were there to be read
	// in the mailboxes that were opened so far.
	Read int `json:"read"`
	// Messages is how many there were.
	Messages int `json:"messages"`
	// References is how many addresses of Unseen are known by them.
	References int `json:"references"`
	// Unread is how many mailboxes could not be opened.
	Unread int `json:"unread,omitempty"`
	// Done says that this is the last word.
	Done bool `json:"done,omitempty"`
	// Error is why there will be no other; only the wire carries it.
	Error *Error `json:"error,omitempty"`
}

// Rebuild makes the plans of an account's mail again and returns how far it is,
// again and again. The last pair may carry an error. It ends when ctx does, and
// goes on from there the next time.
func (c *Client) Rebuild(ctx context.Context, q RebuildRequest) iter.Seq2[Rebuilt, error] {
	return follow(ctx, c, "/v1/accounts/rebuild", q, func(at Rebuilt) (*Error, bool) { return at.Error, at.Done })
}

// rebuildFailed is the last word of a rebuilding that failed.
func rebuildFailed(e *Error) Rebuilt { return Rebuilt{Error: e} }
