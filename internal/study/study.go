// Package study logs what a set of mailboxes shows of tracking, in a form that others
// can check: it looks into every mail once, keeps one row for each reference, and makes
// datasets, reports and tables of them.
//
// A study is a directory: study.toml says what it is and where its mail comes from,
// key names what is the same without telling what it is, state.db says what is done,
// and parts/ holds the rows. It is of one of two kinds. In a participants' study the
// mail is other people's: rows hold no address, subject, token or whole URL from the
// moment they are made, times are weeks, and what fewer than k participants show is
// left out of an export, with a report of what that took. In a seeds' study the
// mailboxes were made for it: nothing is hashed or left out, and each mail is held
// against what was answered at sign-up.
//
// # What holds
//
// A mail is looked into once, however often the study is run, wherever it was moved,
// and is one row of messages even where it is damaged. A run that ends anywhere, by
// a crash or a full disk too, is gone on with by the same command, and the dataset is
// the same octet for octet. Datasets of equal studies are equal. Nothing is fetched or
// asked for, but mail from the servers that were named.
//
// # What it does not know
//
// What the network alone would tell: the true size of pictures, where a tracked link
// ends, who gets cookies. Columns for it are there and empty.
package study

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/lock"
)

// Names in a study's directory.
const (
	protocolFile = "study.toml"
	keyFile      = "key"
	stateFile    = "state.db"
	lockFile     = "lock"
	partsDir     = "parts"
	listsDir     = "lists"
	namesFile    = "cnames.json"
	seedsFile    = "conditions.csv"
)

var (
	// ErrExists is a directory in which there is something already.
	ErrExists = errors.New("study: the directory is not empty")
	// ErrNone is a directory that is no study.
	ErrNone = errors.New("study: not a study")
	// ErrClosed is a study that was closed: its key is gone.
	ErrClosed = errors.New("study: closed")
	// ErrKey is a key that cannot be read, or is not that of the rows there are.
	ErrKey = errors.New("study: not the study's key")
	// ErrBusy is a study that another process works on.
	ErrBusy = errors.New("study: another process works on it")
)

// A Study is an open study. One process at a time has it.
type Study struct {
	// Protocol says what it is.
	Protocol Protocol

	dir   string
	lock  *os.File
	state *state
	names pseudonymiser
	seeds *conditions
}

// Begin makes a study in a directory that does not exist or is empty. Of the files that
// the protocol's owner names, copies are kept.
func Begin(dir string, p Protocol, files Files) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("making a study in %s: %w", dir, ErrExists)
	}
	p.Seeded = files.Conditions != ""
	if p.Seeded {
		// First of all, so that a slip in it leaves nothing behind.
		if _, err := readConditions(files.Conditions); err != nil {
			return err
		}
	}
	for _, sub := range []string{partsDir, listsDir} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return fmt.Errorf("making a study: %w", err)
		}
	}
	if err := files.copy(dir); err != nil {
		return err
	}
	if p.Seeded {
		return p.write(dir)
	}
	if err := makeKey(filepath.Join(dir, keyFile)); err != nil {
		return err
	}
	return p.write(dir)
}

// Open opens a study for the caller alone. The caller closes it with Close.
func Open(dir string) (*Study, error) {
	p, err := readProtocol(dir)
	if err != nil {
		return nil, err
	}
	s := &Study{Protocol: p, dir: dir}
	if s.lock, err = lock.Take(filepath.Join(dir, lockFile)); err != nil {
		if errors.Is(err, lock.ErrTaken) {
			err = ErrBusy
		}
		return nil, fmt.Errorf("opening the study: %w", err)
	}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open opens what lies in the directory.
func (s *Study) open() (err error) {
	if s.state, err = openState(filepath.Join(s.dir, stateFile)); err != nil {
		return err
	}
	if s.Protocol.Seeded {
		if s.seeds, err = readConditions(filepath.Join(s.dir, seedsFile)); err != nil {
			return err
		}
	} else if !s.Protocol.Closed {
		key, err := readKey(filepath.Join(s.dir, keyFile))
		if err != nil {
			return err
		}
		s.names = pseudonymiser{key}
		// Rows of two keys would tell one mail for two.
		if err := s.state.pin("key", s.names.name("key")); err != nil {
			return err
		}
	}
	return s.sweep()
}

// Close lets go of the study.
func (s *Study) Close() error {
	var err error
	if s.state != nil {
		err = s.state.close()
	}
	return errors.Join(err, s.lock.Close())
}

// sweep removes parts that were begun and not taken into the state.
func (s *Study) sweep() error {
	known, err := s.state.parts()
	if err != nil {
		return err
	}
	keep := make(map[string]bool)
	for _, p := range known {
		keep[p.Name+observationsEnd], keep[p.Name+messagesEnd] = true, true
	}
	entries, err := os.ReadDir(filepath.Join(s.dir, partsDir))
	if err != nil {
		return fmt.Errorf("looking for parts: %w", err)
	}
	for _, e := range entries {
		if !keep[e.Name()] {
			if err := os.Remove(filepath.Join(s.dir, partsDir, e.Name())); err != nil {
				return fmt.Errorf("removing a part that was not finished: %w", err)
			}
		}
	}
	return nil
}

// writeWhole writes a file so that it is there whole or not at all.
func writeWhole(path string, octets []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(octets)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
