package store_test

import (
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

// A receipt is kept once under its name; its state moves only from the one that it
// is in, so of two who let one leave, one does.
func TestReceipts(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := store.Receipt{
		ID: "a", At: time.UnixMilli(1_764_000_000_000).UTC(), Account: 1, Sender: "shop.example", To: "news@shop.example",
		Subject: "Coats", Says: "displayed", Automatic: true, State: store.ReceiptWaiting,
	}
	again := first
	again.At, again.State = first.At.Add(time.Hour), store.ReceiptSent
	later := store.Receipt{ID: "b", At: first.At.Add(time.Minute), State: store.ReceiptRefused}
	for _, r := range []store.Receipt{first, again, later} {
		if _, err := s.AddReceipt(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	first.Changed = first.At
	if r, ok, err := s.Receipt(ctx, "a"); err != nil || !ok || r != first {
		t.Errorf("%+v, %v, %v", r, ok, err)
	}
	if _, ok, err := s.Receipt(ctx, "c"); err != nil || ok {
		t.Errorf("one that is not there: %v, %v", ok, err)
	}
	for i, want := range []bool{true, false} {
		if moved, err := s.MoveReceipt(ctx, "a", store.ReceiptWaiting, store.ReceiptAllowed); err != nil || moved != want {
			t.Errorf("move %d: %v, %v", i, moved, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(ctx, dir, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, err := s.Receipts(ctx)
	if err != nil || len(list) != 2 || list[0].ID != "b" || list[1].State != store.ReceiptAllowed {
		t.Errorf("%+v, %v", list, err)
	}
	if f, err := s.Forget(ctx, "shop.example"); err != nil || f.Choices != 1 {
		t.Errorf("forgotten %+v, %v", f, err)
	}
	if n, err := s.PruneReceipts(ctx, later.At.Add(time.Second)); err != nil || n != 1 {
		t.Errorf("pruned %d, %v", n, err)
	}
}
