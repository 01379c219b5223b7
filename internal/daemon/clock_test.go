package daemon_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/daemon"
)

// By a clock that lost its battery no agreement is known to stand: mail flows,
// nothing is let through or agreed to, and it is said. A no is always taken.
func TestClockBeforeAnybody(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.decide("granted", "shop.example")
	if asks := h.open(mail); len(asks) != 1 {
		t.Fatalf("the tracker was asked %v", asks)
	}
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	// Inside it is the first of January 2000.
	synctest.Test(t, func(t *testing.T) {
		d, err := daemon.Start(context.Background(), daemon.Config{Paths: h.paths, Settings: h.settings, Lab: h.lab})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if time.Now().Year() != 2000 {
			t.Fatal("the clock is right")
		}
		client := d.Client()
		st, err := client.Status(t.Context())
		if err != nil || len(st.Problems) != 1 || !strings.Contains(st.Problems[0], "clock says 1 January 2000, which cannot be") {
			t.Errorf("status %+v, %v", st, err)
		}
		var e *api.Error
		_, err = say(t.Context(), client, api.Decision{Decision: "granted", Sender: "shop.example", All: true})
		if !errors.As(err, &e) || !strings.Contains(e.Text, "clock says") || !strings.Contains(e.Hint, "set the clock") {
			t.Errorf("granting: %v", err)
		}
		if asks := h.open(mail); asks != nil {
			t.Errorf("the tracker was asked %v", asks)
		}
		if _, err = say(t.Context(), client, api.Decision{Decision: "withdrawn", Sender: "shop.example", All: true}); err != nil {
			t.Errorf("withdrawing: %v", err)
		}
	})
	h.start()
	if asks := h.open(mail); asks != nil {
		t.Errorf("after the withdrawal the tracker was asked %v", asks)
	}
}
