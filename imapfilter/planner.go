// Package imapfilter is an IMAP relay that passes each message through a
// planner before the mail program sees it.
//
// It forwards every octet that it does not understand, and reads just enough
// to find message content in FETCH answers (RFC 3501, section 7.4.2). Edits are
// of equal length, so sizes, structures and partial fetches stay true. Every
// piece of a message is served from one plan; where there is none yet, the
// relay first fetches the message by a command of its own, of the same kind as
// the mail program's: its beginning, and the rest only if the piece has edits or
// lies behind. Where the server has names for messages that hold in every mailbox
// (OBJECTID, RFC 8474; Gmail's X-GM-EXT-1) the relay asks for them in its own
// commands, and with every message that streams through; with what COPY and MOVE
// answer (COPYUID, RFC 4315, section 3) a message that lies elsewhere now is not
// read again. A piece without its transfer encoding (BINARY; RFC 3516, section
// 4.3) is served from the same plan.
//
// What it cannot relay safely is not offered: capabilities that would let
// content by (COMPRESS, CONVERT, URLAUTH, ...) are taken out of every list, and
// a command that uses one all the same is refused. Codes that send the mail
// program to another server are taken out of answers. A message that cannot be
// looked into passes as it is, and is counted: mail is never withheld. What
// cannot be parsed ends the connection: nothing is guessed or made up.
//
// Credentials pass through and are neither kept nor logged. Upstream is TLS
// with a verified certificate, or this machine. A server that greets by PREAUTH
// (RFC 3501, section 7.1.4) is believed only under TLS from the first octet; its
// mailbox is then open to every program that may connect to the local port. It
// knows nothing of trackers or consent.
package imapfilter

import (
	"context"

	"github.com/unseen-mail/unseen/detect/message"
)

// A Place is where a message lies on the server. A zero UID is not known yet.
type Place struct {
	// Mailbox is its name as the mail program writes it.
	Mailbox string
	// UIDValidity and UID name the message in it (RFC 3501, section 2.3.1.1).
	UIDValidity, UID uint32
	// Object is the server's own name for what the message holds, the same in
	// every mailbox: "EMAILID M6d99ac3275bb4e" (RFC 8474, section 5.1) or
	// "X-GM-MSGID 1278455344230334865"; "" where it is not known. Two places
	// with one Object hold the same octets.
	Object string
}

// A Planner says how messages of one account are rewritten. The relay knows
// nothing else about them.
type Planner interface {
	// Known returns the overlay stored for the message at a place, or under its
	// Object, nil if there is none.
	Known(ctx context.Context, at Place) (*message.Overlay, error)
	// Begin plans a message that is about to stream through.
	Begin(at Place) Planning
	// Copied is told that the server has copied or moved messages: what is stored
	// for each of from holds for that of the same index in to.
	Copied(ctx context.Context, from, to []Place) error
	// Appended returns the overlays of the messages with this raw top-level
	// header block that were served before, in any account.
	Appended(ctx context.Context, header []byte) ([]*message.Overlay, error)
	// Restore returns a composed message with every address of the gateway
	// taken out. It returns its argument if there is none.
	Restore(ctx context.Context, raw []byte) ([]byte, error)
}

// A Planning is the plan of one message in the making. One that is given up, since
// the beginning of the message was enough, is not told of an end.
type Planning interface {
	message.Session
	// Place tells where the message lies, when a server says so only after
	// the content. It may be called after End.
	Place(at Place)
}

// A Hearer is a [Planning] that may want the message itself.
type Hearer interface {
	Planning
	// Hear is given the octets of the message as the server sent them, in order, and
	// also those that came before Header was called. They must not be kept.
	Hear(raw []byte)
	// Whole says, once Header was called, that all of the message is wanted, also
	// where a mail program asks for a piece of it alone.
	Whole() bool
}
