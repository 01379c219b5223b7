package daemon

import (
	"context"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// receipts lists the notices of reading that mail programs wanted to send.
func (d *Daemon) receipts(ctx context.Context) ([]api.Receipt, error) {
	kept, err := d.core.store.Receipts(ctx)
	if err != nil {
		return nil, d.explainStore(err)
	}
	list := make([]api.Receipt, 0, len(kept))
	for i := range kept {
		list = append(list, d.receiptFor(ctx, &kept[i], time.Now()))
	}
	return list, nil
}

// receiptFor is a receipt as the control API tells it.
func (d *Daemon) receiptFor(ctx context.Context, r *store.Receipt, now time.Time) api.Receipt {
	out := api.Receipt{
		ID: r.ID, Time: r.At, To: r.To, Sender: r.Sender, Subject: r.Subject, Says: r.Says, Automatic: r.Automatic,
		State: string(r.State),
	}
	if r.State == store.ReceiptAllowed && now.Sub(r.Changed).Abs() >= receiptTime {
		// Nobody sent it again in time.
		out.State = string(store.ReceiptWaiting)
	}
	if a, ok, err := d.core.store.AccountByID(ctx, r.Account); err == nil && ok {
		out.Account = a.Address
	}
	return out
}

// answerReceipt takes the reader's word on one notice. A yes lets it leave once,
// when the mail program sends it again: Unseen has no login of its own to send it
// with.
func (d *Daemon) answerReceipt(ctx context.Context, a api.ReceiptAnswer) (api.Receipt, error) {
	r, ok, err := d.core.store.Receipt(ctx, a.ID)
	if err != nil {
		return api.Receipt{}, d.explainStore(err)
	}
	if !ok {
		return api.Receipt{}, d.refusal(api.CodeUnknown, words.NoSuchReceipt, words.NoSuchReceiptHint, "id", a.ID)
	}
	to, outcome := store.ReceiptRefused, "refused"
	if a.Send {
		to, outcome = store.ReceiptAllowed, "allowed"
	}
	moved, err := d.core.store.MoveReceipt(ctx, r.ID, r.State, to)
	if err != nil {
		return api.Receipt{}, d.explainStore(err)
	}
	if moved {
		r.State, r.Changed = to, time.Now()
		d.hub.add(store.Event{Kind: "receipt", Outcome: outcome, Account: r.Account, Sender: r.Sender})
	}
	return d.receiptFor(ctx, &r, time.Now()), nil
}

// countReceipts says in a status how many wait.
func (d *Daemon) countReceipts(ctx context.Context, st *api.Status) error {
	list, err := d.receipts(ctx)
	for _, r := range list {
		if r.State == string(store.ReceiptWaiting) {
			st.Receipts++
		}
	}
	return err
}
