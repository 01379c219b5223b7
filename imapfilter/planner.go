package imapfilter

import (
	"context"

	"github.com/unseen-mail/unseen/detect/message"
)

// A Place is where a message lies on the server. A zero UID is not known yet.
type Place struct {
	Mailbox     string
	UIDValidity uint32
	UID         uint32
}

// A Planner says how messages of one account are rewritten. The relay knows
// nothing else about them.
type Planner interface {
	// Known returns the overlay stored for the message at a place, nil if
	// there is none.
	Known(ctx context.Context, at Place) (*message.Overlay, error)
	// Begin plans a message that is about to stream through.
	Begin(at Place) Planning
	// Appended returns the overlay of the message with this raw top-level
	// header block if it was served before, in any account; nil if none.
	Appended(ctx context.Context, header []byte) (*message.Overlay, error)
	// Restore returns a composed message with every address of the gateway
	// taken out. It returns its argument if there is none.
	Restore(ctx context.Context, raw []byte) ([]byte, error)
}

// A Planning is the plan of one message in the making.
type Planning interface {
	message.Session
	// Place tells where the message lies, when a server says so only after
	// the content. It may be called after End.
	Place(at Place)
}
