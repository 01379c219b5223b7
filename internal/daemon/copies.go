package daemon

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/proxy"
)

// copyTime bounds how long the store is asked for a copy.
const copyTime = 5 * time.Second

// copies keeps pictures for the gateway. A picture that was let through by
// consent is kept until midnight only.
type copies struct {
	store *store.Store
	log   *slog.Logger

	mu    sync.Mutex // guards what follows
	today map[string]time.Time
}

func newCopies(c *core) *copies {
	return &copies{store: c.store, log: c.log, today: make(map[string]time.Time)}
}

// untilMidnight says that a copy of this address ends with the reader's day.
func (c *copies) untilMidnight(url string) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for u, end := range c.today {
		if !now.Before(end) {
			delete(c.today, u)
		}
	}
	c.today[url] = midnight(now).AddDate(0, 0, 1)
}

// Get returns a fresh copy.
func (c *copies) Get(url string) (proxy.Copy, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), copyTime)
	defer cancel()
	kept, ok, err := c.store.Kept(ctx, url)
	if err != nil {
		c.log.Warn("reading a kept picture", "err", err)
		return proxy.Copy{}, false
	}
	return proxy.Copy{Type: kept.MediaType, Body: kept.Body, Fetched: kept.Fetched, Until: kept.FreshUntil}, ok
}

// Put keeps a copy.
func (c *copies) Put(url string, p proxy.Copy) {
	ctx, cancel := context.WithTimeout(context.Background(), copyTime)
	defer cancel()
	until := p.Until
	c.mu.Lock()
	if end, ok := c.today[url]; ok && end.Before(until) {
		until = end
	}
	c.mu.Unlock()
	err := c.store.Keep(ctx, url, store.Copy{MediaType: p.Type, Body: p.Body, Fetched: p.Fetched, FreshUntil: until})
	if err != nil {
		c.log.Warn("keeping a picture", "err", err)
	}
}

// midnight is when the day of a time began, by the reader's clock.
func midnight(t time.Time) time.Time {
	t = t.Local()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.Local)
}
