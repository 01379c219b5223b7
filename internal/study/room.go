package study

import "sync"

// A room is memory that several share. One who wants more than there is gets in alone.
type room struct {
	mu    sync.Mutex
	freed sync.Cond
	// mu guards what follows.
	size, used int
	closed     bool
}

func newRoom(size int) *room {
	r := &room{size: size}
	r.freed.L = &r.mu
	return r
}

// take waits for room. It says false when the room was closed.
func (r *room) take(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.used > 0 && r.used+n > r.size && !r.closed {
		r.freed.Wait()
	}
	r.used += n
	return !r.closed
}

// give gives room back.
func (r *room) give(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used -= n
	r.freed.Broadcast()
}

// close ends all waiting.
func (r *room) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.freed.Broadcast()
}
