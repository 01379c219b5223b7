package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// Live prints what happens until ctx ends: what was held and released, what the
// tracker learned, and what was sent.
func Live(ctx context.Context, w *World, texts *words.Catalogue, out io.Writer, event func(io.Writer, api.Event)) error {
	var mu sync.Mutex // guards out
	say := func(k words.Key, pairs ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(out, texts.Say(k, pairs...))
	}
	w.Tracker.onHit(func(h Hit) {
		say(words.DemoLearned, "url", h.URL)
		say(words.DemoLearnedMore, "agent", h.Agent, "cookie", orNone(texts, h.Cookie), "referer", orNone(texts, h.Referer))
	})
	defer w.Tracker.onHit(nil)
	w.Sink.onSent(func(raw []byte) {
		say(words.DemoSent, "n", bytes.Count(raw, []byte(w.Daemon.Origin())))
	})
	defer w.Sink.onSent(nil)
	for e, err := range w.Daemon.Client().Follow(ctx, -1) {
		if err != nil {
			return err
		}
		mu.Lock()
		event(out, e)
		mu.Unlock()
	}
	return nil
}
