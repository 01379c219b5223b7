// Package keyring keeps secrets where the system keeps secrets: the Secret
// Service of a Linux desktop (GNOME Keyring, KWallet, KeePassXC), the macOS
// Keychain, the Windows Credential Manager.
//
// Nothing is kept unless the reader asked for it, and nothing is ever written
// anywhere else: where the system has no keyring, [ErrNone] is returned and the
// secret is forgotten. A keyring that is locked asks the reader to open it; who
// does not want to wait for that ends the context.
//
// Each secret has a name of two parts: what it is for, and the mail address.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/zalando/go-keyring"
)

// service is under what name the secrets stand in the system's own windows.
const service = "Unseen"

// Sentinels of the package.
var (
	// ErrNone says that the system has no keyring that could be spoken to.
	ErrNone = errors.New("keyring: there is no keyring")
	// ErrNotKept says that nothing is kept under a name.
	ErrNotKept = errors.New("keyring: nothing is kept")
)

// What says what a secret is for.
type What string

const (
	// Password is that of a mail account.
	Password What = "password"
	// Token is an OAuth refresh token of a mail account.
	Token What = "oauth"
)

// Keep keeps a secret, in place of one that was kept under this name.
func Keep(ctx context.Context, what What, address, secret string) error {
	_, err := do(ctx, func() (string, error) { return "", keyring.Set(service, name(what, address), secret) })
	return wrap("keeping a secret", err)
}

// Get returns a secret.
func Get(ctx context.Context, what What, address string) (string, error) {
	secret, err := do(ctx, func() (string, error) { return keyring.Get(service, name(what, address)) })
	return secret, wrap("reading a secret", err)
}

// Drop forgets a secret. It is no error if there is none.
func Drop(ctx context.Context, what What, address string) error {
	_, err := do(ctx, func() (string, error) { return "", keyring.Delete(service, name(what, address)) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return wrap("forgetting a secret", err)
}

// name is what a secret is found by.
func name(what What, address string) string { return string(what) + " " + strings.ToLower(address) }

// do asks the system, which takes no context: a keyring that waits for its owner
// is left to do so, and what it says then is dropped.
func do(ctx context.Context, ask func() (string, error)) (string, error) {
	type answer struct {
		secret string
		err    error
	}
	said := make(chan answer, 1)
	go func() {
		secret, err := ask()
		said <- answer{secret, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-said:
		return a.secret, a.err
	}
}

// wrap says what was being done. All that is not the context's end or a missing
// secret is a keyring that cannot be spoken to, with the system's word on why.
func wrap(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.Is(err, keyring.ErrNotFound):
		return fmt.Errorf("%s: %w", doing, ErrNotKept)
	}
	return fmt.Errorf("%s: %w: %w", doing, ErrNone, err)
}
