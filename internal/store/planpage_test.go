package store_test

import (
	"testing"

	"github.com/unseen-mail/unseen/internal/store"
)

// Whoever goes on behind the last plan is told of each once, the newest first, also if
// mail comes meanwhile.
func TestPlansBefore(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	for n := range 7 {
		save(t, s, place(a.ID, uint32(n+1)), newPlan(a.ID, n+1))
	}
	var told []int64
	for before := int64(0); ; {
		list, err := s.PlansBefore(t.Context(), before, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			told = append(told, p.ID)
			before = p.ID
		}
		if len(list) < 3 {
			break
		}
		n := 100 + len(told)
		save(t, s, place(a.ID, uint32(n)), newPlan(a.ID, n))
	}
	if len(told) != 7 {
		t.Fatalf("told of %v", told)
	}
	for i := 1; i < len(told); i++ {
		if told[i] >= told[i-1] {
			t.Errorf("told of %v", told)
		}
	}
	if list, err := s.PlansBefore(t.Context(), told[6], 3); err != nil || len(list) != 0 {
		t.Errorf("before the first: %d, %v", len(list), err)
	}
}
