// Package consent keeps the reader's decisions on who may learn what, in a
// ledger that only grows and in which every change can be found.
//
// A record is the reader's instruction to their own software. It is not sent to
// the sender and is no proof of consent under article 7(1) GDPR.
//
// # What holds
//
// A decision counts for exactly one sender, recipient and purpose, and for the
// vendors that its notice named. Silence is a no. When [Ledger.Append] returns
// without an error, the record is as durable as the [Storage] says. A
// withdrawal or refusal acts even if it could not be stored.
//
// # Form
//
// Each record is JSON with a version, padded, and sealed with AES-256-GCM under
// a key of its own. The chain runs over the sealed octets, so that a record's
// key can be destroyed ([Ledger.Forget]) and the chain still verifies. The
// sealed octets begin with a commitment to the key: GCM alone would let one
// ciphertext open to two texts under two keys. Forms 1 and 2 are final; a later
// form gets a new number and reads all earlier ones. Form 2 adds the words of the
// notice, the address in From and the scope of the answer.
//
// # What it cannot do
//
// Somebody who may write the storage can write a whole new chain. Only a
// [Head] that was noted elsewhere shows that: compare it by
// [Ledger.VerifyAgainst].
package consent

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// Version is the form in which records are written.
const Version = 2

// A Decision is what the reader decided, or how things stand without a word.
type Decision string

// What can be recorded.
const (
	Granted   Decision = "granted"
	Refused   Decision = "refused"
	Withdrawn Decision = "withdrawn"
)

// What else a [Standing] can be. These are never recorded.
const (
	// Unasked is how everything begins. It is a no.
	Unasked Decision = "unasked"
	// Lapsed is a grant whose time is over.
	Lapsed Decision = "lapsed"
	// Unreadable is said of everything while the ledger is broken.
	Unreadable Decision = "unreadable"
)

// A How is the way by which a decision was made.
type How string

// The ways to decide.
const (
	Tray    How = "tray"
	Window  How = "window"
	AddOn   How = "add-on"
	Page    How = "page"
	Command How = "command"
	Import  How = "import"
)

// A Scope is how much one answer of the reader's was about. Each purpose gets a
// record of its own all the same.
type Scope string

// The scopes.
const (
	// OnePurpose is an answer to one question.
	OnePurpose Scope = "purpose"
	// AllPurposes is one answer to all questions of a sender.
	AllPurposes Scope = "all"
)

// A Record is one decision.
type Record struct {
	// Sender is the key of package sender: an organisational domain, or a
	// full address on shared domains.
	Sender string
	// SenderHow is how the sender was authenticated: "dmarc", "dkim", "own-dkim", "spf",
	// or "" if the decision was made without a mail at hand.
	SenderHow string
	// SenderAddress is the address in From of the mail at hand, "" without one.
	SenderAddress string
	// Scope is how much the reader answered at once, "" where it is not known.
	Scope Scope
	// Recipient is the reader's address that the decision is for.
	Recipient string
	// Purpose is the one purpose that was decided on.
	Purpose purpose.ID
	// Vendors are those that the notice named. A grant names at least one and
	// covers no other.
	Vendors []string
	// Decision is Granted, Refused or Withdrawn.
	Decision Decision
	// When is the moment of the decision, in UTC.
	When time.Time
	// Until is when a grant lapses, or when a refusal may be asked again;
	// zero is never.
	Until time.Time
	// How says by which face it was decided.
	How How
	// Notice is what the reader was shown, word for word; empty if no notice
	// was shown. NoticeSHA256 is its hash in lower-case hexadecimal, which
	// [Ledger.Append] fills in. Records of form 1 have the hash alone.
	Notice       string
	NoticeSHA256 string
	// NoticeLanguage and NoticeEdition say which notice it was.
	NoticeLanguage, NoticeEdition string
	// Evidence are SHA-256 hashes of the mails that led to the question.
	Evidence []string
	// Actor is who decided, as the system knows them: "uid 1000".
	Actor string
}

// An Entry is a record in its place in the chain.
type Entry struct {
	// Seq counts from 1.
	Seq uint64
	// Version is the form in which the record is written.
	Version int
	// Hash is the record's, Previous that of the record before; zero before
	// the first.
	Hash, Previous Hash
	// Forgotten says that the key was destroyed; Record is empty then.
	Forgotten bool
	// Forgets are the records whose keys this entry destroyed; Record then
	// holds only When, How and Actor.
	Forgets []uint64
	// Record is the decision.
	Record Record
}

// A Standing is how things stand for one sender, recipient and purpose.
type Standing struct {
	// Sender, Recipient and Purpose are what was asked for.
	Sender, Recipient string
	Purpose           purpose.ID
	// Decision is any of the six.
	Decision Decision
	// Vendors are those that the last decision named. Do not change them.
	Vendors []string
	// When and Until are those of the last decision, zero if there is none.
	When, Until time.Time
	// Seq is the record that decides, 0 if there is none.
	Seq uint64
}

// Covers says whether a grant stands and names every one of the vendors.
func (s *Standing) Covers(vendors ...string) bool {
	if s.Decision != Granted {
		return false
	}
	for _, v := range vendors {
		if !slices.Contains(s.Vendors, v) {
			return false
		}
	}
	return true
}

// ErrInvalid is wrapped by [Ledger.Append] for a record that cannot be kept.
var ErrInvalid = errors.New("consent: invalid record")

// A BrokenError names the first record at which the ledger does not hold.
type BrokenError struct {
	// Seq is the record, counted from 1.
	Seq uint64
	// What is what is wrong with it.
	What string
}

// Error is of the form "record 4: was changed: its hash does not follow".
func (e *BrokenError) Error() string { return fmt.Sprintf("record %d: %s", e.Seq, e.What) }
