package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
)

const (
	// settingSenders is the setting that keeps who wrote.
	settingSenders = "senders"
	// maxSenders is how many are remembered; the ones unseen for longest go.
	maxSenders = 5000
	// sendersEvery is how long news may wait to be written.
	sendersEvery = 5 * time.Second
)

// senders remembers who wrote, to name them when a decision is asked for. What
// a decision rests on is read from the plans themselves.
type senders struct {
	store *store.Store

	mu    sync.Mutex // guards what follows
	known map[string]*api.Sender
	dirty bool
}

// openSenders reads who wrote before.
func openSenders(ctx context.Context, s *store.Store) (*senders, error) {
	all := &senders{store: s, known: make(map[string]*api.Sender)}
	text, ok, err := s.Setting(ctx, settingSenders)
	if err != nil || !ok {
		return all, err
	}
	var list []api.Sender
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("reading senders: %w", err)
	}
	for i := range list {
		all.known[senderID(list[i].Key, list[i].Authenticated)] = &list[i]
	}
	return all, nil
}

// senderID keeps those whom nobody vouches for apart from those they may claim
// to be.
func senderID(key string, authenticated bool) string {
	return fmt.Sprint(authenticated, " ", key)
}

// saw notes a mail.
func (s *senders) saw(m *mail) {
	if m.from.Key == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := senderID(m.from.Key, m.from.Authenticated)
	if s.known[id] == nil {
		s.known[id] = &api.Sender{Key: m.from.Key, Authenticated: m.from.Authenticated}
	}
	k := s.known[id]
	k.Messages++
	k.Display, k.Address, k.Account, k.Last = m.from.Display, m.from.Address, m.to, time.Now().UTC()
	s.dirty = true
}

// list returns who wrote, the last first.
func (s *senders) list() []api.Sender {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]api.Sender, 0, len(s.known))
	for _, k := range s.known {
		out = append(out, *k)
	}
	slices.SortFunc(out, func(a, b api.Sender) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// run writes news now and then until ctx ends, and once more then.
func (s *senders) run(ctx context.Context) error {
	tick := time.NewTicker(sendersEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.flush(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendersEvery)
			defer cancel()
			return s.flush(last)
		}
	}
}

// flush writes who wrote, if anything is new.
func (s *senders) flush(ctx context.Context) error {
	list := s.list()
	s.mu.Lock()
	dirty := s.dirty
	s.dirty = false
	s.mu.Unlock()
	if !dirty {
		return nil
	}
	text, err := json.Marshal(list[:min(len(list), maxSenders)])
	if err != nil {
		return fmt.Errorf("writing senders: %w", err)
	}
	return s.store.SetSetting(ctx, settingSenders, string(text))
}

// match returns the keys of vouched-for senders that what the reader typed may
// mean: a key as it is, an address, a domain or one above it, or the name they
// give themselves.
func (s *senders) match(typed string) []api.Sender {
	typed = strings.ToLower(strings.TrimSpace(typed))
	_, domain, isAddress := strings.Cut(typed, "@")
	if !isAddress {
		domain = typed
	}
	var exact, loose []api.Sender
	for _, k := range s.list() {
		switch {
		case !k.Authenticated:
		case k.Key == typed:
			exact = append(exact, k)
		case k.Address == typed, k.Key == sender.OrgDomain(domain), strings.EqualFold(k.Display, typed),
			!isAddress && strings.HasPrefix(k.Key, typed+" "):
			loose = append(loose, k)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return loose
}
