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
	// names is what a row is sorted by: the name that it gives itself, or its key.
	names []string
	// orders are the rows in each order that was asked for.
	orders map[string][]int32
	// last is the query before, and found what it found.
	last  Query
	found []int32
}

// Len is how many there are.
func (s *Senders) Len() int { return len(s.rows) }

// Add appends senders.
func (s *Senders) Add(rows []api.SenderRow) {
	s.orders, s.found = nil, nil
	for _, r := range rows {
		folded := strings.ToLower(r.Key + "\n" + r.Display + "\n" + r.Address)
		s.rows, s.folded = append(s.rows, r), append(s.folded, folded)
		name, rest, _ := strings.Cut(folded, "\n")
		if display, _, _ := strings.Cut(rest, "\n"); display != "" {
			name = display
		}
		s.names = append(s.names, name)
	}
}

// Sort makes orders beforehand: the first question for one would wait for it.
func (s *Senders) Sort(orders ...string) {
	for _, by := range orders {
		s.order(by)
	}
}

// At is one of them. It is shared: do not change it.
func (s *Senders) At(i int32) *api.SenderRow { return &s.rows[i] }

// Find returns the numbers of those that a query finds, in its order. What goes on
// with the query before, as typing does, looks only among what that one found.
func (s *Senders) Find(q Query) []int32 {
	q.Search = strings.ToLower(strings.TrimSpace(q.Search))
	among := s.order(q.Sort)
	if s.found != nil && q.Filter == s.last.Filter && q.Sort == s.last.Sort && strings.HasPrefix(q.Search, s.last.Search) {
		among = s.found
	}
	found := make([]int32, 0, len(among))
	for _, i := range among {
		if passes(&s.rows[i], q.Filter) && (q.Search == "" || strings.Contains(s.folded[i], q.Search)) {
			found = append(found, i)
		}
	}
	s.last, s.found = q, found
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
		return func(a, b int32) int { return strings.Compare(s.names[a], s.names[b]) }
	}
	return newest(func(r *api.SenderRow) time.Time { return r.Last })
}
