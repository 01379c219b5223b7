// Package room bounds the memory of what is read ahead: several share so many octets,
// and wait where there are none left. One who wants more than there is gets in alone, so
// that nobody waits for ever.
package room

import "sync"

// A Room is memory that several goroutines share. Make it with [New].
type Room struct {
	mu    sync.Mutex
	freed sync.Cond
	// mu guards what follows.
	size, used int
	closed     bool
}

// New returns one of so many octets.
func New(size int) *Room {
	r := &Room{size: size}
	r.freed.L = &r.mu
	return r
}

// Take waits for room. It says false when the room was closed.
func (r *Room) Take(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.used > 0 && r.used+n > r.size && !r.closed {
		r.freed.Wait()
	}
	r.used += n
	return !r.closed
}

// Give gives room back.
func (r *Room) Give(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used -= n
	r.freed.Broadcast()
}

// Close ends all waiting.
func (r *Room) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.freed.Broadcast()
}
