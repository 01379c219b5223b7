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

// Permits are the messages that the reader said to show once. They are not
// kept: a new start has none. The zero Permits are ready, and nil permits
// nothing.
type Permits struct {
	// mu guards what follows.
	mu    sync.Mutex
	until map[string]time.Time
}

// Show permits the pictures of a message from now on, for [PermitTime].
func (p *Permits) Show(message string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until == nil {
		p.until = make(map[string]time.Time)
	}
	for m, until := range p.until {
		if !now.Before(until) {
			delete(p.until, m)
		}
	}
	if len(p.until) < maxPermits {
		p.until[message] = now.Add(PermitTime)
	}
}

// End takes a permit back.
func (p *Permits) End(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.until, message)
}

// Permitted says whether a message is shown at a time. No message has no name.
func (p *Permits) Permitted(message string, now time.Time) bool {
	if p == nil || message == "" {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	until, ok := p.until[message]
	// A clock that was set back must not make a permit longer.
	return ok && now.Before(until) && !now.Before(until.Add(-PermitTime))
}
