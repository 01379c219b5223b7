package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// A ReceiptState is what became of a read receipt.
type ReceiptState string

// The states of a receipt.
const (
	// ReceiptWaiting is one that the reader was not heard about.
	ReceiptWaiting ReceiptState = "waiting"
	// ReceiptAllowed is one that may leave when it is sent again, once.
	ReceiptAllowed ReceiptState = "allowed"
	// ReceiptSent has left.
	ReceiptSent ReceiptState = "sent"
	// ReceiptRefused stays here.
	ReceiptRefused ReceiptState = "refused"
)

// A Receipt is a notice of reading that a mail program wanted to send.
type Receipt struct {
	// ID is given by the caller, the same for the same notice.
	ID string
	// At is when it was first tried.
	At time.Time
	// Account is whose mail program it was.
	Account int64
	// Sender is the key of who asked for it, "" if that is not sure.
	Sender string
	// To is who would be told; Subject is that of the mail read.
	To, Subject string
	// Says is what it says: "displayed".
	Says string
	// Automatic says that no person made it.
	Automatic bool
	// State is what became of it, Changed when.
	State ReceiptState
	// Changed is when State last changed.
	Changed time.Time
}

// maxReceipts is how many receipts are listed, the newest.
const maxReceipts = 500

// receiptColumns are those of scanReceipt.
const receiptColumns = "id, at, account, sender, goes_to, subject, says, automatic, state, changed"

// AddReceipt keeps a receipt, unless it is there, and returns the one that is. It
// is on disk when the call returns.
func (s *Store) AddReceipt(ctx context.Context, r Receipt) (Receipt, error) {
	err := s.exec(ctx, durable, "INSERT OR IGNORE INTO receipts ("+receiptColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.At.UnixMilli(), r.Account, r.Sender, r.To, r.Subject, r.Says, r.Automatic, r.State, r.At.UnixMilli())
	if err != nil {
		return Receipt{}, fmt.Errorf("keeping receipt: %w", err)
	}
	kept, ok, err := s.Receipt(ctx, r.ID)
	if err == nil && !ok {
		err = errors.New("reading receipt: it is gone")
	}
	return kept, err
}

// Receipt returns a receipt, and whether there is one.
func (s *Store) Receipt(ctx context.Context, id string) (Receipt, bool, error) {
	r, err := scanReceipt(s.read.QueryRowContext(ctx, "SELECT "+receiptColumns+" FROM receipts WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return Receipt{}, false, nil
	}
	if err != nil {
		return Receipt{}, false, fmt.Errorf("reading receipt: %w", s.explain(err))
	}
	return r, true, nil
}

// MoveReceipt changes the state of a receipt that is in another one, and says
// whether it did: of two who try at once, one does. It is on disk when the call
// returns.
func (s *Store) MoveReceipt(ctx context.Context, id string, from, to ReceiptState) (bool, error) {
	var n int64
	err := s.write(ctx, durable, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE receipts SET state = ?, changed = ? WHERE id = ? AND state = ?",
			to, s.opt.Now().UnixMilli(), id, from)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("changing receipt: %w", err)
	}
	return n == 1, nil
}

// Receipts returns the newest receipts, the last first.
func (s *Store) Receipts(ctx context.Context) ([]Receipt, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+receiptColumns+" FROM receipts ORDER BY at DESC, id LIMIT ?", maxReceipts)
	if err != nil {
		return nil, fmt.Errorf("reading receipts: %w", s.explain(err))
	}
	defer rows.Close()
	var list []Receipt
	for rows.Next() {
		r, err := scanReceipt(rows)
		if err != nil {
			return nil, fmt.Errorf("reading receipts: %w", s.explain(err))
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading receipts: %w", s.explain(err))
	}
	return list, nil
}

// PruneReceipts drops receipts from before a time, and returns how many.
func (s *Store) PruneReceipts(ctx context.Context, before time.Time) (int, error) {
	var n int64
	err := s.write(ctx, durable, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM receipts WHERE at < ?", before.UnixMilli())
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("pruning receipts: %w", err)
	}
	return int(n), nil
}

// scanReceipt reads one row.
func scanReceipt(row interface{ Scan(...any) error }) (Receipt, error) {
	var r Receipt
	var at, changed int64
	err := row.Scan(&r.ID, &at, &r.Account, &r.Sender, &r.To, &r.Subject, &r.Says, &r.Automatic, &r.State, &changed)
	r.At, r.Changed = time.UnixMilli(at).UTC(), time.UnixMilli(changed).UTC()
	return r, err
}
