package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A TLS is how a server is spoken to.
type TLS string

// The ways to speak to a server.
const (
	// Implicit is TLS from the first octet (RFC 8314, section 3).
	Implicit TLS = "tls"
	// StartTLS begins in plain text and turns to TLS.
	StartTLS TLS = "starttls"
	// Plain is for loopback only.
	Plain TLS = "plain"
)

// A Server is where mail is fetched or submitted.
type Server struct {
	Host string `json:"host"`
	Port int    `json:"port"`
	TLS  TLS    `json:"tls"`
	// CA is a file of certificates to trust for this server, "" for the
	// system's.
	CA string `json:"ca,omitempty"`
}

// An Account is one mailbox that is read through Unseen.
type Account struct {
	// ID is given by [Store.PutAccount] and stays for ever.
	ID int64 `json:"-"`
	// Address is the reader's, in lower case.
	Address string `json:"-"`
	// K is the number from which local ports are counted. It is the lowest
	// that was never taken, and stays.
	K int `json:"-"`
	// IMAP is where mail is read; SMTP where it is sent, nil if that does not
	// go through Unseen.
	IMAP Server  `json:"imap"`
	SMTP *Server `json:"smtp,omitempty"`
	// Mode is the planner's mode.
	Mode string `json:"mode,omitempty"`
	// Authserv is the authserv-id that the reader confirmed, "" for the
	// provider table's (RFC 8601, section 2.5).
	Authserv string `json:"authserv,omitempty"`
	// LocalPlain says that the mail program speaks to us without TLS.
	LocalPlain bool `json:"local_plain,omitempty"`
	// AddOn says that an add-on of a mail program hands its mail over, and that
	// nothing is relayed.
	AddOn bool `json:"add_on,omitempty"`
	// Ports are the local ports once they are chosen, 0 where there is none.
	IMAPPort  int `json:"imap_port,omitempty"`
	IMAPSPort int `json:"imaps_port,omitempty"`
	SMTPPort  int `json:"smtp_port,omitempty"`
	// Created is when it was first added.
	Created time.Time `json:"-"`
	// Removed says that it is no longer read; its plans and key stay.
	Removed bool `json:"-"`
}

// PutAccount adds an account or changes the one of the same address, and fills
// in ID, K and Created.
func (s *Store) PutAccount(ctx context.Context, a *Account) error {
	a.Address = strings.ToLower(strings.TrimSpace(a.Address))
	if a.Address == "" || a.IMAP.Host == "" {
		return errors.New("keeping account: an account needs an address and a server")
	}
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("keeping account: %w", err)
	}
	var created int64
	err = s.write(ctx, durable, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO accounts (address, k, body, created_at)
			VALUES (?, (SELECT coalesce(max(k) + 1, 0) FROM accounts), ?, ?)
			ON CONFLICT (address) DO UPDATE SET body = excluded.body, removed_at = NULL`,
			a.Address, string(body), s.opt.Now().UnixMilli())
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT id, k, created_at FROM accounts WHERE address = ?", a.Address).
			Scan(&a.ID, &a.K, &created)
	})
	if err != nil {
		return fmt.Errorf("keeping account: %w", err)
	}
	s.group.knowAccount(a.ID)
	a.Created, a.Removed = time.UnixMilli(created).UTC(), false
	return nil
}

// Accounts returns the accounts that are read, in the order they were added.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	return s.accounts(ctx, "WHERE removed_at IS NULL ORDER BY id")
}

// Account returns an account by its address, a removed one too, and whether
// there is one.
func (s *Store) Account(ctx context.Context, address string) (Account, bool, error) {
	return one(s.accounts(ctx, "WHERE address = ?", strings.ToLower(strings.TrimSpace(address))))
}

// AccountByID does the same by its number: what a removed account was served can
// still be answered and put back, see [Account.Removed].
func (s *Store) AccountByID(ctx context.Context, id int64) (Account, bool, error) {
	return one(s.accounts(ctx, "WHERE id = ?", id))
}

func one(list []Account, err error) (Account, bool, error) {
	if err != nil || len(list) == 0 {
		return Account{}, false, err
	}
	return list[0], true, nil
}

// accounts reads the accounts that a condition selects.
func (s *Store) accounts(ctx context.Context, where string, args ...any) ([]Account, error) {
	rows, err := s.read.QueryContext(ctx,
		"SELECT id, address, k, body, created_at, removed_at IS NOT NULL FROM accounts "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", s.explain(err))
	}
	defer rows.Close()
	var list []Account
	for rows.Next() {
		var a Account
		var body string
		var created int64
		if err := rows.Scan(&a.ID, &a.Address, &a.K, &body, &created, &a.Removed); err != nil {
			return nil, fmt.Errorf("reading accounts: %w", s.explain(err))
		}
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			return nil, fmt.Errorf("reading accounts: account %d: %w", a.ID, err)
		}
		a.Created = time.UnixMilli(created).UTC()
		list = append(list, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading accounts: %w", s.explain(err))
	}
	return list, nil
}

// RemoveAccount stops an account and says whether there was one. Its plans and
// its key stay: mail programs keep what they were served.
func (s *Store) RemoveAccount(ctx context.Context, address string) (bool, error) {
	var n int64
	err := s.write(ctx, durable, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE accounts SET removed_at = ? WHERE address = ? AND removed_at IS NULL",
			s.opt.Now().UnixMilli(), strings.ToLower(strings.TrimSpace(address)))
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("removing account: %w", err)
	}
	return n > 0, nil
}
