// Package login keeps the logins that Unseen itself makes by OAuth, and hands out access
// tokens.
//
// # What holds
//
// What logs in lies in the keyring of the system. Where there is none, nothing is kept,
// unless the reader asked for a file: logins.json in the data directory, 0600. That file
// also says which logins there are, and where; without the reader's word there is nothing
// secret in it. It is no part of a backup.
//
// One process at a time renews a login, for a provider may let each token renew it once.
// A renewed login is kept before its access token is used. Access tokens are kept in
// memory alone.
package login

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/keyring"
	"github.com/unseen-mail/unseen/internal/lock"
	"github.com/unseen-mail/unseen/internal/oauth"
)

// ErrNotKept says that no login of an address is kept.
var ErrNotKept = errors.New("login: none is kept")

// version is that of logins.json.
const version = 1

// A Ring keeps secrets; package keyring has the system's.
type Ring struct {
	// Keep, Get and Drop are those of package keyring.
	Keep func(ctx context.Context, what keyring.What, address, secret string) error
	// Get returns a secret.
	Get func(ctx context.Context, what keyring.What, address string) (string, error)
	// Drop forgets one.
	Drop func(ctx context.Context, what keyring.What, address string) error
}

// System is the keyring of the system.
func System() Ring { return Ring{keyring.Keep, keyring.Get, keyring.Drop} }

// A Login is one that is kept.
type Login struct {
	// Provider is where it was made.
	Provider oauth.Provider `json:"provider"`
	// ClientID is the reader's client that made it.
	ClientID string `json:"client_id"`
	// Host is the mail server that it is for, and User the name there.
	Host string `json:"host"`
	User string `json:"user"`
	// InFile says that it lies in logins.json and not in the keyring.
	InFile bool `json:"in_file,omitempty"`
	// Since is when it was made.
	Since time.Time `json:"since"`

	// Secret is set in the file alone, and only with InFile.
	Secret *secret `json:"secret,omitempty"`
}

// LogValue keeps it out of the log.
func (l Login) LogValue() slog.Value { return slog.StringValue("…") }

// secret is what logs in.
type secret struct {
	Refresh string `json:"refresh"`
	Client  string `json:"client,omitempty"`
}

// LogValue keeps it out of the log.
func (s *secret) LogValue() slog.Value { return slog.StringValue("…") }

// A Book is the logins of one user of this machine. It may be used by several goroutines
// and processes.
type Book struct {
	path string
	ring Ring
	web  *http.Client

	mu sync.Mutex // guards what follows
	// fresh are access tokens that are still good.
	fresh map[string]oauth.Tokens
}

// Open returns the book of a data directory. It reads nothing. Web reaches providers; nil
// is a client with the system's trust and proxy.
func Open(dir string, ring Ring, web *http.Client) *Book {
	return &Book{path: filepath.Join(dir, "logins.json"), ring: ring, web: web, fresh: make(map[string]oauth.Tokens)}
}

// Path is the file.
func (b *Book) Path() string { return b.path }

// contents are those of logins.json.
type contents struct {
	Version int              `json:"version"`
	Logins  map[string]Login `json:"logins"`
}

// read reads the file; there need not be one.
func (b *Book) read() (contents, error) {
	c := contents{Version: version, Logins: make(map[string]Login)}
	text, err := os.ReadFile(b.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("reading logins: %w", err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("reading logins: %s cannot be read", b.path) // the error repeats what stands there
	}
	if c.Version != version {
		return c, fmt.Errorf("reading logins: %s is of another version of Unseen", b.path)
	}
	if c.Logins == nil {
		c.Logins = make(map[string]Login)
	}
	return c, nil
}

// write writes the file whole, for its owner alone.
func (b *Book) write(c contents) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("keeping logins: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(b.path), 0o700); err != nil {
		return fmt.Errorf("keeping logins: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(b.path), ".logins-*") // 0600
	if err != nil {
		return fmt.Errorf("keeping logins: %w", err)
	}
	defer os.Remove(f.Name()) // gone by then, if all went well
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), b.path)
	}
	if err != nil {
		return fmt.Errorf("keeping logins: %w", err)
	}
	return nil
}

