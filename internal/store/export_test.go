package store

import (
	"context"
	"io/fs"
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

// Waiting says that something is about to be written.
func (s *Store) Waiting() bool {
	s.group.mu.Lock()
	defer s.group.mu.Unlock()
	return s.group.waiting
}
