package daemon

import (
	"context"
	"sync"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
)

// followed is how many events are read at a time for somebody who follows.
const followed = 200

// A hub takes events to the store and wakes those who follow them.
type hub struct {
	store *store.Store

	mu   sync.Mutex // guards what follows
	news chan struct{}
}

func newHub(s *store.Store) *hub { return &hub{store: s, news: make(chan struct{})} }

// add notes an event.
func (h *hub) add(e store.Event) {
	h.store.AddEvent(e)
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.news)
	h.news = make(chan struct{})
}

// next is closed with the next event.
func (h *hub) next() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.news
}

// events returns events after a number; see [api.Service.Events].
func (h *hub) events(ctx context.Context, after int64, limit int) ([]api.Event, error) {
	list, err := h.store.Events(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]api.Event, 0, len(list))
	for i := range list {
		out = append(out, eventOf(&list[i]))
	}
	return out, nil
}

// follow emits each event after a number until ctx ends. A negative number
// begins with the next event.
func (h *hub) follow(ctx context.Context, after int64, emit func(api.Event) bool) error {
	if after < 0 {
		last, err := h.store.Events(ctx, -1, 1)
		if err != nil {
			return err
		}
		after = 0
		if len(last) > 0 {
			after = last[0].ID
		}
	}
	for ctx.Err() == nil {
		// Before reading: what comes meanwhile is news.
		news := h.next()
		list, err := h.store.Events(ctx, after, followed)
		if err != nil {
			return err
		}
		for i := range list {
			after = list[i].ID
			if !emit(eventOf(&list[i])) {
				return nil
			}
		}
		if len(list) == followed {
			continue
		}
		select {
		case <-news:
		case <-ctx.Done():
		}
	}
	return nil
}

// eventOf is an event as the control API tells it.
func eventOf(e *store.Event) api.Event {
	return api.Event{
		Seq: e.ID, Time: e.At, Kind: e.Kind, Outcome: e.Outcome, Verdict: e.Verdict, Sender: e.Sender,
		Account: e.Recipient, Host: e.Host, Vendor: e.Vendor, Reason: e.Reason,
	}
}
