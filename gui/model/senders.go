package model

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// A Query says which senders are wanted, and in which order.
type Query struct {
	// Search is looked for in key, name and address, whatever the case.
	Search string
	// Filter and Sort are as in [api.SenderQuery].
	Filter, Sort string
}

// Senders is a list of senders that is searched without asking anybody. Its zero
// value is empty. It belongs to one goroutine.
type Senders struct {
	rows []api.SenderRow
	// folded is what of a row is searched, in small letters.
	folded []string
	// orders are the rows in each order that was asked for.
	orders map[string][]int32
}

// Len is how many there are.
func (s *Senders) Len() int { return len(s.rows) }

// Add appends senders.
func (s *Senders) Add(rows []api.SenderRow) {
	s.orders = nil
	for _, r := range rows {
		s.rows = append(s.rows, r)
		s.folded = append(s.folded, strings.ToLower(r.Key+"\n"+r.Display+"\n"+r.Address))
	}
}

// At is one of them. It is shared: do not change it.
func (s *Senders) At(i int32) *api.SenderRow { return &s.rows[i] }

// Find returns the numbers of those that a query finds, in its order.
func (s *Senders) Find(q Query) []int32 {
	search := strings.ToLower(strings.TrimSpace(q.Search))
	order := s.order(q.Sort)
	found := make([]int32, 0, len(order))
	for _, i := range order {
		if passes(&s.rows[i], q.Filter) && (search == "" || strings.Contains(s.folded[i], search)) {
			found = append(found, i)
		}
	}
	return found
}

// passes says whether a filter lets a sender through.
func passes(r *api.SenderRow, filter string) bool {
	switch filter {
	case "granted":
		return r.Granted > 0
	case "refused":
		return r.Refused > 0
	case "silent":
		return r.Authenticated && r.Granted == 0 && r.Refused == 0
	case "unvouched":
		return !r.Authenticated
	}
	return true
}

// order is the order of all rows; each is made once.
func (s *Senders) order(by string) []int32 {
	if known, ok := s.orders[by]; ok {
		return known
	}
	order := make([]int32, len(s.rows))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, s.compare(by))
	if s.orders == nil {
		s.orders = make(map[string][]int32)
	}
	s.orders[by] = order
	return order
}

// compare says which of two comes first.
func (s *Senders) compare(by string) func(a, b int32) int {
	newest := func(at func(*api.SenderRow) time.Time) func(a, b int32) int {
		return func(a, b int32) int { return at(&s.rows[b]).Compare(at(&s.rows[a])) }
	}
	switch by {
	case "first":
		return newest(func(r *api.SenderRow) time.Time { return r.First })
	case "mails":
		return func(a, b int32) int { return cmp.Compare(s.rows[b].Messages, s.rows[a].Messages) }
	case "name":
		return func(a, b int32) int { return strings.Compare(s.name(a), s.name(b)) }
	}
	return newest(func(r *api.SenderRow) time.Time { return r.Last })
}

// name is what a sender is sorted by: the name it gives itself, or its key.
func (s *Senders) name(i int32) string {
	folded := s.folded[i]
	key, rest, _ := strings.Cut(folded, "\n")
	if display, _, _ := strings.Cut(rest, "\n"); display != "" {
		return display
	}
	return key
}
