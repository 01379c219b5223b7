package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

// TestForgetsMemory checks that the store itself holds nothing of it any more.
func TestForgetsMemory(t *testing.T) {
	ctx := context.Background()
	s, err := store.Open(ctx, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	mailing := store.Mailing{Key: [16]byte{1}, Sender: "shop.example", Recipient: [8]byte{2}, Plan: 3, At: time.Now()}
	memories := []store.Memory{{Sender: "shop.example", Vouched: true, Body: []byte("a")}, {Sender: "shop.example", Body: []byte("b")}, {Sender: "x.example", Body: []byte("c")}}
	if err := s.Remember(ctx, memories, []store.Mailing{mailing}); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Mailings(ctx, mailing.Key, mailing.At.AddDate(0, 0, -1), 5); err != nil || len(list) != 1 || list[0].Plan != 3 || list[0].Recipient != mailing.Recipient {
		t.Errorf("%+v %v", list, err)
	}
	if f, err := s.Forget(ctx, "shop.example"); err != nil || f.Learned != 3 {
		t.Errorf("%+v %v", f, err)
	}
	for sender, want := range map[string]string{"shop.example": "", "x.example": "c"} {
		if body, err := s.Memory(ctx, sender, false); err != nil || string(body) != want {
			t.Errorf("%s: %q %v", sender, body, err)
		}
	}
	if list, err := s.Mailings(ctx, mailing.Key, time.Time{}, 5); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
}

// TestMemoriesAreBounded checks that those which were longest not learnt of go.
func TestMemoriesAreBounded(t *testing.T) {
	ctx, now := context.Background(), time.Unix(1_800_000_000, 0)
	s, err := store.Open(ctx, t.TempDir(), store.Options{Now: func() time.Time { now = now.Add(time.Second); return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var many []store.Memory
	for i := range store.MaxMemories {
		many = append(many, store.Memory{Sender: fmt.Sprintf("s%d.example", i), Body: []byte("x")})
	}
	for _, list := range [][]store.Memory{{{Sender: "first.example", Body: []byte("x")}}, many[1:], {{Sender: "first.example", Body: []byte("y")}}, many[:1], {{Sender: "last.example", Body: []byte("z")}}} {
		if err := s.Remember(ctx, list, nil); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	for _, m := range append(many, store.Memory{Sender: "first.example"}, store.Memory{Sender: "last.example"}) {
		if body, err := s.Memory(ctx, m.Sender, false); err != nil {
			t.Fatal(err)
		} else if body != nil {
			kept++
		}
	}
	if body, _ := s.Memory(ctx, "first.example", false); string(body) != "y" || kept != store.MaxMemories {
		t.Errorf("%d are kept, the first as %q", kept, body)
	}
}

// The mailings of long ago are forgotten by themselves.
func TestPruneMailings(t *testing.T) {
	ctx := context.Background()
	s, err := store.Open(ctx, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	list := []store.Mailing{{Key: [16]byte{1}, Plan: 1, At: now.AddDate(0, 0, -61)}, {Key: [16]byte{1}, Plan: 2, At: now}}
	if err := s.Remember(ctx, nil, list); err != nil {
		t.Fatal(err)
	}
	if err := s.PruneMailings(ctx, now.AddDate(0, 0, -60)); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Mailings(ctx, [16]byte{1}, time.Time{}, 9); err != nil || len(got) != 1 || got[0].Plan != 2 {
		t.Errorf("%+v %v", got, err)
	}
}
