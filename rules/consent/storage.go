package consent

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// A Hash is a SHA-256.
type Hash [32]byte

// String is the hash in lower-case hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// A Key seals one record. It is never printed.
type Key [32]byte

// String hides the key.
func (Key) String() string { return "(key)" }

// GoString hides the key.
func (Key) GoString() string { return "consent.Key(…)" }

// A Row is a record as it is stored.
type Row struct {
	// Seq counts from 1.
	Seq uint64
	// Version is the form.
	Version int
	// Previous is the hash of the row before, Hash this one's.
	Previous, Hash Hash
	// Sealed is the commitment to the key and the sealed payload.
	Sealed []byte
}

// A Head is the end of the chain. Noted elsewhere, it shows later whether the
// chain up to it is still the same. The zero Head is that of an empty ledger.
type Head struct {
	Seq  uint64
	Hash Hash
}

// String is the head as a person may note it: "12:9f86d0…".
func (h Head) String() string { return strconv.FormatUint(h.Seq, 10) + ":" + h.Hash.String() }

// errHead is what a noted head that is none gets.
var errHead = errors.New("a head is a number, a colon and 64 hexadecimal digits")

// ParseHead reads what [Head.String] wrote.
func ParseHead(s string) (Head, error) {
	var h Head
	seq, hash, ok := strings.Cut(strings.TrimSpace(s), ":")
	if !ok || len(hash) != 2*len(h.Hash) {
		return h, fmt.Errorf("reading head: %w", errHead)
	}
	var err error
	if h.Seq, err = strconv.ParseUint(seq, 10, 63); err != nil {
		return Head{}, fmt.Errorf("reading head: %w", errHead)
	}
	if _, err = hex.Decode(h.Hash[:], []byte(hash)); err != nil {
		return Head{}, fmt.Errorf("reading head: %w", errHead)
	}
	return h, nil
}

// A Storage keeps rows, their keys apart from them, and the head. It is used
// by one goroutine at a time for writing.
type Storage interface {
	// AppendRow stores a row and its key, makes the row the head, and
	// destroys the keys of the rows in forget: all of it or nothing. It
	// returns when that is durable.
	AppendRow(ctx context.Context, row Row, key Key, forget []uint64) error
	// Rows yields all rows by their numbers, each with its key, which is nil
	// if it was destroyed. It ends after the first error. What a row points
	// to is the storage's again when the next is asked for.
	Rows(ctx context.Context) iter.Seq2[StoredRow, error]
	// Head returns the head that was stored with the last row.
	Head(ctx context.Context) (Head, error)
}

// A StoredRow is a row and its key.
type StoredRow struct {
	Row
	// Key is nil if it was destroyed.
	Key *Key
}
