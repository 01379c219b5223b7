package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"iter"

	"github.com/unseen-mail/unseen/rules/consent"
)

// What tests of the inside need.
const (
	BucketSize = bucketSize
	GroupPlans = groupPlans
)

// Migrate runs migrations that do not exist yet.
func (s *Store) Migrate(ctx context.Context, schema fs.FS) error { return s.migrate(ctx, schema) }

// Schema are the migrations that exist.
func Schema() fs.FS { return schema }

// Query reads one number.
func (s *Store) Query(ctx context.Context, query string) (n int64, err error) {
	err = s.w.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// Exec changes what no method does.
func (s *Store) Exec(ctx context.Context, query string, args ...any) error {
	return s.exec(ctx, durable, query, args...)
}

// SumAll sums what is to be summed.
func (s *Store) SumAll(ctx context.Context) error {
	if err := s.Flush(ctx); err != nil {
		return err
	}
	return s.sumAll(ctx)
}

// ReadHour reads an hour of sums, and writes it again.
func ReadHour(body []byte) ([]byte, error) {
	s := newSums()
	if err := s.plus(7, body); err != nil {
		return nil, err
	}
	return s.encode(7), nil
}

// Seal puts what is read in front of an hour of sums.
func Seal(rest []byte) []byte {
	body := append([]byte{0, 0, 0, 0, hourForm}, rest...)
	binary.BigEndian.PutUint32(body, crc32.ChecksumIEEE(body[4:]))
	return body
}

// Waiting says that something is about to be written.
func (s *Store) Waiting() bool {
	s.group.mu.Lock()
	defer s.group.mu.Unlock()
	return s.group.waiting
}

// FillLedger lets f write a new ledger in one transaction, as the disk would take
// minutes for many records, each durable before the next.
func (s *Store) FillLedger(ctx context.Context, f func(*consent.Ledger) error) error {
	return s.write(ctx, durable, func(tx *sql.Tx) error {
		l, err := consent.Open(ctx, unwritten{tx})
		if err != nil {
			return err
		}
		return f(l)
	})
}

// unwritten is the storage of a new ledger within a transaction.
type unwritten struct{ tx *sql.Tx }

func (u unwritten) AppendRow(ctx context.Context, row consent.Row, key consent.Key, _ []uint64) error {
	return appendRow(ctx, u.tx, &row, &key)
}

func (unwritten) Rows(context.Context) iter.Seq2[consent.StoredRow, error] {
	return func(func(consent.StoredRow, error) bool) {}
}

func (unwritten) Head(context.Context) (consent.Head, error) { return consent.Head{}, nil }
