package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver, in pure Go
)

// source is the driver's address of a database file.
func source(path string, pragmas ...string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // a drive letter
	}
	q := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	u := url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}
	return u.String()
}

// openDatabases opens one connection that writes and a few that read.
func (s *Store) openDatabases(ctx context.Context) error {
	path, err := filepath.Abs(s.path(fileName))
	if err != nil {
		return err
	}
	common := []string{
		"busy_timeout(5000)", "foreign_keys(1)", "journal_size_limit(8388608)",
		"temp_store(2)",
	}
	write := append([]string{"secure_delete(1)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-4000)"}, common...)
	if s.opt.MaxPages > 0 {
		write = append(write, fmt.Sprintf("max_page_count(%d)", s.opt.MaxPages))
	}
	if s.w, err = sql.Open("sqlite", source(path, write...)); err != nil {
		return err
	}
	s.w.SetMaxOpenConns(1)
	if err := s.w.PingContext(ctx); err != nil {
		return err
	}
	s.read, err = sql.Open("sqlite", source(path, append([]string{"query_only(1)", "cache_size(-1000)"}, common...)...))
	if err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(2)
	return nil
}

// How a write has to be on disk.
const (
	// grouped may be lost when the power fails, but never torn.
	grouped = "NORMAL"
	// durable is on disk when the call returns.
	durable = "FULL"
)

// write runs f in a transaction; all of it happens or nothing.
func (s *Store) write(ctx context.Context, sync string, f func(*sql.Tx) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	conn, err := s.w.Conn(ctx)
	if err != nil {
		return s.explain(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = "+sync); err != nil {
		return s.explain(err)
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(err)
	}
	if err := f(tx); err != nil {
		// After a full disk SQLite has rolled back by itself.
		if back := tx.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) && s.plain(err) {
			err = errors.Join(err, back)
		}
		return s.explain(err)
	}
	if err := tx.Commit(); err != nil {
		_ = tx.Rollback()
		return s.explain(err)
	}
	return nil
}

// exec is a write of one statement.
func (s *Store) exec(ctx context.Context, sync, query string, args ...any) error {
	return s.write(ctx, sync, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}
