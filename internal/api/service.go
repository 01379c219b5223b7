package api

import "context"

// A Service answers the control API. Each field is one method; a nil field
// answers that the method is not there.
type Service struct {
	// Status says how Unseen does.
	Status func(ctx context.Context) (Status, error)
	// Accounts lists, AddAccount connects, RemoveAccount disconnects,
	// CheckAccount tries the servers of one.
	Accounts      func(ctx context.Context) ([]Account, error)
	AddAccount    func(ctx context.Context, n NewAccount) (Account, error)
	RemoveAccount func(ctx context.Context, address string) (Account, error)
	CheckAccount  func(ctx context.Context, r CheckRequest) ([]Step, error)
	// Senders lists who wrote.
	Senders func(ctx context.Context) ([]Sender, error)
	// Standings lists where consent stands, Decide writes into the ledger,
	// Verify checks it.
	Standings func(ctx context.Context) ([]Standing, error)
	Decide    func(ctx context.Context, d Decision) ([]Standing, error)
	Verify    func(ctx context.Context) (Verification, error)
	// Pictures lists choices, ShowPictures makes one.
	Pictures     func(ctx context.Context) ([]Picture, error)
	ShowPictures func(ctx context.Context, p Picture) (Picture, error)
	// Events returns at most limit events after a number, oldest first; a
	// negative number returns the newest.
	Events func(ctx context.Context, after int64, limit int) ([]Event, error)
	// Follow calls emit with each event after a number, those to come too,
	// until ctx ends or emit returns false.
	Follow func(ctx context.Context, after int64, emit func(Event) bool) error
}
