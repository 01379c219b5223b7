package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// An Alias is what the DNS said of a host name.
type Alias struct {
	// Host is the name, Target the last one that it leads to, "" for none.
	Host, Target string
	// At is when it was asked, Resolver who answered.
	At       time.Time
	Resolver string
}

// SetAliases keeps what was asked, in the place of what was known of the same hosts.
func (s *Store) SetAliases(ctx context.Context, list []Alias) error {
	err := s.write(ctx, durable, func(tx *sql.Tx) error {
		for _, a := range list {
			_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO aliases (host, target, at, resolver) VALUES (?, ?, ?, ?)",
				a.Host, a.Target, a.At.UnixMilli(), a.Resolver)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping names: %w", err)
	}
	return nil
}

// Aliases returns all that was asked, by host.
func (s *Store) Aliases(ctx context.Context) ([]Alias, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT host, target, at, resolver FROM aliases ORDER BY host")
	if err != nil {
		return nil, fmt.Errorf("reading names: %w", s.explain(err))
	}
	defer rows.Close()
	var list []Alias
	for rows.Next() {
		var a Alias
		var at int64
		if err := rows.Scan(&a.Host, &a.Target, &at, &a.Resolver); err != nil {
			return nil, fmt.Errorf("reading names: %w", s.explain(err))
		}
		a.At = time.UnixMilli(at).UTC()
		list = append(list, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading names: %w", s.explain(err))
	}
	return list, nil
}

// ForgetAliases destroys what was asked of a domain and the hosts below it, of all
// for "".
func (s *Store) ForgetAliases(ctx context.Context, domain string) error {
	// Of two texts of one length, those that end alike are compared as they are: no
	// letter of a domain means anything else here.
	err := s.exec(ctx, durable, "DELETE FROM aliases WHERE ? = '' OR host = ? OR substr(host, -length(?) - 1) = '.' || ?", domain, domain, domain, domain)
	if err != nil {
		return fmt.Errorf("forgetting names: %w", err)
	}
	return nil
}
