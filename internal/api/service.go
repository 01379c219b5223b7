package api

import (
	"context"
	"io"
)

// A Service answers the control API. Each field is one method; a nil field
// answers that the method is not there.
type Service struct {
	// Status says how Unseen does.
	Status func(ctx context.Context) (Status, error)
	// Accounts lists the connected accounts.
	Accounts func(ctx context.Context) ([]Account, error)
	// AddAccount connects one.
	AddAccount func(ctx context.Context, n NewAccount) (Account, error)
	// RemoveAccount disconnects one.
	RemoveAccount func(ctx context.Context, address string) (Account, error)
	// CheckAccount tries the servers of one.
	CheckAccount func(ctx context.Context, r CheckRequest) ([]Step, error)
	// PutTestMail puts a mail of Unseen's own into the inbox of one.
	PutTestMail func(ctx context.Context, q TestMailRequest) (TestMail, error)
	// Vouching is about whether providers vouch for senders.
	Vouching Vouching
	// Authorities are about the certificates that stand in for mail hosts.
	Authorities LocalAuthorities
	// Proxies are about programs that keep the names of their servers.
	Proxies Proxies
	// Watch has new mail be looked at before it is opened.
	Watch func(ctx context.Context, r WatchRequest) (Watched, error)
	// Rebuild makes the plans of an account's mail again, and calls tell with how
	// far it is until tell returns false. Its last word is done.
	Rebuild func(ctx context.Context, q RebuildRequest, tell func(Rebuilt) bool) error
	// Senders lists who wrote.
	Senders func(ctx context.Context) ([]Sender, error)
	// About says what a sender's mail shows of it.
	About func(ctx context.Context, q AboutRequest) (About, error)
	// Standings lists where consent stands.
	Standings func(ctx context.Context) ([]Standing, error)
	// Decide writes into the ledger.
	Decide func(ctx context.Context, d Decision) ([]Standing, error)
	// Verify checks the ledger, and that it goes on from a head if there is one.
	Verify func(ctx context.Context, against string) (Verification, error)
	// Questions lists who waits for an answer; with asked, also those that the
	// reader was asked about and did not answer.
	Questions func(ctx context.Context, asked bool) ([]Waiting, error)
	// Ask composes the notices of a sender, Answer takes the answer.
	Ask func(ctx context.Context, a Ask) ([]Question, error)
	// Answer takes the answer to a notice.
	Answer func(ctx context.Context, a Answer) (Answered, error)
	// Open opens a session of the pages in a browser.
	Open func(ctx context.Context, r OpenRequest) (Opened, error)
	// Once permits one message.
	Once func(ctx context.Context, r OnceRequest) (Permit, error)
	// Tell says how a sender can be told.
	Tell func(ctx context.Context, r TellRequest) ([]Tell, error)
	// Learned says what mail upon mail showed of a sender.
	Learned func(ctx context.Context, q LearnedQuery) ([]Learned, error)
	// Names answers for the names of hosts.
	Names AliasService
	// WouldSend says what loads would send.
	WouldSend func(ctx context.Context, r SendingRequest) ([]Sending, error)
	// History returns what is kept about a sender.
	History func(ctx context.Context, sender string) (History, error)
	// Export writes the ledger in a format and a language.
	Export func(ctx context.Context, w io.Writer, format, language string) error
	// Import adds the decisions of a file in a format.
	Import func(ctx context.Context, r io.Reader, format string) (Imported, error)
	// Forget destroys what is known of a sender.
	Forget func(ctx context.Context, r ForgetRequest) (Forgotten, error)
	// State keeps a statement of the reader's.
	State func(ctx context.Context, s Statement) (Statement, error)
	// Statements lists them.
	Statements func(ctx context.Context, sender string) ([]Statement, error)
	// Protection is how much is held, and when.
	Protection Protection
	// AddOn answers add-ons of mail programs.
	AddOn AddOn
	// Faces is what windows, tray and add-on show beside the rest.
	Faces Faces
	// Evidence is about senders that the reader collects evidence on.
	Evidence Evidence
	// Studies is about studies that may read what Unseen knows of mail.
	Studies Studies
	// Backup writes all that is kept.
	Backup func(ctx context.Context, w io.Writer) error
	// Original returns the original of a mail as a mail program stored it.
	Original func(ctx context.Context, raw []byte) (Kept, []byte, error)
	// Pictures lists the choices about pictures.
	Pictures func(ctx context.Context) ([]Picture, error)
	// ShowPictures makes a choice about pictures.
	ShowPictures func(ctx context.Context, p Picture) (Picture, error)
	// Events returns at most limit events after a number, oldest first; a
	// negative number returns the newest.
	Events func(ctx context.Context, after int64, limit int) ([]Event, error)
	// Follow calls emit with each event after a number, those to come too,
	// until ctx ends or emit returns false.
	Follow func(ctx context.Context, after int64, emit func(Event) bool) error
}
