package store_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/unseen-mail/unseen/internal/store"
)

// What came through is counted once, with why it could not be held.
func TestCounts(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := store.Account{Address: "anna@example.org", IMAP: store.Server{Host: "imap.example.org"}}
	if err := s.PutAccount(t.Context(), &a); err != nil {
		t.Fatal(err)
	}
	save := func(n byte, ungated ...string) {
		t.Helper()
		p := &store.Plan{Account: a.ID, Header: [32]byte{n}, Version: 1, Complete: true, Body: fmt.Appendf(nil, "plan %d", n), Ungated: ungated}
		if _, err := s.SavePlan(t.Context(), store.Place{}, p); err != nil {
			t.Fatal(err)
		}
	}
	check := func(mails, ungated int, reasons map[string]int) {
		t.Helper()
		all, err := s.MailCounts(t.Context())
		got := all[a.ID]
		if err != nil || got.Mails != mails || got.Ungated != ungated || !maps.Equal(got.Reasons, reasons) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	check(0, 0, nil)
	save(1)
	save(2, "signed")
	save(3, "signed", "charset")
	check(3, 2, map[string]int{"signed": 2, "charset": 1})
	save(3, "signed", "charset") // another copy
	s.Passed(a.ID, "unplanned")
	s.Passed(a.ID, "unplanned")
	check(5, 4, map[string]int{"signed": 2, "charset": 1, "unplanned": 2})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(t.Context(), dir, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	save(4)
	check(6, 4, map[string]int{"signed": 2, "charset": 1, "unplanned": 2})
	list, err := s.PlansOf(t.Context(), a.ID, 3)
	if err != nil || len(list) != 3 || list[0].Header != [32]byte{4} || list[2].Header != [32]byte{2} {
		t.Errorf("plans: %v, %v", list, err)
	}
}
