package daemon_test

import (
	"slices"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// A mail that is kept as evidence as it comes is told, once, so that windows count it.
func TestKeptIsTold(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	a := h.connect(nil)
	for _, err := range h.client.Mark(t.Context(), api.MarkRequest{Sender: "shop.example"}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	told := func() (n int) {
		events, err := h.client.Events(t.Context(), -1, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Kind == "evidence" && e.Outcome == "kept" && e.Sender == "shop.example" {
				n++
			}
		}
		return n
	}
	if told() != 0 {
		t.Error("told before it came")
	}
	h.fetch(a, "INBOX")
	for range 600 {
		if told() > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	h.fetch(a, "INBOX")
	marks, err := h.client.Marks(t.Context())
	if n := told(); n != 1 || err != nil || !slices.ContainsFunc(marks, func(m api.Mark) bool { return m.Mails == 1 }) {
		t.Errorf("told %d times; %+v, %v", n, marks, err)
	}
}