// alone lets one process at a time do something with the file.
func (b *Book) alone(ctx context.Context, do func() error) error {
	if err := os.MkdirAll(filepath.Dir(b.path), 0o700); err != nil {
		return fmt.Errorf("keeping logins: %w", err)
	}
	for {
		held, err := lock.Take(b.path + ".lock")
		if err == nil {
			defer held.Close()
			return do()
		}
		if !errors.Is(err, lock.ErrTaken) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// key is how an address is found.
func key(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// Ready says whether a login could be kept: it asks the keyring, which may ask the reader.
func (b *Book) Ready(ctx context.Context, address string) error {
	if _, err := b.ring.Get(ctx, keyring.Token, key(address)); !errors.Is(err, keyring.ErrNotKept) {
		return err
	}
	return nil
}

// Kept returns the login of an address, without what is secret. It asks no keyring.
func (b *Book) Kept(address string) (Login, bool) {
	c, err := b.read()
	l, ok := c.Logins[key(address)]
	l.Secret = nil
	return l, err == nil && ok
}

// Addresses are those that a login is kept of, sorted.
func (b *Book) Addresses() []string {
	c, err := b.read()
	if err != nil {
		return nil
	}
	var list []string
	for address := range c.Logins {
		list = append(list, address)
	}
	slices.Sort(list)
	return list
}

// A New login is one that is to be kept.
type New struct {
	// Address is the reader's.
	Address string
	// Host is the mail server that it is for: a token is shown to no other. User is the
	// name there, the address if empty.
	Host, User string
	// Flow made it, and Tokens are what it gave.
	Flow   *oauth.Flow
	Tokens oauth.Tokens
	// InFile keeps it in the file.
	InFile bool
}

// Keep keeps a login, in place of an earlier one of the address: in the keyring, or in
// the file if the reader asked for that. With [keyring.ErrNone] nothing was kept.
func (b *Book) Keep(ctx context.Context, n New) error {
	address, f, t := key(n.Address), n.Flow, n.Tokens
	l := Login{Provider: f.Provider, ClientID: f.Client.ID, Host: n.Host, User: cmp.Or(n.User, n.Address), InFile: n.InFile, Since: time.Now().UTC().Truncate(time.Second)}
	err := b.alone(ctx, func() error {
		c, err := b.read()
		if err != nil {
			return err
		}
		return b.put(ctx, c, address, l, &secret{t.Refresh, f.Client.Secret})
	})
	if err == nil {
		b.remember(address, t)
	}
	return err
}

// put writes a login and what is secret of it.
func (b *Book) put(ctx context.Context, c contents, address string, l Login, s *secret) error {
	if l.InFile {
		l.Secret = s
	} else {
		text, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("keeping logins: %w", err)
		}
		if err := b.ring.Keep(ctx, keyring.Token, address, string(text)); err != nil {
			return err
		}
	}
	c.Logins[address] = l
	return b.write(c)
}

// remember keeps an access token in memory.
func (b *Book) remember(address string, t oauth.Tokens) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fresh[address] = t
}

// remembered returns one that is good for a minute more.
func (b *Book) remembered(address string) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.fresh[address]
	return t.Access, ok && t.Access != "" && time.Until(t.Until) > time.Minute
}

// Stale forgets an access token that a server did not take, so that the next is new.
func (b *Book) Stale(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.fresh, key(address))
}

// flow returns what renews and ends a login, and its secret.
func (b *Book) flow(ctx context.Context, address string, c contents) (*oauth.Flow, *secret, error) {
	l, ok := c.Logins[address]
	if !ok {
		return nil, nil, ErrNotKept
	}
	s := l.Secret
	if !l.InFile {
		text, err := b.ring.Get(ctx, keyring.Token, address)
		if errors.Is(err, keyring.ErrNotKept) {
			return nil, nil, fmt.Errorf("%w: %w", ErrNotKept, err)
		}
		if err != nil {
			return nil, nil, err
		}
		s = new(secret)
		if err := json.Unmarshal([]byte(text), s); err != nil {
			return nil, nil, fmt.Errorf("%w: the keyring holds something else", ErrNotKept)
		}
	}
	if s == nil {
		return nil, nil, ErrNotKept
	}
	return &oauth.Flow{Provider: l.Provider, Client: oauth.Client{ID: l.ClientID, Secret: s.Client}, HTTP: b.web}, s, nil
}

// Access returns an access token of an address, renewed if need be. [oauth.ErrGone] says
// that the reader has to log in anew.
func (b *Book) Access(ctx context.Context, address string) (string, error) {
	address = key(address)
	if token, ok := b.remembered(address); ok {
		return token, nil
	}
	var token string
	err := b.alone(ctx, func() error {
		c, err := b.read()
		if err != nil {
			return err
		}
		f, s, err := b.flow(ctx, address, c)
		if err != nil {
			return err
		}
		got, err := f.Refresh(ctx, s.Refresh)
		if err != nil {
			return err
		}
		if got.Refresh != "" && got.Refresh != s.Refresh {
			// The one before may be good no more: what was given counts, whoever waits.
			keep := context.WithoutCancel(ctx)
			if err := b.put(keep, c, address, c.Logins[address], &secret{got.Refresh, s.Client}); err != nil {
				return err
			}
		}
		token = got.Access
		b.remember(address, got)
		return nil
	})
	return token, err
}

// Forget gives a login up at its provider and forgets it here. It is forgotten here even
// where the provider cannot be reached, or has no way to be told ([oauth.ErrNone]): the
// error says so.
func (b *Book) Forget(ctx context.Context, address string) error {
	address = key(address)
	b.Stale(address)
	return b.alone(ctx, func() error {
		c, err := b.read()
		if err != nil {
			return err
		}
		l, ok := c.Logins[address]
		if !ok {
			return ErrNotKept
		}
		f, s, told := b.flow(ctx, address, c)
		if told == nil {
			told = f.Revoke(ctx, oauth.Tokens{Refresh: s.Refresh})
		}
		delete(c.Logins, address)
		if err := b.write(c); err != nil {
			return err
		}
		if !l.InFile {
			told = errors.Join(told, b.ring.Drop(ctx, keyring.Token, address))
		}
		return told
	})
}
