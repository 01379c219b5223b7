package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// A SenderQuery says which senders are wanted, and in which order.
type SenderQuery struct {
	// Search is looked for in key, name and address; ASCII letters match whatever
	// their case. "" finds all.
	Search string
	// Keys are the only ones wanted, or with Except the ones not wanted; nil is
	// no choice.
	Keys []string
	// Except makes Keys those that are not wanted.
	Except bool
	// Vouched is true for those that are vouched for alone, false for the others
	// alone, nil for both.
	Vouched *bool
	// Sort is "last", "first", "name" or "mails"; anything else is "last".
	Sort string
	// Offset is how many are left out, Limit how many are returned.
	Offset, Limit int
}

// A SenderPage is a part of the senders.
type SenderPage struct {
	// Total is how many there are, Matching how many the query finds.
	Total, Matching int
	// Senders are those of the page.
	Senders []Sender
}

// where is the condition of a query, with its parameters.
func (q *SenderQuery) where() (string, []any, error) {
	parts, args := []string{"1"}, []any(nil)
	if q.Search != "" {
		pattern := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(q.Search) + "%"
		parts = append(parts, `(key LIKE ? ESCAPE '\' OR display LIKE ? ESCAPE '\' OR address LIKE ? ESCAPE '\')`)
		args = append(args, pattern, pattern, pattern)
	}
	if q.Keys != nil {
		keys, err := json.Marshal(q.Keys)
		if err != nil {
			return "", nil, err
		}
		not := ""
		if q.Except {
			not = "NOT "
		}
		parts = append(parts, "key "+not+"IN (SELECT value FROM json_each(?))")
		args = append(args, string(keys))
	}
	if q.Vouched != nil {
		parts = append(parts, "authenticated = ?")
		args = append(args, *q.Vouched)
	}
	return strings.Join(parts, " AND "), args, nil
}

// order is how a query sorts; the last words make it the same each time.
func (q *SenderQuery) order() string {
	switch q.Sort {
	case "first":
		return "first_seen DESC, key, authenticated DESC"
	case "name":
		return "lower(CASE display WHEN '' THEN key ELSE display END), key, authenticated DESC"
	case "mails":
		return "mails DESC, key, authenticated DESC"
	}
	return "last_seen DESC, key, authenticated DESC"
}

// SenderPage returns a part of the senders.
func (s *Store) SenderPage(ctx context.Context, q SenderQuery) (SenderPage, error) {
	var page SenderPage
	if err := s.Flush(ctx); err != nil {
		return page, fmt.Errorf("reading senders: %w", err)
	}
	where, args, err := q.where()
	if err != nil {
		return page, fmt.Errorf("reading senders: %w", err)
	}
	// The condition is made of constants; what was asked for goes as parameters.
	err = s.read.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM senders), count(*) FROM senders WHERE "+where, args...).
		Scan(&page.Total, &page.Matching)
	if err != nil {
		return page, fmt.Errorf("reading senders: %w", s.explain(err))
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+senderColumns+" FROM senders WHERE "+where+
		" ORDER BY "+q.order()+" LIMIT ? OFFSET ?", append(args, q.Limit, q.Offset)...)
	if err != nil {
		return page, fmt.Errorf("reading senders: %w", s.explain(err))
	}
	if page.Senders, err = scanSenders(rows); err != nil {
		return page, fmt.Errorf("reading senders: %w", s.explain(err))
	}
	return page, nil
}
