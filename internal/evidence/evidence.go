// Package evidence makes of mails a bag that can be shown to an authority or a
// court, and checks one that somebody else made.
//
// # What is in a bag
//
// Below data/ stand, each under its own name: the raw messages as they came
// (messages/), what each says of where it came from (origin/), every reference
// with verdict, reasons and place (findings.jsonl), the tables of rules that the
// verdicts rest on (rules/), what copies of one mailing show side by side
// (comparison.jsonl), what the senders say about tracking (claims.json), what the
// reader told their own software (ledger.json), what they say they agreed to
// (statement.json), what was tracked after a no (withdrawals.json), what mail programs
// asked for (events.json), letters (letters.json), what the complainant
// added (supplied/), where and how all of it was made
// (environment.json), what was asked of the network (network.json), and a
// chained log of what was done when (custody.jsonl). Of mails that were kept as they
// came there is a log of that too, with time stamps (marking/), and what their
// signatures come to by the keys as they were answered (auth/). inspection.json and
// beacons.yml tell the same in the form of the EDPS Website Evidence Collector.
// Reports and drafts of letters stand in papers/.
//
// # What holds
//
// A message is kept octet for octet. One that went through Unseen is refused:
// its addresses are Unseen's. The same messages, rules and program make the
// same findings: [Remake] does, from the bag alone. Nothing is fetched, looked up
// or asked here, whatever a mail says; requests that others made, as the reader agreed,
// are listed.
//
// A bag that is being made lies in a directory and can be gone on with; messages
// are held one at a time.
//
// # What it does not say
//
// It shows what was sent, not what the sender agreed with the reader, which it
// cannot see. Who is responsible is presumed. Exempt references are listed as such
// and accuse nobody.
package evidence

import (
	"errors"
	"os"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
)

// Reasons why a message is not taken.
var (
	// ErrRewritten is a message with addresses of Unseen's gateway in it: not what
	// was sent.
	ErrRewritten = errors.New("evidence: the message went through Unseen; its original is at the mail server")
	// ErrNoMail is a text without a header.
	ErrNoMail = errors.New("evidence: not a message")
	// ErrTaken is a case that another process is making just now: two would mix their
	// logs.
	ErrTaken = errors.New("evidence: the same bag is being made by somebody else")
	// ErrEmpty is a case without a message.
	ErrEmpty = errors.New("evidence: no message to show")
)

// A Tool says what program made a bag.
type Tool struct {
	// Name is "Unseen".
	Name string `json:"name"`
	// Version and Commit are those of the build.
	Version string `json:"version"`
	Commit  string `json:"commit"`
	// Build is the SHA-256 of the program file, "" if it could not be read.
	Build string `json:"build_sha256"`
}

// Options say what a case is about.
type Options struct {
	// Dir is where the bag is made; it need not be there.
	Dir string
	// Sender is a domain or an address: only mail from there is taken. "" takes
	// all.
	Sender string
	// Recipients are the complainant's own addresses, for mails that do not say
	// whose copy they are.
	Recipients []string
	// Dossier is what is known of the sender beside the mails; nil is nothing, as
	// where Unseen does not run.
	Dossier *api.Dossier
	// Land is where in Germany the complainant lives, if they do; the zero value leaves
	// the authority open.
	Land Land
	// Judge gives the verdicts.
	Judge *detect.Judge
	// Tool is what program it is.
	Tool Tool
	// Now is the clock.
	Now func() time.Time
}

// A Case is a bag that is being made.
type Case struct {
	opt     Options
	lock    *os.File
	custody *custody.Log
	// requests are those that were made, letters what the complainant says of them,
	// signing how signatures stand.
	requests []Request
	letters  []mark.Letter
	signing  Signing
	// begun is when the case was opened, here.
	begun time.Time
}
