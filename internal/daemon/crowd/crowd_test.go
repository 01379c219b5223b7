package crowd_test

import (
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/daemon/crowd"
	"github.com/unseen-mail/unseen/internal/store"
)

// A crowd has its senders, its mails and its loads, the last of them now, and those whom
// nobody vouches for apart.
func TestFill(t *testing.T) {
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	if err := crowd.Fill(t.Context(), s, 60, 600, now); err != nil {
		t.Fatal(err)
	}
	no := false
	page, err := s.SenderPage(t.Context(), store.SenderQuery{Vouched: &no, Limit: 1})
	if err != nil || page.Total != 60 || page.Matching != 3 || page.Senders[0].Mails != 1 {
		t.Errorf("got %+v, %v", page, err)
	}
	last, err := s.Events(t.Context(), -1, 1)
	if err != nil || len(last) != 1 || last[0].ID != 600 || now.Sub(last[0].At) > time.Second {
		t.Errorf("got %+v, %v", last, err)
	}
	sum, err := s.Summary(t.Context(), now.AddDate(0, 0, -90), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if sum.Mails.Loading != 60 || sum.Mails.Silent != 0 || len(sum.Senders) != 60 {
		t.Errorf("%d senders, mails %+v", len(sum.Senders), sum.Mails)
	}
}
