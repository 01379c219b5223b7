package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/purpose"
	"github.com/unseen-mail/unseen/rules/statement"
)

// said is what a reader says of a sender.
func said(sender, note string) statement.Statement {
	return statement.Statement{
		V: statement.Version, Sender: sender, Recipient: "anna@example.org", Answer: statement.Yes, AgreedOn: "2025-03",
		Way: statement.Order, Purposes: []purpose.ID{purpose.Performance}, Note: note, When: begin.UTC(), Actor: "uid 1",
	}
}

// Statements come back as they were given, in their order, after a new start too.
func TestStatements(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	for _, one := range []statement.Statement{said("shop.example", "first"), said("rival.example", ""), said("shop.example", "then")} {
		if err := s.AddStatement(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	s = reopen(t, s)
	list, err := s.Statements(t.Context(), "shop.example")
	if err != nil || len(list) != 2 || list[0].Note != "first" || list[1].Note != "then" || !list[1].When.Equal(begin) ||
		!slices.Equal(list[1].Purposes, []purpose.ID{purpose.Performance}) || list[1].Way != statement.Order {
		t.Errorf("%+v, %v", list, err)
	}
	if all, err := s.Statements(t.Context(), ""); err != nil || len(all) != 3 {
		t.Errorf("%+v, %v", all, err)
	}
	if none, err := s.Statements(t.Context(), "nobody.example"); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

// A question that was put stays put, by the first time.
func TestAsked(t *testing.T) {
	now := begin
	s := open(t, t.TempDir(), store.Options{Now: func() time.Time { return now }})
	one := store.Asked{Sender: "shop.example", Recipient: "anna@example.org", What: "first"}
	for range 2 {
		if err := s.NoteAsked(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	s = reopen(t, s)
	all, err := s.AllAsked(t.Context())
	if err != nil || len(all) != 1 || !all[one].Equal(begin) {
		t.Errorf("%v, %v", all, err)
	}
}

// Who was held is counted by sender and address, the last first; what was held
// for another reason is not.
func TestHeldSenders(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	add := func(sender, recipient, outcome, verdict string, at time.Duration) {
		s.AddEvent(store.Event{At: begin.Add(at), Kind: "load", Outcome: outcome, Verdict: verdict, Sender: sender, Recipient: recipient})
	}
	add("shop.example", "anna@example.org", "held", "tracker", 1)
	add("shop.example", "anna@example.org", "held", "suspected", time.Second)
	add("shop.example", "ben@example.org", "held", "tracker", time.Minute)
	add("rival.example", "anna@example.org", "held", "tracker", time.Hour)
	add("calm.example", "anna@example.org", "held", "clean", time.Hour)
	add("open.example", "anna@example.org", "released", "tracker", time.Hour)
	add("", "anna@example.org", "held", "tracker", time.Hour)
	list, err := s.HeldSenders(t.Context(), 10)
	want := []store.Held{
		{Sender: "rival.example", Recipient: "anna@example.org", N: 1, Last: begin.Add(time.Hour).UTC()},
		{Sender: "shop.example", Recipient: "ben@example.org", N: 1, Last: begin.Add(time.Minute).UTC()},
		{Sender: "shop.example", Recipient: "anna@example.org", N: 2, Last: begin.Add(time.Second).UTC()},
	}
	if err != nil || !slices.Equal(list, want) {
		t.Errorf("%+v, %v", list, err)
	}
	if few, err := s.HeldSenders(t.Context(), 1); err != nil || len(few) != 1 || few[0].Sender != "rival.example" {
		t.Errorf("%+v, %v", few, err)
	}
}

func TestOnce(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	one := store.Once{At: begin.UTC(), Sender: "shop.example", Recipient: "anna@example.org", Message: "aa", Pictures: true, How: "page"}
	if err := s.AddOnce(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s)
	for _, sender := range []string{"shop.example", ""} {
		if list, err := s.OnceOf(t.Context(), sender); err != nil || !slices.Equal(list, []store.Once{one}) {
			t.Errorf("%+v, %v", list, err)
		}
	}
}

// What is forgotten of a sender is in no file any more, backups before migrations
// among them; another sender loses nothing.
func TestForgetSender(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	for _, sender := range []string{"forgettable.example", "shop.example"} {
		for _, err := range []error{
			s.AddStatement(t.Context(), said(sender, "word-of-"+sender)),
			s.NoteAsked(t.Context(), store.Asked{Sender: sender, Recipient: "anna@example.org", What: "first"}),
			s.AddOnce(t.Context(), store.Once{At: begin, Sender: sender, Message: "aa"}),
			s.SetPictures(t.Context(), sender, true),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		s.AddEvent(store.Event{At: begin, Kind: "load", Outcome: "held", Sender: sender, Host: "t." + sender})
	}
	if err := s.Migrate(t.Context(), migrations("CREATE TABLE more (x);")); err != nil {
		t.Fatal(err)
	}
	want := store.Forgotten{Statements: 1, Events: 1, Choices: 3}
	if f, err := s.Traces(t.Context(), "forgettable.example"); err != nil || f != want {
		t.Fatalf("%+v, %v", f, err)
	}
	if f, err := s.Forget(t.Context(), "forgettable.example"); err != nil || f != want {
		t.Fatalf("%+v, %v", f, err)
	}
	for sender, want := range map[string]store.Forgotten{"forgettable.example": {}, "shop.example": want} {
		if f, err := s.Traces(t.Context(), sender); err != nil || f != want {
			t.Errorf("%s: %+v, %v", sender, f, err)
		}
	}
	if _, err := s.Forget(t.Context(), ""); err == nil {
		t.Error("nobody was forgotten")
	}
	dir := s.Dir()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.db*"))
	kept := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("forgettable")) {
			t.Errorf("%s still names the sender", filepath.Base(name))
		}
		if bytes.Contains(b, []byte("word-of-shop.example")) {
			kept++
		}
	}
	if kept != 2 {
		t.Errorf("the other sender is in %d of %q: the store and its last backup should hold it", kept, files)
	}
}
