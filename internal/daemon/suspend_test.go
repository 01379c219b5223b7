package daemon_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// A level that is chosen acts at once on old mail and on what is on its way, and
// stands after a restart; config.toml wins over it.
func TestLevelByCommand(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.decide("granted", "shop.example")
	h.tracker.slow = make(chan struct{})
	bodies := h.openAll(mail)
	h.until("the tracker is asked", func() bool { return h.tracker.count() > 0 })
	ctx := context.Background()
	if _, err := h.client.SetLevel(ctx, "all"); err != nil {
		t.Fatal(err)
	}
	if body := bodies()[0]; body == trackerGIF {
		t.Error("the picture was shown")
	}
	close(h.tracker.slow)
	h.tracker.take()
	h.restart()
	if asks := h.open(mail); asks != nil {
		t.Errorf("at level all %v was asked", asks)
	}
	if st, err := h.client.Status(ctx); err != nil || st.Level != "all" || len(st.Pinned) != 0 {
		t.Errorf("status %+v, %v", st, err)
	}
	var refusal *api.Error
	if _, err := h.client.SetLevel(ctx, "none"); !errors.As(err, &refusal) || refusal.Code != api.CodeWrong {
		t.Errorf("a level that is none: %v", err)
	}
	if err := os.WriteFile(h.paths.Config, []byte("level = \"own\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.until("config.toml decides", func() bool {
		st, err := h.client.Status(ctx)
		return err == nil && st.Level == "own" && len(st.Pinned) == 1
	})
	if _, err := h.client.SetLevel(ctx, "standard"); !errors.As(err, &refusal) || refusal.Code != api.CodeConflict {
		t.Errorf("config.toml decides: %v", err)
	}
}

// Suspended, senders get what they ask for, each time and without cookies; resumed,
// nothing of it goes on.
func TestSuspend(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	ctx := context.Background()
	if asks := h.open(mail); asks != nil {
		t.Fatalf("before it %v was asked", asks)
	}
	off, err := h.client.Suspend(ctx, api.SuspendRequest{})
	if err != nil || off.Account != "" || off.Until.Sub(off.Since) != time.Hour {
		t.Fatal(off, err)
	}
	for range 2 {
		if asks := h.open(mail); len(asks) != 1 || asks[0] != pixelURL {
			t.Fatalf("suspended, %v was asked", asks)
		}
	}
	h.restart()
	if st, err := h.client.Status(ctx); err != nil || len(st.Suspended) != 1 || !st.Suspended[0].Until.Equal(off.Until) {
		t.Fatalf("after a restart: %+v, %v", st, err)
	}
	if asks := h.open(mail); len(asks) != 1 {
		t.Fatalf("after a restart %v was asked", asks)
	}
	h.tracker.slow = make(chan struct{})
	bodies := h.openAll(mail)
	h.until("the tracker is asked", func() bool { return h.tracker.count() > 0 })
	if was, err := h.client.Resume(ctx); err != nil || len(was.Suspended) != 1 {
		t.Fatal(was, err)
	}
	if body := bodies()[0]; body == trackerGIF {
		t.Error("what was on its way was shown")
	}
	close(h.tracker.slow)
	h.tracker.take()
	if asks := h.open(mail); asks != nil {
		t.Errorf("resumed, %v was asked", asks)
	}
	if list, err := h.client.Standings(ctx); err != nil || len(list) != 0 {
		t.Errorf("it left %v in the ledger, %v", list, err)
	}
	h.told("suspended", "resumed")
}

// told checks that events of protection are there, in this order.
func (h *house) told(want ...string) {
	h.t.Helper()
	list, err := h.client.Events(context.Background(), -1, 500)
	if err != nil {
		h.t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		if e.Kind == "protection" {
			got = append(got, e.Outcome)
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		h.t.Errorf("events %v, want %v", got, want)
	}
}

// A suspension ends by itself, and so does a pause; what ended releases nothing.
func TestSuspensionEnds(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	ctx := context.Background()
	if _, err := h.client.Pause(ctx, api.PauseRequest{Seconds: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.client.Suspend(ctx, api.SuspendRequest{Seconds: 2, Account: strings.ToUpper(reader)}); err != nil {
		t.Fatal(err)
	}
	h.until("both are over", func() bool {
		st, err := h.client.Status(ctx)
		return err == nil && st.Paused == nil && len(st.Suspended) == 0
	})
	if asks := h.open(mail); asks != nil {
		t.Errorf("after its end %v was asked", asks)
	}
	h.until("it was told", func() bool {
		list, err := h.client.Events(ctx, -1, 500)
		return err == nil && strings.Contains(list[len(list)-2].Outcome+list[len(list)-1].Outcome, "over")
	})
	h.restart()
	if asks := h.open(mail); asks != nil {
		t.Errorf("after a restart %v was asked", asks)
	}
}

// A pause silences questions that are put unasked, and releases nothing.
func TestPause(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	ctx := context.Background()
	span, err := h.client.Pause(ctx, api.PauseRequest{Seconds: 3 * 24 * 3600})
	if err != nil || span.Until.Sub(span.Since) != 72*time.Hour {
		t.Fatal(span, err)
	}
	if asks := h.open(mail); asks != nil {
		t.Errorf("paused, %v was asked", asks)
	}
	var refusal *api.Error
	if _, err := h.client.Ask(ctx, api.Ask{Sender: "shop.example", Shown: true}); !errors.As(err, &refusal) || refusal.Code != api.CodeConflict {
		t.Errorf("a question that nobody asked for: %v", err)
	}
	if _, err := h.client.Ask(ctx, api.Ask{Sender: "shop.example"}); err != nil {
		t.Errorf("a question that the reader asks for: %v", err)
	}
	h.restart()
	if st, err := h.client.Status(ctx); err != nil || st.Paused == nil || !st.Paused.Until.Equal(span.Until) {
		t.Errorf("after a restart: %+v, %v", st.Paused, err)
	}
	if was, err := h.client.Resume(ctx); err != nil || !was.Paused || len(was.Suspended) != 0 {
		t.Errorf("resumed %+v, %v", was, err)
	}
	if was, err := h.client.Resume(ctx); err != nil || was.Paused {
		t.Errorf("resumed twice: %+v, %v", was, err)
	}
	if _, err := h.client.Ask(ctx, api.Ask{Sender: "shop.example", Shown: true}); err != nil {
		t.Error(err)
	}
	h.told("paused", "resumed")
}

func TestSpansThatCannotBe(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.connect(anywhere)
	ctx := context.Background()
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"a pause of two months":     {second(h.client.Pause(ctx, api.PauseRequest{Seconds: 60 * 24 * 3600})), api.CodeWrong},
		"a pause that ended":        {second(h.client.Pause(ctx, api.PauseRequest{Seconds: -1})), api.CodeWrong},
		"two days without":          {second(h.client.Suspend(ctx, api.SuspendRequest{Seconds: 48 * 3600})), api.CodeWrong},
		"an account that is not":    {second(h.client.Suspend(ctx, api.SuspendRequest{Account: "ben@mail.example"})), api.CodeUnknown},
		"no time at all, by a sign": {second(h.client.Suspend(ctx, api.SuspendRequest{Seconds: -5})), api.CodeWrong},
	} {
		var refusal *api.Error
		if !errors.As(c.err, &refusal) || refusal.Code != c.code || refusal.Hint == "" {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	h.told()
}

func second[T any](_ T, err error) error { return err }
