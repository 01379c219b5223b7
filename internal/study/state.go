package study

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"

	_ "modernc.org/sqlite" // the driver, in pure Go
)

// A state says what of a study is done. What it says is on disk when a call returns.
type state struct{ db *sql.DB }

// A part is a group of rows that lies on disk.
type part struct {
	// Name is that of its files without their ends.
	Name string
	// Messages and Rows are how many rows of each table there are.
	Messages, Rows int
	// MessagesSHA256 and RowsSHA256 are of the files.
	MessagesSHA256, RowsSHA256 string
}

const stateTables = `
CREATE TABLE IF NOT EXISTS pinned (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part (
  name TEXT PRIMARY KEY, messages INTEGER NOT NULL, rows INTEGER NOT NULL,
  messages_sha256 TEXT NOT NULL, rows_sha256 TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS copy (
  msg_key TEXT PRIMARY KEY, campaign_key TEXT NOT NULL, mailbox TEXT NOT NULL, recipient TEXT NOT NULL, raw BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS mended (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS copy_campaign ON copy (campaign_key);`

// openState opens the state of a study, and makes one where there is none.
func openState(path string) (*state, error) {
	at := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=secure_delete(on)&_pragma=busy_timeout(5000)"}
	db, err := sql.Open("sqlite", at.String())
	if err != nil {
		return nil, fmt.Errorf("opening the study's state: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(stateTables); err != nil {
		return nil, fmt.Errorf("opening the study's state: %w", errors.Join(err, db.Close()))
	}
	return &state{db}, nil
}

// close lets go of the state.
func (s *state) close() error { return s.db.Close() }

// pin notes a value the first time, and from then on is an error for any other.
func (s *state) pin(name, value string) error {
	if _, err := s.db.Exec("INSERT OR IGNORE INTO pinned VALUES (?, ?)", name, value); err != nil {
		return fmt.Errorf("noting the study's %s: %w", name, err)
	}
	var was string
	if err := s.db.QueryRow("SELECT value FROM pinned WHERE name = ?", name).Scan(&was); err != nil {
		return fmt.Errorf("reading the study's %s: %w", name, err)
	}
	if was != value {
		return fmt.Errorf("opening the study: %w", ErrKey)
	}
	return nil
}

// has says whether a key was noted.
func (s *state) has(key string) (bool, error) { return s.in("seen", key) }

// isMended says whether a row that says why a mail was not looked into is of the past.
func (s *state) isMended(key string) (bool, error) { return s.in("mended", key) }

// in says whether a key is in a table.
func (s *state) in(table, key string) (bool, error) {
	var one int
	err := s.db.QueryRow("SELECT 1 FROM "+table+" WHERE key = ?", key).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("asking the study's state: %w", err)
	}
	return true, nil
}

// commit takes a part into the state, with the keys of what is in it and of the faults
// that it mends, at once.
func (s *state) commit(p part, keys, mended []string, copies []stored) (err error) {
	tx, err := s.db.Begin()
	if err != nil {
		return fmt.Errorf("noting a part: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("noting a part: %w", errors.Join(err, tx.Rollback()))
		}
	}()
	if p.Name != "" {
		if _, err := tx.Exec("INSERT INTO part VALUES (?, ?, ?, ?, ?)", p.Name, p.Messages, p.Rows, p.MessagesSHA256, p.RowsSHA256); err != nil {
			return err
		}
	}
	for _, k := range keys {
		if _, err := tx.Exec("INSERT OR IGNORE INTO seen VALUES (?)", k); err != nil {
			return err
		}
	}
	for _, k := range mended {
		if _, err := tx.Exec("INSERT OR IGNORE INTO mended VALUES (?)", k); err != nil {
			return err
		}
	}
	for _, c := range copies {
		if _, err := tx.Exec("INSERT OR IGNORE INTO copy VALUES (?, ?, ?, ?, ?)", c.msgKey, c.campaign, c.mailbox, c.recipient, c.raw); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// parts are the parts there are, by name.
func (s *state) parts() ([]part, error) {
	rows, err := s.db.Query("SELECT name, messages, rows, messages_sha256, rows_sha256 FROM part ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("listing parts: %w", err)
	}
	defer rows.Close()
	var list []part
	for rows.Next() {
		var p part
		if err := rows.Scan(&p.Name, &p.Messages, &p.Rows, &p.MessagesSHA256, &p.RowsSHA256); err != nil {
			return nil, fmt.Errorf("listing parts: %w", err)
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// A stored copy is a mail of a seed mailbox, kept to be compared.
type stored struct {
	msgKey, campaign, mailbox, recipient string
	raw                                  []byte
}

// copies returns all copies, by mailing.
func (s *state) copies() iter.Seq2[stored, error] {
	return func(yield func(stored, error) bool) {
		rows, err := s.db.Query("SELECT msg_key, campaign_key, mailbox, recipient, raw FROM copy ORDER BY campaign_key")
		if err != nil {
			yield(stored{}, fmt.Errorf("reading copies: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var c stored
			err := rows.Scan(&c.msgKey, &c.campaign, &c.mailbox, &c.recipient, &c.raw)
			if err != nil {
				err = fmt.Errorf("reading copies: %w", err)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(stored{}, fmt.Errorf("reading copies: %w", err))
		}
	}
}

// replace puts a part in the place of another, of which some rows are to be gone; without
// a name nothing is put there.
func (s *state) replace(old string, p part) error {
	tx, err := s.db.Begin()
	if err != nil {
		return fmt.Errorf("replacing a part: %w", err)
	}
	_, err = tx.Exec("DELETE FROM part WHERE name = ?", old)
	if err == nil && p.Name != "" {
		_, err = tx.Exec("INSERT INTO part VALUES (?, ?, ?, ?, ?)", p.Name, p.Messages, p.Rows, p.MessagesSHA256, p.RowsSHA256)
	}
	if err != nil {
		return fmt.Errorf("replacing a part: %w", errors.Join(err, tx.Rollback()))
	}
	return tx.Commit()
}

// forgetAllBut forgets a mailbox's copies, where every mail was, and all mails but some.
func (s *state) forgetAllBut(mailbox string, keys []string) error {
	tx, err := s.db.Begin()
	if err != nil {
		return fmt.Errorf("forgetting mails: %w", err)
	}
	_, err = tx.Exec("DELETE FROM seen")
	if err == nil {
		_, err = tx.Exec("DELETE FROM copy WHERE mailbox = ?", mailbox)
	}
	for _, k := range keys {
		if err == nil {
			_, err = tx.Exec("INSERT OR IGNORE INTO seen VALUES (?)", k)
		}
	}
	if err != nil {
		return fmt.Errorf("forgetting mails: %w", errors.Join(err, tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("forgetting mails: %w", err)
	}
	return s.shrink()
}

// shrink gives up what was deleted, the log too.
func (s *state) shrink() error {
	if _, err := s.db.Exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("giving up what was deleted: %w", err)
	}
	return nil
}

// forget destroys what says which mails were looked into.
func (s *state) forget() error {
	if _, err := s.db.Exec("DELETE FROM seen; DELETE FROM copy; DELETE FROM pinned WHERE name = 'key'"); err != nil {
		return fmt.Errorf("destroying what says which mails were looked into: %w", err)
	}
	return s.shrink()
}
