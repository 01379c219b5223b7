package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

func TestKept(t *testing.T) {
	now := begin
	s := open(t, t.TempDir(), store.Options{Now: func() time.Time { return now }})
	c := store.Copy{MediaType: "image/png", Body: []byte("\x89PNG"), Fetched: begin, FreshUntil: begin.Add(time.Hour)}
	if err := s.Keep(t.Context(), "https://a.example/1.png", c); err != nil {
		t.Fatal(err)
	}
	got, ok, err := s.Kept(t.Context(), "https://a.example/1.png")
	if err != nil || !ok || got.MediaType != c.MediaType || !bytes.Equal(got.Body, c.Body) || !got.Fetched.Equal(c.Fetched) || !got.FreshUntil.Equal(c.FreshUntil) {
		t.Errorf("got %+v, %v, %v", got, ok, err)
	}
	if _, ok, err := s.Kept(t.Context(), "https://a.example/2.png"); ok || err != nil {
		t.Error(ok, err)
	}
	now = begin.Add(time.Hour)
	if _, ok, err := s.Kept(t.Context(), "https://a.example/1.png"); ok || err != nil {
		t.Error("a copy that is no longer fresh was shown", err)
	}
	c.Body, c.FreshUntil = []byte("new"), now.Add(time.Hour)
	if err := s.Keep(t.Context(), "https://a.example/1.png", c); err != nil {
		t.Fatal(err)
	}
	if got, ok, _ := s.Kept(t.Context(), "https://a.example/1.png"); !ok || string(got.Body) != "new" || s.KeptSize() != 3 {
		t.Errorf("got %q, %d octets", got.Body, s.KeptSize())
	}
	if err := s.DropKept(t.Context()); err != nil || s.KeptSize() != 0 {
		t.Error(s.KeptSize(), err)
	}
}

// What was shown last is kept longest, and there is never more than there may be.
func TestKeptIsBounded(t *testing.T) {
	now := begin
	dir := t.TempDir()
	o := store.Options{Now: func() time.Time { return now }, KeptSize: 1000}
	s := open(t, dir, o)
	url := func(i int) string { return fmt.Sprintf("https://a.example/%d.png", i) }
	keep := func(i, size int) {
		t.Helper()
		now = now.Add(time.Second)
		err := s.Keep(t.Context(), url(i), store.Copy{Body: make([]byte, size), FreshUntil: now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if s.KeptSize() > 1000 {
			t.Fatalf("%d octets are kept", s.KeptSize())
		}
	}
	for i := range 10 {
		keep(i, 100)
	}
	now = now.Add(time.Second)
	if _, ok, err := s.Kept(t.Context(), url(0)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	keep(10, 200)
	keep(11, 251) // more than a quarter
	for i, want := range []bool{true, false, false, true, true} {
		if _, ok, err := s.Kept(t.Context(), url(i)); ok != want || err != nil {
			t.Errorf("copy %d: %v, want %v, %v", i, ok, want, err)
		}
	}
	if _, ok, _ := s.Kept(t.Context(), url(11)); ok {
		t.Error("a copy that is too large was kept")
	}
	s.Close()
	s = open(t, dir, o)
	if s.KeptSize() != 1000 {
		t.Errorf("%d octets after opening", s.KeptSize())
	}
}
