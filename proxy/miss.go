package proxy

import (
	"context"
	"sync"
	"time"
)

const (
	missesPerMinute = 20
	missDelay       = time.Second
	missWaiters     = 8
)

// A missLimit slows down whoever guesses tokens. Hits never pass through it.
type missLimit struct {
	waiting chan struct{}

	mu sync.Mutex // guards what follows
	// left is how many misses may still be answered at once, as of then.
	left float64
	then time.Time
}

func newMissLimit() *missLimit {
	return &missLimit{waiting: make(chan struct{}, missWaiters), left: missesPerMinute}
}

// take says whether a miss is within the limit.
func (m *missLimit) take(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.then.IsZero() {
		m.left = min(m.left+now.Sub(m.then).Minutes()*missesPerMinute, missesPerMinute)
	}
	m.then = now
	if m.left < 1 {
		return false
	}
	m.left--
	return true
}

// wait delays a miss over the limit. It reports false, at once, if too many are
// being delayed already.
func (m *missLimit) wait(ctx context.Context) bool {
	if m.take(time.Now()) {
		return true
	}
	select {
	case m.waiting <- struct{}{}:
	default:
		return false
	}
	defer func() { <-m.waiting }()
	select {
	case <-time.After(missDelay):
	case <-ctx.Done():
	}
	return true
}
