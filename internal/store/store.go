// Package store keeps everything that Unseen knows between two runs, in one
// SQLite file.
//
// # What holds
//
// Only one process has the store open; a second gets a [*LockedError] that
// names the first. The data directory is 0700 and every file in it 0600; what
// is found otherwise is put right, with a word in the log.
//
// A consent record, an account or a setting is on disk when the call returns.
// Plans, places and events are gathered and written in groups, a fifth of a
// second later at most; every look-up sees them at once. What the system loses
// of them when the power fails is planned anew: tokens are computed, not drawn.
//
// A plan that was stored at a place stays there: another one saved at the same
// place does not replace it, and both can be found by their tokens.
//
// The store knows plans as octets. It never opens a connection, asks no clock
// but the one it is given, and logs no address, subject, URL or token.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// File names in the data directory.
const (
	fileName = "unseen.db"
	keyName  = "key"
	lockName = "lock"
)

// Options are what [Open] may be told.
type Options struct {
	// Log hears what was repaired and what could not be written. Nil is
	// nobody.
	Log *slog.Logger
	// Repaired hears of each file that others could read and cannot any more.
	// Nil leaves that to Log.
	Repaired func(path string)
	// Now is the clock. Nil is [time.Now].
	Now func() time.Time
	// Pack makes the body of a plan small before it is written, out of the way
	// of the mail. It gives equal bodies for equal ones. Nil leaves them as
	// they are.
	Pack func(body []byte) []byte
	// KeptSize is how many octets of kept copies there may be. Zero means
	// 64 MiB.
	KeptSize int64
	// MaxPages limits the file, in pages of 4096 octets. Zero means no limit
	// but the disk's. It exists for tests.
	MaxPages int
}

// A Store is an open data directory. It is safe for concurrent use.
type Store struct {
	dir    string
	opt    Options
	log    *slog.Logger
	lock   *os.File
	master [32]byte
	// indexKey is that of the index of loads.
	indexKey [32]byte
	read     *sql.DB
	// cached are the statements that are asked often.
	cached statements
	group  group

	// writing is held over every write, so that none waits by polling.
	writing sync.Mutex
	w       *sql.DB

	// keptMu guards what follows.
	keptMu   sync.Mutex
	keptSize int64
}

// Open opens the store in a data directory and makes what is missing. The
// caller closes it.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	s := &Store{dir: dir, opt: o, log: o.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.opt.Pack == nil {
		s.opt.Pack = func(body []byte) []byte { return body }
	}
	if s.opt.Now == nil {
		s.opt.Now = time.Now
	}
	if s.opt.KeptSize == 0 {
		s.opt.KeptSize = 64 << 20
	}
	s.group.init()
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening store: %w", err), s.closeFiles())
	}
	return s, nil
}

// open does the steps of Open, in an order that touches nothing of a store that
// somebody else has open.
func (s *Store) open(ctx context.Context) error {
	if err := s.openDir(); err != nil {
		return err
	}
	var err error
	if s.lock, err = lockStore(s.path(lockName)); err != nil {
		return err
	}
	if err := s.openDatabases(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.migrate(ctx, schema); err != nil {
		return s.explain(err)
	}
	if err := s.openKey(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.openLoads(); err != nil {
		return err
	}
	if err := s.openGroup(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.openKept(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.openSums(ctx); err != nil {
		return s.explain(err)
	}
	// The names of new files have to be as durable as what is in them.
	return syncDir(s.dir)
}

// Dir is the data directory.
func (s *Store) Dir() string { return s.dir }

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

// Close writes what is pending and lets go of the directory. It is called once
// all that uses the store has ended; a second call does nothing.
func (s *Store) Close() error {
	err := s.closeGroup()
	return errors.Join(err, s.closeFiles())
}

// closeFiles closes whatever is open, once.
func (s *Store) closeFiles() error {
	if s.lock == nil {
		return nil
	}
	var errs []error
	errs = append(errs, s.cached.close())
	for _, db := range [...]*sql.DB{s.read, s.w} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	errs = append(errs, s.lock.Close())
	s.lock = nil
	return errors.Join(errs...)
}
