// Package mark keeps mails of senders that the reader collects evidence on, as they
// came, with what was asked about them when they were fresh.
//
// # What holds
//
// A mail is kept octet for octet, named by its SHA-256, and never written over. What
// is done to the mails of a sender is a line of its log, each with the hash of the one
// before (package custody): which mail was kept when and from where, which key was
// asked for, what the reader added. A time stamp is of one line of the log, and so of
// all before it. Each sender has a directory of its own: one can be shown, and
// destroyed, without another.
//
// Nothing is asked of anybody here. Whether a mail is the original is for the caller
// to know.
//
// # Limits
//
// A mail has at most [MaxMail] octets, all together [MaxTotal]; then nothing more is
// kept, and [ErrFull] says so. A mark ends after the time that the reader chose; what
// was kept stays until the reader has it destroyed.
package mark

import (
	"errors"
	"time"

	"github.com/unseen-mail/unseen/internal/dkim"
)

const (
	// MaxMail is how many octets a kept mail may have.
	MaxMail = 64 << 20
	// MaxTotal is how many octets all kept mails may have together.
	MaxTotal = 2 << 30
	// MaxSupplied is how many octets a file of the reader's may have.
	MaxSupplied = 64 << 20
	// Days is how long a mark lasts if the reader says nothing else.
	Days = 365
)

// Sentinels of the package.
var (
	// ErrUnmarked is a sender that is not marked.
	ErrUnmarked = errors.New("mark: the sender is not marked")
	// ErrFull says that there is no room for more.
	ErrFull = errors.New("mark: there is no room for more kept mails")
	// ErrTooLarge is a mail or file that is too large to be kept.
	ErrTooLarge = errors.New("mark: too large to be kept")
	// ErrNothing says that there is nothing new to be stamped.
	ErrNothing = errors.New("mark: nothing new to be stamped")
)

// A Mark says that mails of a sender are kept.
type Mark struct {
	// V is the version of the form, 1.
	V int `json:"v"`
	// Sender is a domain, an address, or an address with a list, as decisions are
	// made for.
	Sender string `json:"sender"`
	// All says that mails to come are kept too; else only those that were named.
	All bool `json:"all"`
	// Messages are header blocks of mails that are to be kept, by SHA-256, in
	// hexadecimal: those that the reader named and that were not had yet.
	Messages []string `json:"messages,omitempty"`
	// Since is when it was made, Until when mails to come are kept no more.
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Keys says that the reader agreed to keys of signatures being asked for, also
	// those of mails to come.
	Keys bool `json:"keys"`
	// Authority is whom the reader agreed to have asked for time stamps, "" if nobody.
	Authority string `json:"authority,omitempty"`
}

// Active says whether mails to come are kept.
func (m *Mark) Active(now time.Time) bool { return m.All && now.Before(m.Until) }

// Ways by which a mail was had.
const (
	// ByRelay is a mail as the server sent it to a mail program through Unseen.
	ByRelay = "relay"
	// ByMailbox is a mail that Unseen read itself (BODY.PEEK[]).
	ByMailbox = "mailbox"
	// ByAddOn is a mail that a mail program's add-on handed over.
	ByAddOn = "addon"
	// ByFile is a mail in a file that the reader gave.
	ByFile = "file"
	// Restored is a mail in a file that Unseen had rewritten, and put back: the hashes
	// of all parts that were rewritten, and the length, are those of the original.
	Restored = "restored"
)

// Had says how a mail was had.
type Had struct {
	// How is one of the ways of this package.
	How string `json:"how"`
	// Account is the reader's address, Server where the mail came from.
	Account string `json:"account,omitempty"`
	Server  string `json:"server,omitempty"`
	// Mailbox, UIDValidity and UID are where it lay (RFC 3501, section 2.3.1.1).
	Mailbox     string `json:"mailbox,omitempty"`
	UIDValidity uint32 `json:"uidvalidity,omitempty"`
	UID         uint32 `json:"uid,omitempty"`
	// File is what the reader's file was called.
	File string `json:"file,omitempty"`
}

// A Kept is one mail that is kept.
type Kept struct {
	// V is the version of the form, 1.
	V int `json:"v"`
	// SHA256 is of the raw mail, HeaderSHA256 of its header block.
	SHA256       string `json:"sha256"`
	HeaderSHA256 string `json:"header_sha256"`
	// Size is its length in octets.
	Size int64 `json:"size"`
	// At is when it was kept, in UTC.
	At time.Time `json:"at"`
	// Had says how.
	Had Had `json:"had"`
	// Sent and Subject are what the mail says.
	Sent    time.Time `json:"sent,omitzero"`
	Subject string    `json:"subject"`
	// Names are where the keys of its signatures are; Asked is when they were asked
	// for, zero if they were not.
	Names []string  `json:"names"`
	Asked time.Time `json:"asked,omitzero"`
	// Signatures are what they come to by the keys as they were answered.
	Signatures []dkim.Result `json:"signatures,omitempty"`
	// Unasked are names that were not asked for: they may have been made for one
	// reader.
	Unasked []string `json:"unasked,omitempty"`
}

// Holds says whether a signature of the mail held, over the whole body.
func (k *Kept) Holds() bool {
	for _, s := range k.Signatures {
		if s.Result == "pass" && s.WholeBody {
			return true
		}
	}
	return false
}

// A Letter is one that the reader wrote, or was written.
type Letter struct {
	// Kind is "request", "complaint" or "answer".
	Kind string `json:"kind"`
	// With is to whom, or from whom.
	With string `json:"with,omitempty"`
	// On is the day, "2026-11-23".
	On string `json:"on"`
	// Noted is when the reader said so.
	Noted time.Time `json:"noted"`
}

// A Supplied is a file that the reader added.
type Supplied struct {
	// Name is what it is called, SHA256 that of its octets.
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	// Size is its length in octets, At when it was added.
	Size int64     `json:"size"`
	At   time.Time `json:"at"`
}
