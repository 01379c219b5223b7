package daemon

import (
	"context"
	"log/slog"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/proxy"
)

// copyTime bounds how long the store is asked for a copy.
const copyTime = 5 * time.Second

// copies keeps pictures for the gateway.
type copies struct {
	store *store.Store
	log   *slog.Logger
}

func newCopies(c *core) *copies { return &copies{store: c.store, log: c.log} }

// Get returns a fresh copy.
func (c *copies) Get(url string) (proxy.Copy, bool) { return c.get(context.Background(), url) }

// get is Get for as long as somebody waits.
func (c *copies) get(ctx context.Context, url string) (proxy.Copy, bool) {
	ctx, cancel := context.WithTimeout(ctx, copyTime)
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
	err := c.store.Keep(ctx, url, store.Copy{MediaType: p.Type, Body: p.Body, Fetched: p.Fetched, FreshUntil: p.Until})
	if err != nil {
		c.log.Warn("keeping a picture", "err", err)
	}
}

// midnight is when the day of a time began, by the reader's clock.
func midnight(t time.Time) time.Time {
	t = t.Local()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.Local)
}
