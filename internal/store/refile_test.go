package store_test

import (
	"errors"
	"testing"

	"github.com/unseen-mail/unseen/internal/store"
)

// TestRefile checks that mail is filed under those who are known now, that each
// mail counts once, and that nothing of another account is touched.
func TestRefile(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	one, other := account(t, s, "one@mail.example"), account(t, s, "other@mail.example")
	for i := range 4 {
		p := newPlan(one.ID, i)
		p.Sender, p.From = "", store.Sender{Key: "shop.example"}
		if i == 3 {
			// A copy of the mail before, planned in another mode.
			p.Header, p.Mode, p.Tokens = newPlan(one.ID, 2).Header, "pixels", nil
		}
		save(t, s, store.Place{Account: one.ID}, p)
	}
	p := newPlan(other.ID, 9)
	p.Sender, p.From = "brand.example", store.Sender{Key: "brand.example", Authenticated: true}
	save(t, s, store.Place{Account: other.ID}, p)

	known := func(*store.Plan) (store.Sender, error) {
		return store.Sender{Key: "shop.example", Authenticated: true, Address: "a@shop.example"}, nil
	}
	if err := s.Refile(t.Context(), one.ID, known); err != nil {
		t.Fatal(err)
	}
	senders, err := s.Senders(t.Context())
	if err != nil || len(senders) != 2 {
		t.Fatalf("%+v, %v", senders, err)
	}
	for _, who := range senders {
		want := map[string]int{"shop.example": 3, "brand.example": 1}[who.Key]
		if !who.Authenticated || who.Mails != want {
			t.Errorf("%+v, not %d mails", who, want)
		}
	}
	list, err := s.PlansBySender(t.Context(), "shop.example", 10)
	if err != nil || len(list) != 4 {
		t.Errorf("%d plans, %v", len(list), err)
	}
	bad := errors.New("unreadable")
	if err := s.Refile(t.Context(), one.ID, func(*store.Plan) (store.Sender, error) { return store.Sender{}, bad }); !errors.Is(err, bad) {
		t.Error(err)
	}
	if list, err := s.PlansBySender(t.Context(), "shop.example", 10); err != nil || len(list) != 4 {
		t.Errorf("%d plans after a failure, %v", len(list), err)
	}
}

// TestRefileShared checks that a sender who wrote to two accounts stays known when
// nobody vouches for it in one of them any more.
func TestRefileShared(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	one, other := account(t, s, "one@mail.example"), account(t, s, "other@mail.example")
	for i, a := range []int64{other.ID, other.ID, one.ID} {
		p := newPlan(a, i)
		p.Sender, p.From = "shop.example", store.Sender{Key: "shop.example", Authenticated: true}
		save(t, s, store.Place{Account: a}, p)
	}
	err := s.Refile(t.Context(), one.ID, func(*store.Plan) (store.Sender, error) { return store.Sender{Key: "shop.example"}, nil })
	if err != nil {
		t.Fatal(err)
	}
	senders, err := s.Senders(t.Context())
	if err != nil || len(senders) != 2 {
		t.Fatalf("%+v, %v", senders, err)
	}
	for _, who := range senders {
		if want := map[bool]int{true: 2, false: 1}[who.Authenticated]; who.Mails != want {
			t.Errorf("%+v, not %d mails", who, want)
		}
	}
}
