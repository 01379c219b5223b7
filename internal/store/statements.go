package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/unseen-mail/unseen/rules/statement"
)

// AddStatement keeps what the reader says of a sender. It is on disk when the call
// returns.
func (s *Store) AddStatement(ctx context.Context, one statement.Statement) error {
	body, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("keeping statement: %w", err)
	}
	err = s.exec(ctx, durable, "INSERT INTO statements (sender, recipient, body) VALUES (?, ?, ?)",
		one.Sender, one.Recipient, string(body))
	if err != nil {
		return fmt.Errorf("keeping statement: %w", err)
	}
	return nil
}

// Statements returns what the reader said of a sender, or of all for "", in order.
func (s *Store) Statements(ctx context.Context, sender string) ([]statement.Statement, error) {
	rows, err := s.read.QueryContext(ctx,
		"SELECT body FROM statements WHERE ?1 = '' OR sender = ?1 ORDER BY id", sender)
	if err != nil {
		return nil, fmt.Errorf("reading statements: %w", s.explain(err))
	}
	defer rows.Close()
	var list []statement.Statement
	for rows.Next() {
		var body string
		var one statement.Statement
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("reading statements: %w", s.explain(err))
		}
		if err := json.Unmarshal([]byte(body), &one); err != nil {
			return nil, fmt.Errorf("reading statement: %w", err)
		}
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading statements: %w", s.explain(err))
	}
	return list, nil
}
