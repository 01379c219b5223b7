package consent

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// History returns the entries of a sender in order, or all entries for "",
// forgotten ones and forgettings included then.
func (l *Ledger) History(ctx context.Context, sender string) ([]Entry, error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.history(ctx, sender)
}

// history is History for a caller that holds writing. A broken ledger gives
// what stands before the break.
func (l *Ledger) history(ctx context.Context, sender string) ([]Entry, error) {
	var list []Entry
	err := walkAll(ctx, l.storage, true, func(e Entry) error {
		if sender == "" || e.Record.Sender == sender {
			list = append(list, e)
		}
		return nil
	})
	if err != nil {
		return list, fmt.Errorf("reading ledger: %w", err)
	}
	return list, nil
}

// Forget destroys the keys of all records of a sender, for good, and returns
// how many there were. What stays is that there were records, and an entry that
// says which were forgotten, when and by whom, but not of whom they spoke.
func (l *Ledger) Forget(ctx context.Context, sender string, when time.Time, how How, actor string) (int, error) {
	if sender == "" {
		return 0, fmt.Errorf("forgetting: %w: no sender", ErrInvalid)
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	list, err := l.history(ctx, sender)
	if err != nil {
		return 0, fmt.Errorf("forgetting: %w", err)
	}
	if len(list) == 0 {
		return 0, nil
	}
	forgets := make([]uint64, len(list))
	for i := range list {
		forgets[i] = list[i].Seq
	}
	slices.Sort(forgets)
	r := tidy(Record{When: when, How: how, Actor: actor})
	if err := checkForgetting(&r, nil, forgets); err != nil {
		return 0, fmt.Errorf("forgetting: %w", err)
	}
	if _, err := l.write(ctx, &r, forgets); err != nil {
		return 0, fmt.Errorf("forgetting: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.last {
		if s.sender == sender {
			delete(l.last, s)
		}
	}
	return len(list), nil
}
