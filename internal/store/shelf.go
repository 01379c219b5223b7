package store

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"strings"
)

const (
	// bucketSize is how many keys one tree holds: about 2 MiB, which a group writes
	// all over without much harm.
	bucketSize = 1 << 16
	// shelfRows is how many keys one statement inserts.
	shelfRows = 32
)

// A shelf is a table of keys that come in any order, in buckets of which each is a
// small tree of its own.
type shelf struct {
	table string
	// bucket is the one of the moment, room how many more keys it takes.
	bucket, room int64
}

// A tokenRow is one key on its way into the file.
type tokenRow struct {
	key    []byte
	plan   int64
	number int
}

// open finds the bucket of the moment.
func (s *shelf) open(ctx context.Context, db *sql.DB) error {
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(bucket), 0) FROM "+s.table).Scan(&s.bucket); err != nil {
		return err
	}
	return db.QueryRowContext(ctx, "SELECT ? - count(*) FROM "+s.table+" WHERE bucket = ?", bucketSize, s.bucket).Scan(&s.room)
}

// insert writes keys in the order of the tree, many at a time. A token that is there
// already leads to another copy of the same message; the first stays.
func (s *shelf) insert(ctx context.Context, tx *sql.Tx, rows []tokenRow) error {
	for len(rows) > 0 {
		if s.room <= 0 {
			s.bucket, s.room = s.bucket+1, bucketSize
		}
		n := min(int64(len(rows)), s.room)
		part := rows[:n]
		slices.SortFunc(part, func(a, b tokenRow) int { return bytes.Compare(a.key, b.key) })
		if err := s.fill(ctx, tx, part); err != nil {
			return err
		}
		rows = rows[n:]
		s.room -= n
	}
	return nil
}

// fill writes sorted keys into the bucket of the moment.
func (s *shelf) fill(ctx context.Context, tx *sql.Tx, rows []tokenRow) error {
	head, row := "INSERT OR IGNORE INTO "+s.table+" (bucket, key, plan, number) VALUES ", "(?, ?, ?, ?)"
	many, err := tx.PrepareContext(ctx, head+row+strings.Repeat(", "+row, shelfRows-1))
	if err != nil {
		return err
	}
	defer many.Close()
	args := make([]any, 0, 4*shelfRows)
	for len(rows) > 0 {
		n := min(len(rows), shelfRows)
		args = args[:0]
		for i := range rows[:n] {
			r := &rows[i]
			args = append(args, s.bucket, r.key, r.plan, r.number)
		}
		if n == shelfRows {
			_, err = many.ExecContext(ctx, args...)
		} else {
			_, err = tx.ExecContext(ctx, head+row+strings.Repeat(", "+row, n-1), args...)
		}
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
