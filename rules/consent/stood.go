package consent

import (
	"time"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// StoodAt says how things stood at a time, by the records of decisions up to then, in the
// order of the ledger. All three must match to the letter, as for [Ledger.Standing].
func StoodAt(records []Record, sender, recipient string, p purpose.ID, at time.Time) Standing {
	last := make(map[scope]Standing)
	of := scope{sender, recipient, p}
	for i := range records {
		r := &records[i]
		if r.scope() == of && !r.When.After(at) {
			note(last, &Entry{Seq: uint64(i + 1), Record: *r})
		}
	}
	s, ok := last[of]
	if !ok {
		s = Standing{Sender: sender, Recipient: recipient, Purpose: p, Decision: Unasked}
	}
	return s.at(at, false)
}
