package gate

import (
	"sync"
	"time"
)

// PermitTime is how long a message that is shown once stays shown: long enough
// for every picture of it to be asked for, and to scroll back to one.
const PermitTime = 10 * time.Minute

// maxPermits is how many messages may be permitted at once. The reader gives
// them one by one; whoever gives more is no reader.
const maxPermits = 1000

// Permits are the messages of which the reader said to show the pictures once, or
// to let the sender know once. They are not kept: a new start has none. The zero
// Permits are ready, and nil permits nothing.
type Permits struct {
	// mu guards what follows.
	mu sync.Mutex
	// shown and told are until when pictures are shown and the sender is told.
	shown, told map[string]time.Time
}

// Show permits the pictures of a message from now on, for [PermitTime].
func (p *Permits) Show(message string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	permit(&p.shown, message, now)
}

// Tell permits all loads of a message from now on, for [PermitTime]: whoever asks
// learns that it was opened, this once. Its pictures show, too.
func (p *Permits) Tell(message string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	permit(&p.shown, message, now)
	permit(&p.told, message, now)
}

// permit adds a message to a list, and drops those whose time is over.
func permit(list *map[string]time.Time, message string, now time.Time) {
	if *list == nil {
		*list = make(map[string]time.Time)
	}
	for m, until := range *list {
		if !now.Before(until) {
			delete(*list, m)
		}
	}
	if len(*list) < maxPermits {
		(*list)[message] = now.Add(PermitTime)
	}
}

// End takes both permits of a message back.
func (p *Permits) End(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.shown, message)
	delete(p.told, message)
}

// Permitted says whether the pictures of a message are shown at a time. No message
// has no name.
func (p *Permits) Permitted(message string, now time.Time) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return stands(p.shown, message, now)
}

// Told says whether the sender of a message may know of it at a time.
func (p *Permits) Told(message string, now time.Time) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return stands(p.told, message, now)
}

// stands says whether a permit is there and its time is not over.
func stands(list map[string]time.Time, message string, now time.Time) bool {
	until, ok := list[message]
	// A clock that was set back must not make a permit longer.
	return ok && message != "" && now.Before(until) && !now.Before(until.Add(-PermitTime))
}
