package api

import "context"

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
	// Rebuild makes the plans of an account's mail again, and calls tell with how
	// far it is until tell returns false. Its last word is done.
	Rebuild func(ctx context.Context, q RebuildRequest, tell func(Rebuilt) bool) error
	// Senders lists who wrote.
	Senders func(ctx context.Context) ([]Sender, error)
	// Standings lists where consent stands.
	Standings func(ctx context.Context) ([]Standing, error)
	// Decide writes into the ledger.
	Decide func(ctx context.Context, d Decision) ([]Standing, error)
	// Verify checks the ledger.
	Verify func(ctx context.Context) (Verification, error)
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
