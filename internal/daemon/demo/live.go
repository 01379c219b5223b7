package demo

import (
	"bytes"
	"context"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// lookAgain is how often it is counted what came through.
const lookAgain = time.Second

// A Journal writes down what happens. It may be used by several goroutines.
type Journal interface {
	// Event takes what Unseen held, released or was told.
	Event(e api.Event)
	// Line takes a line about what others did.
	Line(text string)
	// After takes a line that explains an event which may come after it.
	After(text string)
}

// Live tells a journal what happens until ctx ends: that a mail program logs in
// and fetches, what was held and released, what the tracker learned, and what
// was sent.
func Live(ctx context.Context, w *World, texts *words.Catalogue, j Journal) error {
	same, err := alike()
	if err != nil {
		return err
	}
	say := func(k words.Key, pairs ...any) { j.Line(texts.Say(k, pairs...)) }
	after := func(k words.Key, pairs ...any) { j.After(texts.Say(k, pairs...)) }
	w.Tracker.onHit(func(h Hit) {
		if same[h.URL] {
			return // that it was sent says all
		}
		after(words.DemoLearned, "url", h.URL)
		after(words.DemoLearnedMore, "agent", h.Agent, "cookie", orNone(texts, h.Cookie), "referer", orNone(texts, h.Referer))
	})
	defer w.Tracker.onHit(nil)
	w.Sink.onSent(func(raw []byte) {
		say(words.DemoSent, "n", bytes.Count(raw, []byte(w.Daemon.Origin())))
	})
	defer w.Sink.onSent(nil)
	w.mailbox.onLogin(func() { say(words.DemoLogin) })
	defer w.mailbox.onLogin(nil)
	counting := make(chan struct{})
	go func() {
		defer close(counting)
		count(ctx, w, say)
	}()
	defer func() { <-counting }()
	for e, err := range w.Daemon.Client().Follow(ctx, -1) {
		if err != nil {
			return err
		}
		j.Event(e)
	}
	return nil
}

// count says how many mails came through, whenever there are more.
func count(ctx context.Context, w *World, say func(words.Key, ...any)) {
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for said := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		st, err := w.Daemon.Client().Status(ctx)
		if err != nil {
			continue // it is asked again
		}
		if n := st.Mail.Messages; n > said {
			say(words.DemoCame, "n", n-said)
			said = n
		}
	}
}

// alike are the addresses in the demo's mails that are the same for everybody.
func alike() (map[string]bool, error) {
	mails, err := Mails()
	if err != nil {
		return nil, err
	}
	rules, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	same := make(map[string]bool)
	for _, m := range mails {
		report := detect.Scan(m.Raw, &detect.Judge{Catalogue: rules}, detect.ScanOptions{All: true})
		for i := range report.Findings {
			if f := &report.Findings[i]; f.Verdict == detect.Clean {
				same[f.URL] = true
			}
		}
	}
	return same, nil
}
